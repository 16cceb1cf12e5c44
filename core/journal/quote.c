/* An entry's bytes in the file: whole, or in quotes of another entry. */
#include "journal/quote.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
	BEGIN = '\x01',
	MIDDLE = '\x02',
	END = '\x03',
	SEQUENCE_DIGITS = 18,
	PLACE_DIGITS = 5, /* no entry is longer than 65,535 bytes */
	PIECE = 16,       /* bytes that are looked for together */
	STEP = 8,         /* between two pieces of the source that can be found */
	SHORTEST = 24,    /* of a quote, which takes up to 14 itself */
};

/* ---- reading ------------------------------------------------------------- */

bool stored_quotes(const struct stored *s)
{
	return s->bytes.length > 0 && s->bytes.bytes[0] == BEGIN;
}

/* Takes up to `most` digits and the mark behind them off the text; -1 where they are not there.
 * Nothing that schema.h's SQL would read as another number: no zero in front. */
static int64_t take_number(struct text *rest, size_t most, char mark)
{
	int64_t number = 0;
	size_t i = 0;

	for (; i < rest->length && i < most && rest->bytes[i] >= '0' && rest->bytes[i] <= '9'; i++)
		number = 10 * number + (rest->bytes[i] - '0');
	if (i == 0 || i == rest->length || rest->bytes[i] != mark || rest->bytes[0] == '0')
		return -1;
	rest->bytes += i + 1;
	rest->length -= i + 1;
	return number;
}

/* What stands before the next quote, and the quote. */
static int read_part(struct text *rest, struct text source, struct buffer *out)
{
	const char *mark = memchr(rest->bytes, BEGIN, rest->length);
	size_t plain = mark != NULL ? (size_t)(mark - rest->bytes) : rest->length;
	int rv = buffer_append(out, rest->bytes, plain);

	rest->bytes += plain;
	rest->length -= plain;
	if (rv != 0 || mark == NULL)
		return rv;
	rest->bytes++;
	rest->length--;
	int64_t offset = take_number(rest, PLACE_DIGITS, MIDDLE);
	int64_t length = offset > 0 ? take_number(rest, PLACE_DIGITS, END) : -1;
	if (length < 0 || offset + length - 1 > (int64_t)source.length)
		return AW_ECORRUPT;
	return buffer_append(out, source.bytes + offset - 1, (size_t)length);
}

int stored_read(const struct stored *s, struct buffer *scratch, struct text *out, struct err *e)
{
	struct text rest = s->bytes;
	struct stored source = {.bytes = s->source};
	size_t from = scratch->length;
	int rv = 0;

	*out = s->bytes;
	if (!stored_quotes(s))
		return 0;
	rest.bytes++;
	rest.length--;
	if (take_number(&rest, SEQUENCE_DIGITS, END) < 0 || s->source.length == 0 ||
	    stored_quotes(&source))
		rv = AW_ECORRUPT;
	/* No entry is longer, whatever a file says that somebody else made. */
	while (rv == 0 && rest.length > 0 && scratch->length - from <= UINT16_MAX)
		rv = read_part(&rest, s->source, scratch);
	if (rv == 0 && rest.length > 0)
		rv = AW_ECORRUPT;
	if (rv == -ENOMEM)
		return err_set(e, rv, "no memory for an entry");
	if (rv != 0)
		return err_set(e, rv, "it quotes what is not there");
	*out = (struct text){scratch->bytes + from, scratch->length - from};
	return 0;
}

/* ---- writing ------------------------------------------------------------- */

void source_init(struct source *s)
{
	memset(s, 0, sizeof *s);
	buffer_init(&s->bytes);
}

void source_deinit(struct source *s)
{
	buffer_deinit(&s->bytes);
	source_init(s);
}

static size_t slot(const char *at)
{
	uint64_t word[PIECE / 8];

	memcpy(word, at, sizeof word);
	return (size_t)((word[0] * UINT64_C(0x9e3779b97f4a7c15) ^
			 word[1] * UINT64_C(0xc2b2ae3d27d4eb4f)) >>
			(64 - QUOTE_SLOT_BITS));
}

int source_take(struct source *s, int64_t sequence, struct text whole)
{
	s->sequence = 0;
	buffer_clear(&s->bytes);
	int rv = buffer_append(&s->bytes, whole.bytes, whole.length);
	if (rv != 0 || whole.length > UINT16_MAX)
		return rv;
	memset(s->places, 0, sizeof s->places);
	/* From behind: of equal pieces the first stays, whose number is short. */
	for (size_t i = whole.length / STEP; i-- > 0;) {
		if (i * STEP + PIECE <= whole.length)
			s->places[slot(whole.bytes + i * STEP)] = (uint16_t)(i * STEP + 1);
	}
	s->sequence = sequence;
	return 0;
}

static bool is_inside_letter(const char *at)
{
	return ((unsigned char)*at & 0xc0) == 0x80;
}

/* How many bytes two texts have in common from their beginning. */
static size_t common(const char *a, const char *b, size_t most)
{
	size_t length = 0;

	for (; length + 8 <= most && memcmp(a + length, b + length, 8) == 0; length += 8)
		continue;
	while (length < most && a[length] == b[length])
		length++;
	return length;
}

/* How many bytes they have in common before. */
static size_t common_before(const char *a, const char *b, size_t most)
{
	size_t length = 0;

	while (length < most && a[-1 - (ptrdiff_t)length] == b[-1 - (ptrdiff_t)length])
		length++;
	return length;
}

struct match {
	const char *begin, *end; /* in the text */
	size_t place;            /* of the same bytes in the source, from 1 */
};

/* What the source has in common with the text from `plain` on, around the piece at `at`. Both ends
 * are between letters, so that what SQL makes of it is text. */
static bool find(const struct source *s, const char *plain, const char *at, const char *end,
		 struct match *m)
{
	size_t place = s->places[slot(at)];

	if (place == 0)
		return false;
	const char *from = s->bytes.bytes + place - 1, *last = s->bytes.bytes + s->bytes.length;
	size_t most = end - at < last - from ? (size_t)(end - at) : (size_t)(last - from);
	size_t behind = common(at, from, most);
	if (behind < PIECE)
		return false;
	most = (size_t)(at - plain) < place - 1 ? (size_t)(at - plain) : place - 1;
	size_t before = common_before(at, from, most);
	*m = (struct match){at - before, at + behind, place - before};
	while (m->begin < m->end && is_inside_letter(m->begin)) {
		m->begin++;
		m->place++;
	}
	for (from += behind; m->begin < m->end; m->end--, from--) {
		if ((m->end == end || !is_inside_letter(m->end)) &&
		    (from == last || !is_inside_letter(from)))
			break;
	}
	return m->end - m->begin >= SHORTEST;
}

static void put_mark(char mark, struct buffer *out)
{
	(void)buffer_append(out, &mark, 1); /* buffer_status tells */
}

static void put_number(char mark, int64_t number, struct buffer *out)
{
	put_mark(mark, out);
	(void)buffer_append_integer(out, number); /* buffer_status tells */
}

bool source_quote(const struct source *s, int64_t sequence, struct text whole, struct buffer *out)
{
	const char *plain = whole.bytes, *end = whole.bytes + whole.length;
	size_t from = out->length;
	struct match m;

	if (s->sequence == 0 || sequence - s->sequence > QUOTE_REACH)
		return false;
	/* buffer_status tells of all of these. */
	put_number(BEGIN, s->sequence, out);
	put_mark(END, out);
	for (const char *at = plain; end - at >= PIECE;) {
		if (!find(s, plain, at, end, &m)) {
			at++;
			continue;
		}
		(void)buffer_append(out, plain, (size_t)(m.begin - plain));
		put_number(BEGIN, (int64_t)m.place, out);
		put_number(MIDDLE, m.end - m.begin, out);
		put_mark(END, out);
		at = plain = m.end;
	}
	(void)buffer_append(out, plain, (size_t)(end - plain));
	if (buffer_status(out) == 0 && out->length - from <= whole.length / 2)
		return true;
	out->failed = false;
	out->length = from;
	return false;
}
