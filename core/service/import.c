/* register.import: awards made elsewhere, all of them or none, none twice. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/state.h"

struct import {
	struct job job; /* first, so that a job is its import */
	struct service *service;
	struct request *request;
	struct generation *generation;
	json_t *fresh; /* awards the log does not know */
	size_t known;
};

static void arrive(struct job *job);
static void start(struct job *job);
static int look_up(struct journal_reader *r, void *ctx, struct err *e);
static void on_looked_up(void *ctx, int status, const struct err *e);
static void on_evaluated(void *ctx, const struct evaluation *e);
static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e);

static void finish(struct import *i)
{
	lanes_leave(&i->service->lanes, &i->job);
	generation_drop(&i->generation);
	json_decref(i->fresh);
	free(i);
}

static void answer_counts(struct import *i, size_t imported)
{
	answer_result(i->service, i->request,
		      json_pack("{sI sI}", "imported", (json_int_t)imported, "already_known",
				(json_int_t)i->known));
	finish(i);
}

/* ---- the call ----------------------------------------------------------- */

static bool names_twice(const json_t *list)
{
	enum { MANY = 100 }; /* there are fewer to name, so one comes twice */

	if (json_array_size(list) > MANY)
		return true;
	for (size_t i = 0; i < json_array_size(list); i++) {
		for (size_t k = 0; k < i; k++) {
			if (json_equal(json_array_get(list, i), json_array_get(list, k)))
				return true;
		}
	}
	return false;
}

/* What a form cannot say: each commendation once; and where only the month is
 * known, the day given is its first. */
static int check_awards(const json_t *awards, json_t *errors)
{
	size_t i;
	const json_t *award;
	int rv = 0;

	json_array_foreach(awards, i, award) {
		if (names_twice(json_member(award, "commendations"))) {
			char where[64];
			(void)snprintf(where, sizeof where, "/awards/%zu/commendations", i);
			if (json_array_append_new(errors, form_error(where, "names one twice")) !=
			    0)
				rv = -ENOMEM;
		}
		const char *precision = json_member_text(award, "precision");
		const char *day = json_member_text(award, "awarded_on");
		char pointer[64];
		if (precision == NULL || day == NULL || strcmp(precision, "month") != 0 ||
		    (strlen(day) == 10 && strcmp(day + 8, "01") == 0))
			continue;
		(void)snprintf(pointer, sizeof pointer, "/awards/%zu/awarded_on", i);
		if (json_array_append_new(
			    errors, form_error(pointer, "must be the first of the month, since "
							"only the month is known")) != 0)
			rv = -ENOMEM;
	}
	return rv;
}

void import_call(struct service *s, struct request *r)
{
	if (s->current == NULL) {
		answer_error(s, r, CODE_NO_RULES, "no rule set is active", NULL);
		return;
	}
	json_t *errors = json_array();
	int rv = errors != NULL ? request_read(r) : -ENOMEM;
	if (rv == 0)
		rv = form_check(generation_import_form(s->current), r->params, errors);
	if (rv == 0)
		rv = check_awards(json_member(r->params, "awards"), errors);
	if (rv == 0 && json_array_size(errors) > 0) {
		answer_params(s, r, errors);
		return;
	}
	json_decref(errors);
	struct import *i = rv == 0 ? calloc(1, sizeof *i) : NULL;
	if (i == NULL) {
		answer_no_memory(s, r);
		return;
	}
	i->job = (struct job){.start = start, .arrive = arrive, .resolved = true};
	i->service = s;
	i->request = r;
	i->generation = generation_hold(s->current);
	lanes_arrive(&s->lanes, &i->job);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct lane_name *)a)->text, ((const struct lane_name *)b)->text);
}

static void arrive(struct job *job)
{
	struct import *i = (struct import *)job;
	const json_t *awards = json_member(i->request->params, "awards");
	size_t count = json_array_size(awards);
	struct lane_name *names = calloc(count + 1, sizeof *names);
	int rv = -ENOMEM;

	if (count == 0) {
		free(names);
		answer_counts(i, 0);
		return;
	}
	if (names != NULL) {
		for (size_t n = 0; n < count; n++)
			names[n] = (struct lane_name){
				LANE_PARTNERSHIP,
				json_member_text(json_array_get(awards, n), "partnership"),
			};
		qsort(names, count, sizeof *names, by_name);
		rv = lanes_enter(&i->service->lanes, job, names, count);
	}
	free(names);
	if (rv != 0) {
		answer_no_memory(i->service, i->request);
		finish(i);
	}
}

static void start(struct job *job)
{
	struct import *i = (struct import *)job;

	if (journal_look_up(i->service->options.journal, look_up, on_looked_up, i) != 0) {
		answer_no_memory(i->service, i->request);
		finish(i);
	}
}

/* ---- which of them are new ---------------------------------------------- */

/* Whether this award stands in the request for the first time. */
static int is_first(json_t *seen, const json_t *award, bool *first)
{
	struct buffer key;

	buffer_init(&key);
	int rv = buffer_printf(&key, "%s %s %s", json_member_text(award, "partnership"),
			       json_member_text(award, "awarded_on"),
			       json_member_text(award, "award"));
	*first = rv == 0 && json_object_get(seen, key.bytes) == NULL;
	if (*first)
		rv = json_put(seen, key.bytes, json_true());
	buffer_deinit(&key);
	return rv;
}

/* Gives the award as it is logged: what was left out or null is left out, but
 * the precision is always said. */
static json_t *award_document(const json_t *award)
{
	json_t *document = json_object();
	size_t count = 0;
	const char **names = json_sorted_names(award, &count);
	bool memory = document != NULL && names != NULL;

	for (size_t i = 0; memory && i < count; i++) {
		json_t *value = json_member(award, names[i]);
		memory = value == NULL || json_object_set(document, names[i], value) == 0;
	}
	if (memory && json_member(document, "precision") == NULL)
		memory = json_put(document, "precision", json_string("day")) == 0;
	free(names);
	if (!memory) {
		json_decref(document);
		document = NULL;
	}
	return document;
}

/* Adds it to those to be logged, unless it is there or in the log already. */
static int sort_out(struct import *i, struct journal_reader *r, json_t *seen, const json_t *award,
		    struct err *e)
{
	bool first = false;
	int rv = is_first(seen, award, &first);
	json_t *document = award_document(award);

	if (rv == 0 && document == NULL)
		rv = -ENOMEM;
	if (rv == 0 && first)
		rv = reader_award_known(r, document, e);
	i->known += rv == 0;
	if (rv == AW_EABSENT)
		rv = json_array_append(i->fresh, document) == 0 ? 0 : -ENOMEM;
	json_decref(document);
	return rv;
}

/* On the reading thread. */
static int look_up(struct journal_reader *r, void *ctx, struct err *e)
{
	struct import *i = ctx;
	json_t *seen = json_object();
	size_t n;
	const json_t *award;

	i->fresh = json_array();
	int rv = i->fresh != NULL && seen != NULL ? 0 : -ENOMEM;
	json_array_foreach(json_member(i->request->params, "awards"), n, award) {
		if (rv == 0)
			rv = sort_out(i, r, seen, award, e);
	}
	json_decref(seen);
	return rv;
}

static void on_looked_up(void *ctx, int status, const struct err *e)
{
	struct import *i = ctx;

	if (status != 0) {
		answer_status(i->service, i->request, status, e);
		finish(i);
		return;
	}
	if (json_array_size(i->fresh) == 0) {
		answer_counts(i, 0);
		return;
	}
	json_t *input = json_pack("{sO}", "awards", i->fresh);
	int rv = input != NULL ? pool_ask(generation_pool(i->generation), "import", input,
					  on_evaluated, i)
			       : -ENOMEM;
	json_decref(input);
	if (rv != 0) {
		answer_not_asked(i->service, i->request, rv);
		finish(i);
	}
}

/* ---- logging them ------------------------------------------------------- */

static int make_draft(struct import *i, size_t n, json_t *outcome, struct journal_draft *draft)
{
	json_t *body = json_pack("{sO sO s{ss}}", "award", json_array_get(i->fresh, n), "outcome",
				 outcome, "rules", "digest", generation_digest(i->generation));

	*draft = (struct journal_draft){
		.kind = "import",
		.by = i->request->peer->actor,
		.body = body,
	};
	return body != NULL ? 0 : -ENOMEM;
}

static int append(struct import *i, const json_t *outcomes)
{
	size_t count = json_array_size(i->fresh);
	struct journal_draft *drafts = calloc(count, sizeof *drafts);
	int rv = drafts != NULL ? 0 : -ENOMEM;

	if (rv == 0 && json_array_size(outcomes) != count)
		rv = AW_ESYNTAX;
	for (size_t n = 0; n < count && rv == 0; n++)
		rv = make_draft(i, n, json_array_get(outcomes, n), &drafts[n]);
	if (rv == 0) {
		rv = journal_append(i->service->options.journal, drafts, count, on_logged, i);
	} else {
		for (size_t n = 0; drafts != NULL && n < count; n++)
			json_decref(drafts[n].body);
	}
	free(drafts);
	return rv;
}

static void on_evaluated(void *ctx, const struct evaluation *e)
{
	struct import *i = ctx;

	if (e->status != 0) {
		answer_evaluation(i->service, i->request, e);
		finish(i);
		return;
	}
	json_t *result = json_read(e->result, NULL);
	int rv = result != NULL ? append(i, json_member(result, "awards")) : -ENOMEM;
	json_decref(result);
	if (rv != 0) {
		answer_status(i->service, i->request, rv, NULL);
		finish(i);
	}
}

static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e)
{
	struct import *i = ctx;

	(void)receipts;
	if (status != 0) {
		answer_status(i->service, i->request, status, e);
		fail_for_good(i->service, status);
		finish(i);
		return;
	}
	i->service->imports += count;
	i->request->logged = true;
	answer_counts(i, count);
}
