/* The register: who holds what, benchmarks, and counts. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "journal/reader.h"

/* Dates are compared as texts; these are before and after every one. */
static const char first_day[] = "0000-01-01", last_day[] = "9999-12-31";

static json_t *register_row(sqlite3_stmt *row, struct err *e)
{
	return json_pack("{so so so so so so so so so so}", "partnership", column_string(row, 0),
			 "name", column_string(row, 1), "award", column_string(row, 2),
			 "commendations", column_json(row, 3, e), "awarded_on",
			 column_string(row, 4), "expires_on", column_string(row, 5), "precision",
			 column_string(row, 6), "citation", column_string(row, 7), "source",
			 column_string(row, 8), "decision_id", column_string(row, 9));
}

static enum reader_statement register_statement(const char *partnership, const char *sort)
{
	static const struct {
		const char *sort;
		enum reader_statement statement;
	} sorts[] = {
		{"-partnership", READ_REGISTER_DOWN},        {"awarded_on", READ_REGISTER_AWARDED},
		{"-awarded_on", READ_REGISTER_AWARDED_DOWN}, {"expires_on", READ_REGISTER_EXPIRES},
		{"-expires_on", READ_REGISTER_EXPIRES_DOWN},
	};

	if (partnership != NULL)
		return READ_REGISTER_ONE;
	for (size_t i = 0; sort != NULL && i < sizeof sorts / sizeof *sorts; i++) {
		if (strcmp(sorts[i].sort, sort) == 0)
			return sorts[i].statement;
	}
	return READ_REGISTER;
}

int reader_register(struct journal_reader *r, const char *on, const char *partnership,
		    const char *sort, json_t **out, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, register_statement(partnership, sort), &b, e);

	if (rv == 0) {
		bind_text(&b, on);
		if (partnership != NULL)
			bind_text(&b, partnership);
		rv = reader_collect(&b, register_row, out, e);
	}
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading the register");
}

static int is_no_correction(struct journal_reader *r, int64_t sequence, const json_t *award,
			    struct err *e)
{
	json_t *entry = NULL;
	int rv = reader_entry(r, sequence, &entry, e);
	const json_t *imported = json_member(json_member(entry, "body"), "award");

	if (rv == 0 && imported != NULL && !json_equal(imported, award))
		rv = err_set(e, AW_EABSENT, "what was imported was revoked, and said otherwise");
	json_decref(entry);
	return rv;
}

int reader_award_known(struct journal_reader *r, const json_t *award, struct err *e)
{
	int64_t newest = 0;
	bool stands = false;
	struct binder b;
	int rv = reader_bind(r, READ_AWARD_KNOWN, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "looking for an award");
	bind_text(&b, json_member_text(award, "partnership"));
	bind_text(&b, json_member_text(award, "awarded_on"));
	bind_text(&b, json_member_text(award, "award"));
	while (!stands && (rv = sql_next(&b, e)) == 1) {
		newest = newest > 0 ? newest : sqlite3_column_int64(b.statement, 0);
		stands = sqlite3_column_int(b.statement, 1) == 0;
	}
	reader_done(&b);
	if (rv == 0 && newest == 0)
		return err_set(e, AW_EABSENT, "this award is not in the log");
	if (rv >= 0)
		rv = stands ? 0 : is_no_correction(r, newest, award, e);
	return rv == 0 || rv == AW_EABSENT ? rv : sql_wrap(e, rv, "looking for an award");
}

/* What is read of one benchmark; its memory serves for the next. */
struct reading {
	struct buffer bytes;
	struct json_index entry, scores;
};

static int read_canonical(struct json_index *x, struct text written, struct err *e)
{
	int rv = json_index_read(x, written);

	if (rv == 0 && x->canonical)
		return 0;
	return rv == -ENOMEM ? rv : err_set(e, AW_ECORRUPT, "it holds what is not canonical JSON");
}

static int give_benchmark(sqlite3_stmt *row, struct reading *reading, reader_benchmark_cb each,
			  void *ctx, struct err *e)
{
	const struct stored stored = {column_bytes(row, 5), column_bytes(row, 7)};
	struct benchmark b = {
		.partnership = column_text(row, 0),
		.sequence = sqlite3_column_int64(row, 1),
		.name = column_text(row, 2),
		.assessed_on = column_text(row, 3),
	};
	struct text bytes;

	buffer_clear(&reading->bytes);
	int rv = entry_hashed(&stored, column_bytes(row, 6), &reading->bytes, &bytes, e);
	if (rv == 0)
		rv = read_canonical(&reading->entry, bytes, e);
	if (rv == 0 && sqlite3_column_type(row, 4) != SQLITE_NULL) {
		rv = read_canonical(&reading->scores, column_bytes(row, 4), e);
		b.scores = reading->scores.items;
	}
	if (rv != 0)
		return sql_wrap(e, rv, "entry %" PRId64, b.sequence);
	const struct json_item *body = json_item_get(reading->entry.items, "body");
	b.case_studies = json_item_get(json_item_get(body, "submission"), "case_studies");
	return each(ctx, &b);
}

int reader_benchmarks(struct journal_reader *r, const char *since, const char *until,
		      reader_benchmark_cb each, void *ctx, struct err *e)
{
	struct reading reading;
	struct binder b;
	int rv = reader_bind(r, READ_BENCHMARKS, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "reading benchmarks");
	buffer_init(&reading.bytes);
	json_index_init(&reading.entry);
	json_index_init(&reading.scores);
	bind_text(&b, since != NULL ? since : first_day);
	bind_text(&b, until != NULL ? until : last_day);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = give_benchmark(b.statement, &reading, each, ctx, e);
		if (rv != 0)
			break;
	}
	reader_done(&b);
	json_index_deinit(&reading.scores);
	json_index_deinit(&reading.entry);
	buffer_deinit(&reading.bytes);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading benchmarks");
}

int reader_scores(struct journal_reader *r, const char *since, const char *until,
		  reader_scores_cb each, void *ctx, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_SCORES, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "reading scores");
	bind_text(&b, since != NULL ? since : first_day);
	bind_text(&b, until != NULL ? until : last_day);
	while ((rv = sql_next(&b, e)) == 1) {
		struct err why = {.status = 0};
		json_t *scores = column_json(b.statement, 0, &why);
		if (scores != NULL)
			rv = each(ctx, scores);
		else
			rv = why.status == -ENOMEM ? -ENOMEM
						   : err_set(e, AW_ECORRUPT, DERIVED_DAMAGED);
		json_decref(scores);
		if (rv != 0)
			break;
	}
	reader_done(&b);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading scores");
}

static json_t *count_row(sqlite3_stmt *row, struct err *e)
{
	(void)e; /* no document is read */
	return json_pack("{so sI sI}", "award", column_string(row, 0), "year",
			 (json_int_t)sqlite3_column_int64(row, 1), "count",
			 (json_int_t)sqlite3_column_int64(row, 2));
}

int reader_award_counts(struct journal_reader *r, const char *since, const char *until,
			json_t **out, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_AWARD_COUNTS, &b, e);

	if (rv == 0) {
		bind_text(&b, since != NULL ? since : first_day);
		bind_text(&b, until != NULL ? until : last_day);
		rv = reader_collect(&b, count_row, out, e);
	}
	return rv == 0 ? 0 : sql_wrap(e, rv, "counting awards");
}

int reader_counts(struct journal_reader *r, json_t **out, struct err *e)
{
	struct binder b;
	json_t *counts = NULL;
	int rv = reader_bind(r, READ_COUNTS, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "counting entries");
	counts = json_object();
	while ((rv = sql_next(&b, e)) == 1) {
		rv = json_put(counts, column_text(b.statement, 0),
			      json_integer(sqlite3_column_int64(b.statement, 1)));
		if (rv != 0)
			break;
	}
	reader_done(&b);
	if (rv == 0 && counts == NULL)
		rv = -ENOMEM;
	if (rv != 0) {
		json_decref(counts);
		return sql_wrap(e, rv, "counting entries");
	}
	*out = counts;
	return 0;
}
