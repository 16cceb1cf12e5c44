/* Decisions of the past: a partnership's history for the rules, and lists. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal/reader.h"

static json_t *history_row(sqlite3_stmt *row, struct err *e)
{
	return json_pack("{sI so so sb so so so so so}", "sequence",
			 (json_int_t)sqlite3_column_int64(row, 0), "id", column_string(row, 1),
			 "kind", column_string(row, 2), "revoked", sqlite3_column_int(row, 3),
			 "name", column_string(row, 4), "assessed_on", column_string(row, 5),
			 "registered_on", column_string(row, 6), "scores", column_json(row, 7, e),
			 "outcome", column_json(row, 8, e));
}

int reader_history(struct journal_reader *r, const char *partnership, json_t **out, struct err *e)
{
	struct binder b;
	json_t *list = NULL;
	int rv = reader_bind(r, READ_HISTORY, &b, e);

	if (rv != 0)
		return rv;
	list = json_array();
	bind_text(&b, partnership);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = list_append(list, history_row(b.statement, e));
		if (rv != 0)
			break;
	}
	reader_done(&b);
	if (rv == 0 && list == NULL)
		rv = -ENOMEM;
	if (rv != 0) {
		json_decref(list);
		return sql_wrap(e, rv, "reading the history of %s", partnership);
	}
	*out = list;
	return 0;
}

/* ---- decisions.list ----------------------------------------------------- */

/* The table to walk is chosen here, the most selective filter first, and not by
 * SQLite's planner, which has no statistics: each walk is in the order of the
 * sequence already, so that it ends with the page. */
static int compose(const struct decision_filter *f, struct buffer *sql)
{
	const char *from = " FROM decision d WHERE d.sequence < ?1";
	bool named = f->partnership == NULL && (f->failed_criterion != NULL || f->award != NULL);

	if (f->partnership == NULL && f->failed_criterion != NULL)
		from = " FROM failed w CROSS JOIN decision d ON d.sequence = w.sequence"
		       " WHERE w.criterion = ?6 AND w.sequence < ?1";
	else if (f->partnership == NULL && f->award != NULL)
		from = " FROM awarded w CROSS JOIN decision d ON d.sequence = w.sequence"
		       " WHERE w.award = ?7 AND w.sequence < ?1";
	/* buffer_status at the end tells of any of these. */
	(void)buffer_append_text(
		sql, "SELECT d.sequence, d.id, d.submission_id, d.partnership, d.name,"
		     " d.assessed_on, d.award, d.commendations, d.route, d.change,"
		     " EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = d.sequence)");
	(void)buffer_append_text(sql, from);
	if (f->partnership != NULL)
		(void)buffer_append_text(sql, " AND d.partnership = ?2");
	if (f->since != NULL)
		(void)buffer_append_text(sql, " AND d.assessed_on >= ?3");
	if (f->until != NULL)
		(void)buffer_append_text(sql, " AND d.assessed_on <= ?4");
	if (f->rules != NULL)
		(void)buffer_append_text(sql, " AND d.rules = ?5");
	if (f->failed_criterion != NULL)
		(void)buffer_append_text(sql, " AND EXISTS (SELECT 1 FROM failed x WHERE"
					      " x.criterion = ?6 AND x.sequence = d.sequence)");
	if (f->award != NULL)
		(void)buffer_append_text(sql, " AND EXISTS (SELECT 1 FROM awarded x WHERE"
					      " x.award = ?7 AND x.sequence = d.sequence)");
	(void)buffer_append_text(sql, named ? " ORDER BY w.sequence DESC LIMIT ?8"
					    : " ORDER BY d.sequence DESC LIMIT ?8");
	return buffer_status(sql);
}

static int prepare_list(struct journal_reader *r, const struct decision_filter *f,
			struct binder *out, struct err *e)
{
	sqlite3_stmt *statement = NULL;
	struct buffer sql;

	buffer_init(&sql);
	int rv = compose(f, &sql);
	if (rv == 0)
		rv = sql_prepare(r->db, sql.bytes, &statement, e);
	buffer_deinit(&sql);
	if (rv != 0)
		return rv;
	*out = bind_to(statement);
	bind_integer(out, f->after > 0 ? f->after : INT64_MAX);
	bind_text(out, f->partnership);
	bind_text(out, f->since);
	bind_text(out, f->until);
	bind_text(out, f->rules);
	bind_text(out, f->failed_criterion);
	bind_text(out, f->award);
	return 0;
}

static json_t *summary(sqlite3_stmt *row, struct err *e)
{
	return json_pack("{so sI so so so so so so so so sb}", "decision_id", column_string(row, 1),
			 "sequence", (json_int_t)sqlite3_column_int64(row, 0), "submission_id",
			 column_string(row, 2), "partnership", column_string(row, 3), "name",
			 column_string(row, 4), "assessed_on", column_string(row, 5), "award",
			 column_string(row, 6), "commendations", column_json(row, 7, e), "route",
			 column_string(row, 8), "change", column_string(row, 9), "revoked",
			 sqlite3_column_int(row, 10));
}

/* Where a row too many came, the last one kept is where the next page goes on. */
static json_t *page(json_t *list, int limit, bool more)
{
	char next[24];
	json_t *last = json_array_get(list, (size_t)limit - 1);

	if (list == NULL || !more)
		return json_pack("{sO sn}", "decisions", list, "next");
	(void)snprintf(next, sizeof next, "%" PRId64,
		       (int64_t)json_member_integer(last, "sequence", 0)); /* fits */
	return json_pack("{sO ss}", "decisions", list, "next", next);
}

int reader_decisions(struct journal_reader *r, const struct decision_filter *f, json_t **out,
		     struct err *e)
{
	int limit = f->limit > 0 ? f->limit : 50;
	struct binder b;
	bool more = false;
	int rv = prepare_list(r, f, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "listing decisions");
	json_t *list = json_array();
	bind_integer(&b, (int64_t)limit + 1);
	while ((rv = sql_next(&b, e)) == 1) {
		more = json_array_size(list) == (size_t)limit;
		rv = more ? 0 : list_append(list, summary(b.statement, e));
		if (more || rv != 0)
			break;
	}
	(void)sqlite3_finalize(b.statement); /* only read */
	*out = rv == 0 ? page(list, limit, more) : NULL;
	json_decref(list);
	if (*out == NULL)
		return rv != 0 ? sql_wrap(e, rv, "listing decisions")
			       : err_set(e, -ENOMEM, "no memory for a list of decisions");
	return 0;
}
