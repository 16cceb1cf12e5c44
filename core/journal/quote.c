/* An entry's bytes in the file: whole, or in quotes of another entry. */
#include "journal/quote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BEGIN = '\x01',
	MIDDLE = '\x02',
	END = '\x03',
	SEQUENCE_DIGITS = 18,
	PLACE_DIGITS = 5, /* no entry is longer than 65,535 bytes */
	PIECE = 24,       /* bytes that are looked for together; a quote takes up to 14 itself */
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
			 word[1] * UINT64_C(0xc2b2ae3d27d4eb4f) ^
			 word[2] * UINT64_C(0x165667b19e3779f9)) >>
			51);
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
	for (size_t i = whole.length < PIECE ? 0 : whole.length - PIECE + 1; i-- > 0;)
		s->places[slot(whole.bytes + i)] = (uint16_t)(i + 1);
	s->sequence = sequence;
	return 0;
}

static bool is_inside_letter(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
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

/* The longest piece of the source that `at` begins with: its place from 1 and its length, which is
 * 0 where there is none. Both ends are between letters, so that what SQL makes of it is text. */
static size_t find(const struct source *s, const char *at, size_t most, size_t *place)
{
	size_t here = most < PIECE ? 0 : s->places[slot(at)];

	if (here == 0 || is_inside_letter(*at))
		return 0;
	const char *from = s->bytes.bytes + here - 1;
	size_t there = s->bytes.length - (here - 1);
	size_t length = common(at, from, most < there ? most : there);
	while (length > 0 && ((length < most && is_inside_letter(at[length])) ||
			      (length < there && is_inside_letter(from[length]))))
		length--;
	*place = here;
	return length < PIECE ? 0 : length;
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
	size_t from = out->length, plain = 0, place = 0;

	if (s->sequence == 0 || sequence - s->sequence > QUOTE_REACH)
		return false;
	/* buffer_status tells of all of these. */
	put_number(BEGIN, s->sequence, out);
	put_mark(END, out);
	for (size_t i = 0; i < whole.length;) {
		size_t length = find(s, whole.bytes + i, whole.length - i, &place);
		if (length == 0) {
			i++;
			continue;
		}
		(void)buffer_append(out, whole.bytes + plain, i - plain);
		put_number(BEGIN, (int64_t)place, out);
		put_number(MIDDLE, (int64_t)length, out);
		put_mark(END, out);
		i += length;
		plain = i;
	}
	(void)buffer_append(out, whole.bytes + plain, whole.length - plain);
	if (buffer_status(out) == 0 && out->length - from <= whole.length / 2)
		return true;
	out->failed = false;
	out->length = from;
	return false;
}
