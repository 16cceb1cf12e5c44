/* Questions to the log, and the methods that ask only one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/read.h"

static void read_free(struct read *q)
{
	generation_drop(&q->generation);
	json_decref(q->found);
	free(q);
}

/* On the reading thread. */
static int run(struct journal_reader *r, void *ctx, struct err *e)
{
	struct read *q = ctx;

	return q->ask(q, r, e);
}

static void on_read(void *ctx, int status, const struct err *e)
{
	struct read *q = ctx;

	if (status != 0) {
		answer_status(q->service, q->request, status, e);
	} else if (q->finish == NULL) {
		answer_result(q->service, q->request, json_incref(q->found));
	} else {
		json_t *result = q->finish(q);
		if (result != NULL)
			answer_result(q->service, q->request, result);
	}
	read_free(q);
}

void read_begin(const struct read *like)
{
	struct read *q = malloc(sizeof *q);

	if (q == NULL) {
		answer_no_memory(like->service, like->request);
		return;
	}
	*q = *like;
	if (q->service->current != NULL)
		q->generation = generation_hold(q->service->current);
	if (journal_query(q->service->options.journal, run, on_read, q) != 0) {
		answer_no_memory(q->service, q->request);
		read_free(q);
	}
}

/* ---- decisions.get ------------------------------------------------------ */

static int ask_entry(struct read *q, struct journal_reader *r, struct err *e)
{
	const json_t *params = q->request->params;
	const char *id = json_member_text(params, "decision_id");

	if (id != NULL)
		return reader_entry_by_id(r, id, &q->found, e);
	return reader_entry(r, json_member_integer(params, "sequence", 0), &q->found, e);
}

/* A decision as it was answered, the submission as it was sent. */
static json_t *decision_document(const json_t *entry)
{
	const json_t *body = json_object_get(entry, "body");
	const json_t *decision = json_object_get(body, "decision");
	const char *leaf = json_member_text(entry, "leaf_hash");
	json_t *answered = decision_answer(decision, json_member_text(entry, "id"),
					   json_member_integer(entry, "sequence", 0),
					   json_member_text(entry, "at"), leaf);

	return json_pack("{sO sO sO sO sO sO so sO sO s{ss}}", "kind",
			 json_object_get(entry, "kind"), "sequence",
			 json_object_get(entry, "sequence"), "decision_id",
			 json_object_get(entry, "id"), "at", json_object_get(entry, "at"), "by",
			 json_object_get(entry, "by"), "submission",
			 json_object_get(body, "submission"), "decision", answered, "rules",
			 json_object_get(decision, "rules"), "revoked",
			 json_object_get(entry, "revoked"), "log", "leaf_hash", leaf);
}

static json_t *finish_entry(struct read *q)
{
	const struct peer *peer = q->request->peer;
	const char *kind = json_member_text(q->found, "kind");
	bool decision = kind != NULL && strcmp(kind, "decision") == 0;
	json_int_t uid = json_member_integer(json_object_get(q->found, "by"), "uid", -1);

	/* Whoever submitted a decision may get it. */
	if ((roles_of(q->service, peer) & ACCESS_AUDIT) == 0 &&
	    !(decision && uid == (json_int_t)peer->actor.uid)) {
		answer_error(q->service, q->request, CODE_DENIED, "this user may not do this",
			     json_pack("{ss}", "role", "audit"));
		return NULL;
	}
	json_t *result = decision ? decision_document(q->found) : json_incref(q->found);
	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void decisions_get(struct service *s, struct request *r)
{
	static const char *const known[] = { "decision_id", "sequence", NULL };
	struct read q = { .service = s, .request = r, .ask = ask_entry, .finish = finish_entry };

	if (!params_know(s, r, known))
		return;
	const json_t *id = json_member(r->params, "decision_id");
	const json_t *sequence = json_member(r->params, "sequence");
	if ((id == NULL) == (sequence == NULL))
		answer_param(s, r, "", "needs a decision_id or a sequence, and not both");
	else if (id != NULL && !json_is_string(id))
		answer_param(s, r, "/decision_id", "must be text");
	else if (sequence != NULL && !json_is_integer(sequence))
		answer_param(s, r, "/sequence", "must be a whole number");
	else
		read_begin(&q);
}

/* ---- decisions.list ----------------------------------------------------- */

enum { LIST_DEFAULT = 50, LIST_MOST = 500 };

/* Whether every filter has its type; otherwise adds to `errors`. */
static int check_filters(const json_t *params, json_t *errors)
{
	static const char *const texts[] = { "partnership", "award", "failed_criterion", "rules" };
	static const char *const dates[] = { "since", "until" };
	const char *date;
	char pointer[32];
	bool memory = true;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const json_t *value = json_member(params, texts[i]);
		(void)snprintf(pointer, sizeof pointer, "/%s", texts[i]);
		if (value != NULL && !json_is_string(value))
			memory &= json_array_append_new(
					  errors, form_error(pointer, "must be text")) == 0;
	}
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		(void)snprintf(pointer, sizeof pointer, "/%s", dates[i]);
		if (params_date(params, dates[i], &date) < 0)
			memory &= json_array_append_new(
					  errors,
					  form_error(pointer,
						     "must be a real date written YYYY-MM-DD")) == 0;
	}
	const json_t *limit = json_member(params, "limit");
	json_int_t most = json_integer_value(limit);
	if (limit != NULL && (!json_is_integer(limit) || most < 1 || most > LIST_MOST))
		memory &= json_array_append_new(
				  errors, form_error("/limit",
						     "must be a whole number from 1 to 500")) == 0;
	return memory ? 0 : -ENOMEM;
}

/* The sequence that `after` says, 0 for none, -1 where it says none. */
static int64_t read_after(const json_t *params)
{
	const json_t *after = json_member(params, "after");
	const char *text = json_string_value(after);
	char *end = NULL;

	if (after == NULL)
		return 0;
	if (text == NULL || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	long long sequence = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && sequence > 0 ? sequence : -1;
}

static int ask_decisions(struct read *q, struct journal_reader *r, struct err *e)
{
	const json_t *params = q->request->params;
	struct decision_filter filter = {
		.partnership = json_member_text(params, "partnership"),
		.award = json_member_text(params, "award"),
		.since = json_member_text(params, "since"),
		.until = json_member_text(params, "until"),
		.failed_criterion = json_member_text(params, "failed_criterion"),
		.rules = json_member_text(params, "rules"),
		.after = read_after(params),
		.limit = (int)json_member_integer(params, "limit", LIST_DEFAULT),
	};

	return reader_decisions(r, &filter, &q->found, e);
}

void decisions_list(struct service *s, struct request *r)
{
	static const char *const known[] = { "partnership", "award", "since", "until",
					     "failed_criterion", "rules", "limit", "after", NULL };
	struct read q = { .service = s, .request = r, .ask = ask_decisions };

	if (!params_know(s, r, known))
		return;
	json_t *errors = json_array();
	int rv = errors != NULL ? check_filters(r->params, errors) : -ENOMEM;
	if (rv == 0 && read_after(r->params) < 0 &&
	    json_array_append_new(errors, form_error("/after", "must be the \"next\" of an earlier "
							       "answer")) != 0)
		rv = -ENOMEM;
	if (rv == 0 && json_array_size(errors) > 0) {
		answer_params(s, r, errors);
		return;
	}
	json_decref(errors);
	if (rv != 0)
		answer_no_memory(s, r);
	else
		read_begin(&q);
}

/* ---- register.list ------------------------------------------------------ */

static int ask_register(struct read *q, struct journal_reader *r, struct err *e)
{
	return reader_register(r, q->day, json_member_text(q->request->params, "partnership"),
			       &q->found, e);
}

/* "current", "due" or "lapsed" on a day; the months before the
 * lapse from which an award is due are the rules'. */
static const char *status_on(const json_t *award, struct date day, int due_months)
{
	struct date expires;
	const char *text = json_member_text(award, "expires_on");

	if (text == NULL || !date_parse(text_of(text), &expires) ||
	    date_compare(day, expires) >= 0)
		return "lapsed";
	if (date_compare(day, date_add_months(expires, -due_months)) >= 0)
		return "due";
	return "current";
}

static json_t *finish_register(struct read *q)
{
	const char *wanted = json_member_text(q->request->params, "status");
	json_t *awards = json_array();
	const json_t *terms =
		q->generation != NULL
			? json_object_get(generation_manifest(q->generation), "register")
			: NULL;
	int due_months = (int)json_member_integer(terms, "due_months", 0);
	struct date day = { 0 };
	size_t i;
	json_t *award;
	bool memory = awards != NULL && date_parse(text_of(q->day), &day);

	json_array_foreach(q->found, i, award) {
		const char *status = status_on(award, day, due_months);
		if (wanted != NULL && strcmp(wanted, status) != 0)
			continue;
		memory = memory && json_put(award, "status", json_string(status)) == 0 &&
			 json_array_append(awards, award) == 0;
	}
	json_t *result = memory ? json_pack("{sO}", "awards", awards) : NULL;
	json_decref(awards);
	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void register_list(struct service *s, struct request *r)
{
	static const char *const known[] = { "on", "status", "partnership", NULL };
	struct read q = {
		.service = s, .request = r, .ask = ask_register, .finish = finish_register
	};
	const char *on = NULL;

	if (!params_know(s, r, known))
		return;
	const json_t *status = json_member(r->params, "status");
	const char *text = json_string_value(status);
	const json_t *partnership = json_member(r->params, "partnership");
	if (params_date(r->params, "on", &on) < 0) {
		answer_param(s, r, "/on", "must be a real date written YYYY-MM-DD");
	} else if (status != NULL && (text == NULL || (strcmp(text, "current") != 0 &&
						       strcmp(text, "due") != 0 &&
						       strcmp(text, "lapsed") != 0))) {
		answer_param(s, r, "/status", "must be \"current\", \"due\" or \"lapsed\"");
	} else if (partnership != NULL && !json_is_string(partnership)) {
		answer_param(s, r, "/partnership", "must be text");
	} else {
		if (on != NULL)
			memcpy(q.day, on, DATE_TEXT);
		else
			date_format(instant_date(s->options.clock.now_ms(s->options.clock.ctx)),
				    q.day);
		read_begin(&q);
	}
}

/* ---- rules.history, scheme.get ------------------------------------------ */

static int ask_history(struct read *q, struct journal_reader *r, struct err *e)
{
	enum { LATEST = 500 };

	return reader_rule_history(r, LATEST, &q->found, e);
}

/* Flat rows: what happened, when, by whom, which digest. */
static json_t *finish_history(struct read *q)
{
	json_t *rows = json_array();
	size_t i;
	json_t *entry;
	bool memory = rows != NULL;

	json_array_foreach(q->found, i, entry) {
		json_t *row = json_copy(json_object_get(entry, "body"));
		memory = memory && row != NULL &&
			 json_object_set(row, "at", json_object_get(entry, "at")) == 0 &&
			 json_object_set(row, "by", json_object_get(entry, "by")) == 0 &&
			 json_object_set(row, "kind", json_object_get(entry, "kind")) == 0 &&
			 json_object_set(row, "sequence", json_object_get(entry, "sequence")) == 0 &&
			 json_array_append(rows, row) == 0;
		json_decref(row);
	}
	json_t *result = memory ? json_pack("{sO}", "history", rows) : NULL;
	json_decref(rows);
	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void rules_history(struct service *s, struct request *r)
{
	static const char *const known[] = { NULL };
	struct read q = {
		.service = s, .request = r, .ask = ask_history, .finish = finish_history
	};

	if (params_know(s, r, known))
		read_begin(&q);
}

void scheme_get(struct service *s, struct request *r)
{
	static const char *const known[] = { NULL };

	if (!params_know(s, r, known))
		return;
	if (s->current == NULL) {
		answer_error(s, r, CODE_NO_RULES, "no rule set is active", NULL);
		return;
	}
	answer_result(s, r, json_deep_copy(generation_manifest(s->current)));
}
