/* The verbs that show lists: decisions, the register, practice, statistics. */
#include <stdio.h>
#include <string.h>

#include "ctl/csv.h"
#include "ctl/kept.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "wording/wording.h"

/* A statement's id and title in one cell. */
static void add_statement(struct table *t, const struct vocabulary *v, const char *id)
{
	const char *title = id != NULL ? statement_title(v, id) : NULL;
	char cell[256];

	(void)snprintf(cell, sizeof cell, "%-3s %s", id != NULL ? id : "",
		       title != NULL ? title : ""); /* a long title may be cut */
	table_add(t, title != NULL ? cell : id);
}

static void add_award(struct table *t, const struct vocabulary *v, const json_t *row)
{
	struct buffer words;

	buffer_init(&words);
	award_words(v, json_member_text(row, "award"), json_member(row, "commendations"), &words);
	t->failed = t->failed || words.failed;
	table_add(t, words.bytes != NULL ? words.bytes : "no award");
	buffer_deinit(&words);
}

static void add_day(struct table *t, const char *iso, bool month_only)
{
	char day[DAY_TEXT];

	wording_day_short(iso, month_only, day);
	table_add(t, day);
}

static const char *name_of(const json_t *row)
{
	const char *name = json_member_text(row, "name");

	return name != NULL ? name : json_member_text(row, "partnership");
}

static void write_table(struct paper *p, struct table *t, const char *none)
{
	if (t->count == 0 && !t->failed)
		paper_wrap(p, 0, none);
	else
		table_write(t, p);
	table_deinit(t);
}

/* The rows' members under these names, `uid` and `user` being those of `by`. */
static void write_csv(struct paper *p, const char *const *columns, size_t count, const json_t *rows)
{
	size_t i;
	json_t *row;

	csv_put_names(p, columns, count);
	json_array_foreach(rows, i, row) {
		for (size_t k = 0; k < count; k++) {
			const json_t *value = json_object_get(row, columns[k]);

			if (value == NULL)
				value = json_object_get(json_member(row, "by"), columns[k]);
			csv_put(p, value, k + 1 < count ? ',' : '\n');
		}
	}
}

static void write_decisions_csv(struct session *s, struct paper *p, const json_t *result)
{
	static const char *const columns[] = {
		"sequence",    "kind",    "decision_id",   "submission_id", "partnership", "name",
		"assessed_on", "award",   "commendations", "awarded_on",    "precision",   "route",
		"change",      "revoked", "uid",           "user"};
	const char *next = json_member_text(result, "next");

	write_csv(p, columns, sizeof columns / sizeof *columns, json_member(result, "decisions"));
	if (next != NULL)
		(void)session_say(s, EXIT_DONE, "there are more: go on with --after %s", next);
}

/* The day a list goes by: of an imported award that of the award. */
static void add_its_day(struct table *t, const json_t *row)
{
	const char *day = json_member_text(row, "assessed_on");
	const char *precision = json_member_text(row, "precision");
	bool month_only = precision != NULL && strcmp(precision, "month") == 0;

	add_day(t, day != NULL ? day : json_member_text(row, "awarded_on"), month_only);
}

/* Whether nothing in the log is like this one filter. A daemon that does not say knows none. */
static bool nothing_has(struct session *s, enum option option)
{
	const enum option one[] = {option, OPTION_COUNT};
	struct awardd_answer answer;
	json_t *params, *result = NULL;
	struct buffer text;
	bool nothing = false;

	buffer_init(&text);
	awardd_answer_init(&answer);
	if (session_filters(s, one, &params) == EXIT_DONE &&
	    json_put(params, "kind", json_string("any")) == 0 &&
	    json_put(params, "limit", json_integer(1)) == 0 && json_compact(params, &text) == 0 &&
	    awardd_client_call(s->client, "decisions.list", text.bytes, &answer) == AWARDD_OK)
		result = json_read(text_of(answer.result), NULL);
	if (result != NULL)
		nothing = json_array_size(json_member(result, "decisions")) == 0;
	json_decref(result);
	json_decref(params);
	buffer_deinit(&text);
	awardd_answer_deinit(&answer);
	return nothing;
}

static bool rules_name(const json_t *scheme, enum option option, const char *id)
{
	const json_t *award, *criterion, *awards = json_member(scheme, "awards");
	size_t i, k;

	json_array_foreach(awards, i, award) {
		const char *name = json_member_text(award, "id");

		if (option == OPTION_AWARD && name != NULL && strcmp(name, id) == 0)
			return true;
		json_array_foreach(json_member(award, "criteria"), k, criterion) {
			name = json_member_text(criterion, "id");
			if (option == OPTION_FAILED_CRITERION && name != NULL &&
			    strcmp(name, id) == 0)
				return true;
		}
	}
	return false;
}

/* That nothing was found may be a slip of the pen. */
static void write_unknown(struct session *s, struct paper *p)
{
	static const struct {
		enum option option;
		const char *what;
	} named[] = {
		{OPTION_PARTNERSHIP, "partnership"},
		{OPTION_AWARD, "award"},
		{OPTION_FAILED_CRITERION, "criterion"},
	};

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		const char *id = session_option(s, named[i].option);

		if (id != NULL && !rules_name(session_scheme(s), named[i].option, id) &&
		    nothing_has(s, named[i].option))
			paper_wrap_format(
				p, 0, "No %s \"%s\" is known to the log%s.", named[i].what, id,
				named[i].option != OPTION_PARTNERSHIP ? " or the rules" : "");
	}
}

static void write_decisions(struct session *s, struct paper *p, const json_t *result)
{
	static const char *const headings[] = {"Entry",  "Assessed", "Partnership", "Award",
					       "Change", "Standing", "Decision",    "Kind"};
	const json_t *rows = json_member(result, "decisions");
	const char *next = json_member_text(result, "next");
	bool with_kind = session_option(s, OPTION_KIND) != NULL;
	struct vocabulary v = {session_scheme(s), NULL};
	struct table t;
	size_t i;
	json_t *row;

	if (s->csv) {
		write_decisions_csv(s, p, result);
		return;
	}
	table_init(&t, headings, sizeof headings / sizeof headings[0] - !with_kind);
	json_array_foreach(rows, i, row) {
		const json_t *revoked = json_member(row, "revoked");

		table_add_integer(&t, json_member(row, "sequence"));
		add_its_day(&t, row);
		table_add(&t, name_of(row));
		add_award(&t, &v, row);
		table_add(&t, json_member_text(row, "change"));
		table_add(&t, revoked != NULL && !json_is_false(revoked) ? "revoked" : "stands");
		table_add(&t, json_member_text(row, "decision_id"));
		if (with_kind)
			table_add(&t, json_member_text(row, "kind"));
	}
	bool none = t.count == 0 && !t.failed;
	write_table(p, &t, "No decision in the log is like that.");
	if (none)
		write_unknown(s, p);
	if (next != NULL)
		paper_wrap_format(p, 0, "There are more: go on with --after %s", next);
}

int verb_decisions_list(struct session *s)
{
	static const enum option options[] = {OPTION_PARTNERSHIP,
					      OPTION_AWARD,
					      OPTION_SINCE,
					      OPTION_UNTIL,
					      OPTION_FAILED_CRITERION,
					      OPTION_CHANGED,
					      OPTION_BY,
					      OPTION_KIND,
					      OPTION_RULES,
					      OPTION_SORT,
					      OPTION_LIMIT,
					      OPTION_AFTER,
					      OPTION_COUNT};
	const char *rules = session_option(s, OPTION_RULES);
	char digest[RULES_KEY];
	json_t *params = NULL;
	int status = session_filters(s, options, &params);

	if (status == EXIT_DONE && rules != NULL) {
		status = kept_digest(s, rules, digest);
		if (status == EXIT_DONE && json_put(params, "rules", json_string(digest)) != 0)
			status = session_say(s, EXIT_UNEXPECTED, "no memory for a filter");
		if (status != EXIT_DONE)
			json_decref(params);
	}
	return status != EXIT_DONE ? status
				   : session_show(s, "decisions.list", params, write_decisions);
}

static void write_register(struct session *s, struct paper *p, const json_t *result)
{
	static const char *const headings[] = {"Partnership", "Award",    "Awarded",
					       "Expires",     "Standing", "Source"};
	static const char *const columns[] = {"partnership",   "name",       "award",
					      "commendations", "awarded_on", "expires_on",
					      "status",        "precision",  "citation",
					      "source",        "decision_id"};
	const json_t *rows = json_member(result, "awards");
	struct vocabulary v = {session_scheme(s), NULL};
	struct table t;
	size_t i;
	json_t *row;

	if (s->csv) {
		write_csv(p, columns, sizeof columns / sizeof *columns, rows);
		return;
	}
	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(rows, i, row) {
		const char *precision = json_member_text(row, "precision");
		bool month_only = precision != NULL && strcmp(precision, "month") == 0;

		table_add(&t, name_of(row));
		add_award(&t, &v, row);
		add_day(&t, json_member_text(row, "awarded_on"), month_only);
		add_day(&t, json_member_text(row, "expires_on"), month_only);
		table_add(&t, json_member_text(row, "status"));
		table_add(&t, json_member_text(row, "source"));
	}
	bool none = t.count == 0 && !t.failed;
	write_table(p, &t, "Nobody on the register holds an award like that.");
	if (none)
		write_unknown(s, p);
}

int verb_register_list(struct session *s)
{
	static const enum option options[] = {OPTION_ON,          OPTION_STATUS, OPTION_AWARD,
					      OPTION_PARTNERSHIP, OPTION_SORT,   OPTION_COUNT};
	json_t *params;
	int status = session_filters(s, options, &params);

	return status != EXIT_DONE ? status
				   : session_show(s, "register.list", params, write_register);
}

/* A result that is a list, or an object with one list of any name. */
static const json_t *rows_of(const json_t *result, const char *name)
{
	return json_is_array(result) ? result : json_member(result, name);
}

static void write_practice(struct session *s, struct paper *p, const json_t *result)
{
	static const char *const headings[] = {"Statement", "Score", "Partnership", "Case study",
					       "Assessed"};
	const json_t *rows = rows_of(result, "practice");
	struct vocabulary v = {session_scheme(s), NULL};
	struct table t;
	size_t i;
	json_t *row;

	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(rows, i, row) {
		add_statement(&t, &v, json_member_text(row, "statement"));
		table_add_integer(&t, json_member(row, "score"));
		table_add(&t, name_of(row));
		table_add(&t, json_member_text(row, "title"));
		add_day(&t, json_member_text(row, "date"), false);
	}
	write_table(p, &t, "Nobody shares a case study of that yet.");
}

int verb_practice(struct session *s)
{
	static const enum option options[] = {OPTION_STATEMENT, OPTION_COUNT};
	json_t *params;
	int status = session_filters(s, options, &params);

	return status != EXIT_DONE ? status
				   : session_show(s, "practice.list", params, write_practice);
}

static void write_scores(struct paper *p, const struct vocabulary *v, const json_t *rows)
{
	static const char *const headings[] = {"Statement", "Scored", "Left out", "Least",
					       "Lower",     "Median", "Upper",    "Most"};
	static const char *const members[] = {"scored",         "not_applicable", "minimum",
					      "lower_quartile", "median",         "upper_quartile",
					      "maximum"};
	struct table t;
	size_t i;
	json_t *row;

	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(rows, i, row) {
		add_statement(&t, v, json_member_text(row, "statement"));
		for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
			table_add_integer(&t, json_member(row, members[k]));
	}
	write_table(p, &t, "No benchmark has been decided yet.");
}

static void write_statistics(struct session *s, struct paper *p, const json_t *result)
{
	static const char *const headings[] = {"Year", "Award", "Awards"};
	const json_t *rows = json_member(result, "awards");
	struct vocabulary v = {session_scheme(s), NULL};
	struct table t;
	size_t i;
	json_t *row;

	write_scores(p, &v, json_member(result, "statements"));
	paper_heading(p, "Awards by year and level");
	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(rows, i, row) {
		table_add_integer(&t, json_member(row, "year"));
		table_add(&t, award_title(&v, json_member_text(row, "award")));
		table_add_integer(&t, json_member(row, "count"));
	}
	write_table(p, &t, "No award has been given in that time.");
}

int verb_statistics(struct session *s)
{
	static const enum option options[] = {OPTION_SINCE, OPTION_UNTIL, OPTION_COUNT};
	json_t *params;
	int status = session_filters(s, options, &params);

	return status != EXIT_DONE ? status
				   : session_show(s, "statistics.get", params, write_statistics);
}
