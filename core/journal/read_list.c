/* decisions.list: which table is walked, in which order, and where a page goes on. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/reader.h"
#include "journal/schema.h"

enum { PAGE = 50, KEY_TEXT = 128 };

enum order { BY_SEQUENCE, BY_DAY, BY_PARTNERSHIP };

/* A filter, and what follows from it. */
struct list {
	const struct decision_filter *filter;
	enum order order;
	bool descending;
	char key[KEY_TEXT]; /* the day or the partnership of `after`, or beyond */
	int64_t sequence;   /* that of `after`, or beyond every one */
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

static bool read_key(struct list *l, const char *after)
{
	const char *dot = strrchr(after, '.');
	struct text name = {after, dot != NULL ? (size_t)(dot - after) : 0};
	struct date day;

	if (l->order == BY_SEQUENCE)
		return read_sequence(after, &l->sequence);
	if (dot == NULL || name.length == 0 || name.length >= KEY_TEXT)
		return false;
	memcpy(l->key, after, name.length);
	if (l->order == BY_DAY && !date_parse(name, &day))
		return false;
	return read_sequence(dot + 1, &l->sequence);
}

/* False where `after` is no key of this order. */
static bool list_init(struct list *l, const struct decision_filter *f)
{
	*l = (struct list){.filter = f};
	read_order(l);
	l->sequence = l->descending ? INT64_MAX : 0;
	if (f->after != NULL)
		return read_key(l, f->after);
	/* Before the first, or beyond the last: at the edge of the days asked for. */
	const char *edge = l->order == BY_PARTNERSHIP ? l->descending ? "~" : ""
			   : l->descending            ? f->until
						      : f->since;
	if (edge == NULL)
		edge = l->descending ? "9999-99-99" : "";
	(void)snprintf(l->key, KEY_TEXT, "%s", edge); /* fits */
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

/* ---- what is walked ------------------------------------------------------
 * SQLite's planner has no statistics, so the way is chosen here: one filter, the
 * most selective by its nature, has an index in the order that is asked for; the
 * others are looked at row by row along it. No page is ever sorted. */

enum way { WAY_PARTNERSHIP, WAY_FAILED, WAY_AWARDED, WAY_CHANGE, WAY_BY, WAY_RULES, WAY_KIND };

static bool is_any(const struct decision_filter *f)
{
	return f->kind != NULL && strcmp(f->kind, "any") == 0;
}

static bool is_import(const struct decision_filter *f)
{
	return f->kind != NULL && strcmp(f->kind, "import") == 0;
}

static bool is_uid(const struct decision_filter *f)
{
	return f->by != NULL && *f->by != '\0' && strspn(f->by, "0123456789") == strlen(f->by);
}

static enum way choose(const struct list *l)
{
	const struct decision_filter *f = l->filter;

	if (f->partnership != NULL || l->order == BY_PARTNERSHIP)
		return WAY_PARTNERSHIP;
	if (f->failed_criterion != NULL)
		return WAY_FAILED;
	if (f->award != NULL)
		return WAY_AWARDED;
	if (f->changed != NULL)
		return WAY_CHANGE;
	if (f->by != NULL)
		return WAY_BY;
	return f->rules != NULL ? WAY_RULES : WAY_KIND;
}

/* Entries in the order of the sequence and of some days alone: blocks that hold
 * none of them are passed by. A partnership's own are too few for that. */
static bool has_span(const struct list *l, enum way way)
{
	return l->order == BY_SEQUENCE && way != WAY_PARTNERSHIP &&
	       (l->filter->since != NULL || l->filter->until != NULL);
}

#define DAY(parameter) "CAST(replace(" parameter ", '-', '') AS INTEGER)"

/* Parameters: 1 sequence and 2 key of `after`, 3 partnership, 4 since, 5 until, 6 criterion,
 * 7 award, 8 change, 9 user or uid, 10 rules, 11 kind, 12 limit. */
static void put_from(const struct list *l, enum way way, struct buffer *sql)
{
	const struct decision_filter *f = l->filter;
	const char *day = l->order == BY_DAY ? "_day" : "";
	const char *index = way == WAY_PARTNERSHIP ? "partnership"
			    : way == WAY_CHANGE    ? "change"
			    : way == WAY_BY        ? is_uid(f) ? "uid" : "user"
			    : way == WAY_RULES     ? "rules"
						   : "kind";

	/* buffer_status at the end tells of any of these. */
	(void)buffer_append_text(sql, has_span(l, way) ? " FROM span s CROSS JOIN" : " FROM");
	if (way == WAY_FAILED || way == WAY_AWARDED) {
		const char *name = way == WAY_FAILED ? "failed" : "awarded";
		(void)buffer_printf(sql, " %s w", name);
		if (l->order == BY_DAY)
			(void)buffer_printf(sql, " INDEXED BY %s_day", name);
		(void)buffer_append_text(sql, " CROSS JOIN listed l ON l.sequence = w.sequence");
	} else if (way == WAY_KIND && !is_import(f) && l->order == BY_DAY) {
		(void)buffer_append_text(sql, " listed l INDEXED BY listed_day");
	} else if (way == WAY_KIND && is_any(f)) {
		(void)buffer_append_text(sql, " listed l NOT INDEXED");
	} else {
		(void)buffer_printf(sql, " listed l INDEXED BY listed_%s%s", index, day);
	}
	(void)buffer_append_text(sql, " LEFT JOIN decision d ON d.sequence = l.sequence"
				      " LEFT JOIN import i ON i.sequence = l.sequence"
				      " LEFT JOIN award a ON a.sequence = l.sequence WHERE");
}

/* From where the page goes on. `w` is the table that is walked. */
static void put_bound(const struct list *l, enum way way, const char *w, struct buffer *sql)
{
	const char *beyond = l->descending ? "<" : ">";

	/* buffer_status at the end tells of any of these. */
	if (l->order == BY_DAY)
		(void)buffer_printf(sql, " (%s.day, %s.sequence) %s (" DAY("?2") ", ?1)", w, w,
				    beyond);
	else if (l->order == BY_PARTNERSHIP && l->filter->partnership == NULL)
		(void)buffer_printf(sql, " (l.partnership, l.sequence) %s (?2, ?1)", beyond);
	else
		(void)buffer_printf(sql, " %s.sequence %s ?1", w, beyond);
	if (has_span(l, way))
		(void)buffer_printf(sql,
				    " AND s.kind = ?11 AND s.block %s= ?1 / " SPAN_ENTRIES
				    " AND %s.sequence BETWEEN s.block * " SPAN_ENTRIES
				    " AND s.block * " SPAN_ENTRIES " + " SPAN_ENTRIES " - 1"
				    "%s%s",
				    beyond, w,
				    l->filter->since != NULL ? " AND s.last >= " DAY("?4") : "",
				    l->filter->until != NULL ? " AND s.first <= " DAY("?5") : "");
}

static void put_filters(const struct decision_filter *f, enum way way, const char *w,
			struct buffer *sql)
{
	/* buffer_status at the end tells of any of these. */
	(void)buffer_append_text(sql, is_any(f) ? " AND l.kind IN ('decision', 'import')"
						: " AND l.kind = ?11");
	if (is_import(f)) /* as the index of those alone has it */
		(void)buffer_append_text(sql, " AND l.kind <> 'decision'");
	if (f->partnership != NULL)
		(void)buffer_append_text(sql, " AND l.partnership = ?3");
	if (f->since != NULL)
		(void)buffer_printf(sql, " AND %s.day >= " DAY("?4"), w);
	if (f->until != NULL)
		(void)buffer_printf(sql, " AND %s.day <= " DAY("?5"), w);
	if (f->changed != NULL)
		(void)buffer_append_text(sql, " AND l.change = ?8");
	if (f->by != NULL)
		(void)buffer_printf(sql, " AND l.%s = ?9", is_uid(f) ? "uid" : "user");
	if (f->rules != NULL)
		(void)buffer_append_text(
			sql, " AND l.rules = (SELECT id FROM digest WHERE digest = ?10)");
	if (way == WAY_FAILED)
		(void)buffer_append_text(sql, " AND w.criterion = ?6");
	else if (f->failed_criterion != NULL)
		(void)buffer_append_text(sql, " AND EXISTS (SELECT 1 FROM failed x WHERE"
					      " x.criterion = ?6 AND x.sequence = l.sequence)");
	if (way == WAY_AWARDED)
		(void)buffer_append_text(sql, " AND w.award = ?7");
	else if (f->award != NULL)
		(void)buffer_append_text(sql, " AND EXISTS (SELECT 1 FROM awarded x WHERE"
					      " x.award = ?7 AND x.sequence = l.sequence)");
}

static void put_order(const struct list *l, enum way way, const char *w, struct buffer *sql)
{
	const char *down = l->descending ? " DESC" : "";

	/* buffer_status at the end tells of any of these. */
	(void)buffer_append_text(sql, " ORDER BY ");
	if (has_span(l, way))
		(void)buffer_printf(sql, "s.block%s, ", down);
	if (l->order == BY_DAY)
		(void)buffer_printf(sql, "%s.day%s, ", w, down);
	else if (l->order == BY_PARTNERSHIP)
		(void)buffer_printf(sql, "l.partnership%s, ", down);
	(void)buffer_printf(sql, "%s.sequence%s LIMIT ?12", w, down);
}

static int compose(const struct list *l, struct buffer *sql)
{
	enum way way = choose(l);
	const char *w = way == WAY_FAILED || way == WAY_AWARDED ? "w" : "l";

	(void)buffer_append_text(/* buffer_status tells */
				 sql,
				 "SELECT l.sequence, l.kind, coalesce(d.id, i.id), l.uid, l.user,"
				 " d.submission_id, l.partnership, coalesce(d.name, i.name), d.assessed_on,"
				 " a.award, coalesce(d.commendations, a.commendations), a.awarded_on, a.precision,"
				 " coalesce(d.route, a.route), l.change,"
				 " EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = l.sequence)");
	put_from(l, way, sql);
	put_bound(l, way, w, sql);
	put_filters(l->filter, way, w, sql);
	put_order(l, way, w, sql);
	return buffer_status(sql);
}

/* ---- a page -------------------------------------------------------------- */

static int prepare(struct journal_reader *r, const struct list *l, struct binder *out,
		   struct err *e)
{
	const struct decision_filter *f = l->filter;
	sqlite3_stmt *statement = NULL;
	struct buffer sql;

	buffer_init(&sql);
	int rv = compose(l, &sql);
	if (rv == 0)
		rv = sql_prepare(r->db, sql.bytes, &statement, e);
	buffer_deinit(&sql);
	if (rv != 0)
		return rv;
	*out = bind_to(statement);
	bind_integer(out, l->sequence);
	bind_text(out, l->key);
	bind_text(out, f->partnership);
	bind_text(out, f->since);
	bind_text(out, f->until);
	bind_text(out, f->failed_criterion);
	bind_text(out, f->award);
	bind_text(out, f->changed);
	bind_text(out, f->by);
	bind_text(out, f->rules);
	bind_text(out, f->kind != NULL ? f->kind : "decision");
	bind_integer(out, (int64_t)(f->limit > 0 ? f->limit : PAGE) + 1);
	return 0;
}

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

/* Where a row too many came, the last one kept is where the next page goes on. */
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
	struct binder b;
	struct list l;
	bool more = false;

	if (!list_init(&l, f))
		return err_set(e, AW_EINVALID, "listing decisions: \"%s\" is no key", f->after);
	int rv = prepare(r, &l, &b, e);
	if (rv != 0)
		return sql_wrap(e, rv, "listing decisions");
	json_t *rows = json_array();
	while ((rv = sql_next(&b, e)) == 1) {
		more = json_array_size(rows) == limit;
		rv = more ? 0 : list_append(rows, summary(b.statement, e));
		if (more || rv != 0)
			break;
	}
	(void)sqlite3_finalize(b.statement); /* only read */
	*out = rv == 0 ? page(&l, rows, more) : NULL;
	json_decref(rows);
	if (*out == NULL)
		return rv != 0 ? sql_wrap(e, rv, "listing decisions")
			       : err_set(e, -ENOMEM, "no memory for a list of decisions");
	return 0;
}
