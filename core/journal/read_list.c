/* decisions.list: which table is walked, in which order, and where a page goes on. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/chosen.h"

enum {
	PAGE = 50,
	KEY_TEXT = 128,
	FEW = 1000,      /* so many are sorted sooner than an index is walked for them */
	PATIENCE = 2000, /* rows of an index, until it is looked how many there are to be found */
};

enum order { BY_SEQUENCE, BY_DAY, BY_PARTNERSHIP };

/* A filter, and what follows from it. */
struct list {
	const struct decision_filter *filter;
	enum order order;
	bool descending;
	/* Where the page begins behind: of `after`, or before the first. */
	char partnership[KEY_TEXT];
	int64_t day, sequence;
};

/* ---- where a page goes on ------------------------------------------------
 * A key is the sequence of the page's last entry, with its day or partnership
 * before it where the list goes by that: "17", "2024-05-20.17", "west.17". */

static void read_order(struct list *l)
{
	const char *sort = l->filter->sort != NULL ? l->filter->sort : "-sequence";

	l->descending = *sort == '-';
	sort += l->descending;
	l->order = strcmp(sort, "assessed_on") == 0   ? BY_DAY
		   : strcmp(sort, "partnership") == 0 ? BY_PARTNERSHIP
						      : BY_SEQUENCE;
}

static bool read_sequence(const char *text, int64_t *out)
{
	char *end = NULL;

	if (*text < '1' || *text > '9')
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static int64_t day_of(const char *day, int64_t otherwise)
{
	int number = day != NULL ? date_number(text_of(day)) : 0;

	return number > 0 ? number : otherwise;
}

static bool read_key(struct list *l, const char *after)
{
	const char *dot = strrchr(after, '.');
	struct text name = {after, dot != NULL ? (size_t)(dot - after) : 0};

	if (l->order == BY_SEQUENCE)
		return read_sequence(after, &l->sequence);
	if (dot == NULL || name.length == 0 || name.length >= KEY_TEXT)
		return false;
	memcpy(l->partnership, after, name.length);
	l->day = date_number(name);
	if (l->order == BY_DAY && l->day == 0)
		return false;
	return read_sequence(dot + 1, &l->sequence);
}

/* False where `after` is no key of this order. */
static bool list_init(struct list *l, const struct decision_filter *f)
{
	*l = (struct list){.filter = f};
	read_order(l);
	if (f->after != NULL)
		return read_key(l, f->after);
	/* Before the first, or beyond the last: at the edge of the days asked for. */
	l->sequence = l->descending ? INT64_MAX : 0;
	l->day = l->descending ? day_of(f->until, INT64_MAX) : day_of(f->since, 0);
	if (l->descending)
		l->partnership[0] = '~'; /* after every id */
	return true;
}

bool decision_filter_fits(const struct decision_filter *f)
{
	struct list l;

	return list_init(&l, f);
}

static json_t *next_key(const struct list *l, const json_t *last)
{
	int64_t sequence = json_member_integer(last, "sequence", 0);
	const char *day = json_member_text(last, "assessed_on");

	if (day == NULL)
		day = json_member_text(last, "awarded_on");
	if (l->order == BY_SEQUENCE)
		return json_sprintf("%" PRId64, sequence);
	return json_sprintf("%s.%" PRId64,
			    l->order == BY_DAY ? day : json_member_text(last, "partnership"),
			    sequence);
}

/* ---- which entries -------------------------------------------------------
 * All filters but the partnership and the days are marks (chosen.h). In the order of the
 * sequence their bits are the list. Else entries are walked by an index in the order that is
 * asked for, and their bits say whether they are meant. */

/* Sequences of a page, in their order. */
struct found {
	int64_t *sequences;
	size_t count, limit; /* one more than the page, to know of another */
	int64_t patience;    /* how many rows of an index may still be walked */
};

static void want(struct chosen *c, const char *name, const char *value)
{
	if (value != NULL)
		c->marks[c->count++] = (struct chosen_mark){name, value};
}

static void choose(const struct decision_filter *f, struct chosen *c)
{
	const char *kind = f->kind != NULL ? f->kind : "decision", *uid = f->by;
	bool is_uid = uid != NULL && *uid != '\0' && strspn(uid, "0123456789") == strlen(uid);

	*c = (struct chosen){.kinds = {kind}};
	if (strcmp(kind, "any") == 0) {
		c->kinds[0] = "decision";
		c->kinds[1] = "import";
	}
	want(c, "failed", f->failed_criterion);
	want(c, "award", f->award);
	want(c, "change", f->changed);
	while (is_uid && *uid == '0' && uid[1] != '\0') /* as it is marked */
		uid++;
	want(c, is_uid ? "uid" : "user", uid);
	want(c, "rules", f->rules);
	c->days = (struct days){day_of(f->since, 0), day_of(f->until, INT64_MAX)};
}

static bool has_days(const struct list *l)
{
	return l->filter->since != NULL || l->filter->until != NULL;
}

static void take(struct found *out, int64_t sequence)
{
	out->sequences[out->count++] = sequence;
}

/* Of the rows of a bound statement those that are chosen; 0. */
static int walk_rows(struct chosen *c, struct binder *b, struct found *out, struct err *e)
{
	int rv = 0;

	while (out->count < out->limit && out->patience-- > 0 && (rv = sql_next(b, e)) == 1) {
		int64_t sequence = sqlite3_column_int64(b->statement, 0);
		rv = chosen_has(c, sequence, e);
		if (rv < 0)
			break;
		if (rv == 1)
			take(out, sequence);
	}
	return rv < 0 ? rv : 0;
}

/* ---- in the order of the sequence ---- */

/* The entries of a block that are of some days. */
static int walk_days(struct chosen *c, const struct list *l, int64_t from, struct found *out,
		     struct err *e)
{
	int64_t block = from / MARK_ENTRIES;
	struct binder b;
	int rv = reader_bind(c->reader, l->descending ? READ_DAYS_DOWN : READ_DAYS, &b, e);

	if (rv != 0)
		return rv;
	bind_integer(&b, l->descending ? block * MARK_ENTRIES : from);
	bind_integer(&b, l->descending ? from : (block + 1) * MARK_ENTRIES - 1);
	bind_integer(&b, c->days.first);
	bind_integer(&b, c->days.last);
	rv = walk_rows(c, &b, out, e);
	reader_done(&b);
	return rv;
}

static void walk_bits(const unsigned char *bits, bool down, int64_t from, struct found *out)
{
	int64_t block = from / MARK_ENTRIES;

	while (out->count < out->limit && from >= 0 && from / MARK_ENTRIES == block) {
		from = chosen_next(bits, from, down);
		if (from < 0)
			return;
		take(out, from);
		from += down ? -1 : 1;
	}
}

static int walk_blocks(struct chosen *c, const struct list *l, struct found *out, struct err *e)
{
	int64_t end = c->blocks * MARK_ENTRIES; /* beyond every entry */
	int64_t after = l->sequence < end ? l->sequence : end;
	int64_t from = l->descending ? after - 1 : after + 1;
	int rv = 0;

	while (rv == 0 && out->count < out->limit && from >= 0 && from < end) {
		const unsigned char *bits = NULL;
		int64_t block = from / MARK_ENTRIES;
		rv = chosen_block(c, block, &bits, e);
		if (rv == 1 && has_days(l))
			rv = walk_days(c, l, from, out, e);
		else if (rv == 1)
			walk_bits(bits, l->descending, from, out);
		rv = rv == 1 ? 0 : rv;
		from = l->descending ? block * MARK_ENTRIES - 1 : (block + 1) * MARK_ENTRIES;
	}
	return rv;
}

/* ---- in another order, or of one partnership ---- */

/* Looks at all that is chosen: gives how many they are, and writes their sequences where they are
 * few. Then it is known, too, of which days they are. */
static int look(struct chosen *c, int64_t *many, struct buffer *few, struct err *e)
{
	for (int64_t block = 0; block < c->blocks; block++) {
		const unsigned char *bits = NULL;
		int64_t at = block * MARK_ENTRIES;
		int rv = chosen_block(c, block, &bits, e);
		if (rv < 0)
			return rv;
		while (rv == 1 && *many <= FEW && at / MARK_ENTRIES == block &&
		       (at = chosen_next(bits, at, false)) >= 0) {
			/* buffer_status tells */
			(void)buffer_printf(few, "%s%" PRId64, *many > 0 ? "," : "", at++);
			(*many)++;
		}
	}
	if (*many > FEW)
		buffer_clear(few);
	if (c->seen.first > c->days.first)
		c->days.first = c->seen.first;
	if (c->seen.last < c->days.last)
		c->days.last = c->seen.last;
	return buffer_status(few);
}

/* Of one partnership, or in the order of all. */
static bool has_partnership(const struct list *l)
{
	return l->filter->partnership != NULL || l->order == BY_PARTNERSHIP;
}

static void put_bounds(const struct list *l, const struct chosen *c, struct buffer *sql)
{
	const char *beyond = l->descending ? "<" : ">";
	bool one = l->filter->partnership != NULL;

	/* buffer_status at the end tells of any of these. */
	(void)buffer_append_text(sql, one ? " WHERE l.partnership = ?1 AND" : " WHERE");
	if (l->order == BY_DAY)
		(void)buffer_printf(sql,
				    " l.day IS NOT NULL AND (l.day, l.sequence) %s (%" PRId64
				    ", %" PRId64 ")",
				    beyond, l->day, l->sequence);
	else if (one)
		(void)buffer_printf(sql, " l.sequence %s %" PRId64, beyond, l->sequence);
	else
		(void)buffer_printf(sql, " (l.partnership, l.sequence) %s (?1, %" PRId64 ")",
				    beyond, l->sequence);
	if (has_days(l) || l->order == BY_DAY) {
		struct days d = c->days;
		/* Of two bounds SQLite begins at the one, and passes by what the other rules out. */
		if (l->order == BY_DAY && l->descending && l->day < d.last)
			d.last = l->day;
		else if (l->order == BY_DAY && !l->descending && l->day > d.first)
			d.first = l->day;
		(void)buffer_printf(sql, " AND l.day BETWEEN %" PRId64 " AND %" PRId64, d.first,
				    d.last);
	}
}

/* Parameter: the partnership asked for, or else that of `after`. */
static int compose(const struct list *l, const struct chosen *c, const struct buffer *few,
		   struct buffer *sql)
{
	const char *down = l->descending ? " DESC" : "";

	/* buffer_status at the end tells of any of these. */
	(void)buffer_append_text(sql, "SELECT l.sequence FROM ");
	if (few->length > 0)
		(void)buffer_printf(
			sql, "json_each('[%s]') j CROSS JOIN listed l ON l.sequence = j.value",
			few->bytes);
	else
		(void)buffer_printf(sql, "listed l INDEXED BY listed_%s",
				    has_partnership(l) ? "partnership" : "day");
	put_bounds(l, c, sql);
	(void)buffer_append_text(sql, " ORDER BY ");
	if (l->order == BY_DAY)
		(void)buffer_printf(sql, "l.day%s, ", down);
	else if (l->filter->partnership == NULL)
		(void)buffer_printf(sql, "l.partnership%s, ", down);
	(void)buffer_printf(sql, "l.sequence%s", down);
	return buffer_status(sql);
}

static int walk_index(struct chosen *c, const struct list *l, const struct buffer *few,
		      struct found *out, struct err *e)
{
	const char *one = l->filter->partnership;
	sqlite3_stmt *statement = NULL;
	struct buffer sql;

	buffer_init(&sql);
	int rv = compose(l, c, few, &sql);
	if (rv == 0)
		rv = sql_prepare(c->reader->db, sql.bytes, &statement, e);
	buffer_deinit(&sql);
	if (rv == 0) {
		struct binder b = bind_to(statement);
		if (has_partnership(l))
			bind_text(&b, one != NULL ? one : l->partnership);
		rv = walk_rows(c, &b, out, e);
	}
	(void)sqlite3_finalize(statement); /* only read */
	return rv;
}

/* Most pages are full after some rows. Else it is looked how many there are at all: few are put
 * in order, and many are sought among their own days. */
static int walk_others(struct chosen *c, const struct list *l, struct found *out, struct err *e)
{
	/* One partnership's are few, and decisions are most of all. */
	bool looks = l->filter->partnership == NULL &&
		     (c->count > 0 || strcmp(c->kinds[0], "decision") != 0);
	struct buffer few;
	int64_t many = 0;

	buffer_init(&few);
	out->patience = looks ? PATIENCE : INT64_MAX;
	int rv = walk_index(c, l, &few, out, e);
	if (rv == 0 && out->patience < 0) {
		out->count = 0;
		out->patience = INT64_MAX;
		rv = look(c, &many, &few, e);
		if (rv == 0 && many > 0)
			rv = walk_index(c, l, &few, out, e);
	}
	buffer_deinit(&few);
	return rv;
}

static int find(struct journal_reader *r, const struct list *l, struct found *out, struct err *e)
{
	struct chosen c;

	choose(l->filter, &c);
	int rv = chosen_open(&c, r, e);
	if (rv == 0)
		rv = l->order == BY_SEQUENCE && l->filter->partnership == NULL
			     ? walk_blocks(&c, l, out, e)
			     : walk_others(&c, l, out, e);
	chosen_close(&c);
	return rv;
}

/* ---- a page -------------------------------------------------------------- */

static json_t *summary(sqlite3_stmt *row, struct err *e)
{
	json_t *by = json_pack("{sI so}", "uid", (json_int_t)sqlite3_column_int64(row, 3), "user",
			       column_string(row, 4));

	return json_pack("{sI so so so so so so so so so so so so so sb}", "sequence",
			 (json_int_t)sqlite3_column_int64(row, 0), "kind", column_string(row, 1),
			 "decision_id", column_string(row, 2), "by", by, "submission_id",
			 column_string(row, 5), "partnership", column_string(row, 6), "name",
			 column_string(row, 7), "assessed_on", column_string(row, 8), "award",
			 column_string(row, 9), "commendations", column_json(row, 10, e),
			 "awarded_on", column_string(row, 11), "precision", column_string(row, 12),
			 "route", column_string(row, 13), "change", column_string(row, 14),
			 "revoked", sqlite3_column_int(row, 15));
}

static int summarise(struct journal_reader *r, int64_t sequence, json_t *rows, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_SUMMARY, &b, e);

	if (rv != 0)
		return rv;
	bind_integer(&b, sequence);
	rv = sql_next(&b, e);
	if (rv == 1)
		rv = reader_append(rows, b.statement, summary, e);
	else if (rv == 0)
		rv = err_set(e, AW_ECORRUPT,
			     "entry %" PRId64 " has marks, and no row among what is listed: "
			     "\"awardctl log rebuild\" makes both again",
			     sequence);
	reader_done(&b);
	return rv;
}

/* Where one too many was found, the last one kept is where the next page goes on. */
static json_t *page(const struct list *l, json_t *rows, bool more)
{
	const json_t *last = json_array_get(rows, json_array_size(rows) - 1);

	if (rows == NULL || !more)
		return json_pack("{sO sn}", "decisions", rows, "next");
	return json_pack("{sO so}", "decisions", rows, "next", next_key(l, last));
}

int reader_decisions(struct journal_reader *r, const struct decision_filter *f, json_t **out,
		     struct err *e)
{
	size_t limit = f->limit > 0 ? (size_t)f->limit : PAGE;
	struct found found = {.limit = limit + 1, .patience = INT64_MAX};
	struct list l;

	if (!list_init(&l, f))
		return err_set(e, AW_EINVALID, "listing decisions: \"%s\" is no key", f->after);
	found.sequences = calloc(found.limit, sizeof *found.sequences);
	json_t *rows = json_array();
	int rv = found.sequences != NULL && rows != NULL ? find(r, &l, &found, e) : -ENOMEM;
	for (size_t i = 0; rv == 0 && i < found.count && i < limit; i++)
		rv = summarise(r, found.sequences[i], rows, e);
	*out = rv == 0 ? page(&l, rows, found.count > limit) : NULL;
	json_decref(rows);
	free(found.sequences);
	if (*out == NULL)
		return rv != 0 ? sql_wrap(e, rv, "listing decisions")
			       : err_set(e, -ENOMEM, "no memory for a list of decisions");
	return 0;
}
