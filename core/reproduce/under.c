/* One entry under another rule set. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "reproduce/inner.h"

/* What is needed to decide it again, and what came of it. */
struct under {
	int64_t sequence;
	json_t *entry, *history;
	struct trial *trial;
	json_t *now, *errors, *differences; /* `now` is NULL where nothing was decided */
	char *reason;
	int status;
};

static void drop(struct under *u)
{
	trial_close(&u->trial);
	json_decref(u->entry);
	json_decref(u->history);
	json_decref(u->now);
	json_decref(u->errors);
	json_decref(u->differences);
	free(u->reason);
}

/* ---- the entry, and what was before it ----------------------------------- */

static int on_entry(void *ctx, json_t *entry)
{
	struct under *u = ctx;

	if (json_member_integer(entry, "sequence", 0) != u->sequence)
		return history_add(u->history, entry);
	u->entry = json_incref(entry);
	return 0;
}

static int find(struct under *u, struct journal_reader *log, struct err *e)
{
	json_t *entry = NULL;
	int rv = logged_find(log, u->sequence, &entry, e);

	if (rv == 0)
		rv = reader_past(log, logged_partnership(entry), u->sequence, on_entry, u, e);
	if (rv == 0 && u->entry == NULL)
		rv = err_set(e, AW_ECORRUPT, "the log's tables do not lead to entry %" PRId64,
			     u->sequence);
	json_decref(entry);
	return rv;
}

/* ---- the other rule set -------------------------------------------------- */

static int open_rules(struct under *u, const struct trial_options *how, const json_t *rules,
		      struct err *e)
{
	json_t *faults = json_array();
	struct trial_options own = *how;

	own.loop = NULL;
	int rv = faults != NULL ? trial_open_kept(&own, rules, &u->trial, faults, e) : -ENOMEM;
	const json_t *fault = json_array_get(faults, 0);
	struct buffer said;

	buffer_init(&said);
	if (rv == AW_ESCRIPT && fault != NULL)
		rv = rule_fault_append(fault, &said) == 0
			     ? err_set(e, rv, "the rules do not load: %s", said.bytes)
			     : err_set(e, -ENOMEM, "no memory for what is wrong in the rules");
	buffer_deinit(&said);
	json_decref(faults);
	return rv;
}

static int check(struct under *u)
{
	const struct generation *rules = trial_rules(u->trial);
	const json_t *body = json_member(u->entry, "body");

	if (logged_is(u->entry, "decision"))
		return form_check_stored(generation_form(rules), json_member(body, "submission"),
					 u->errors);
	json_t *input = logged_input(u->entry, u->history);
	int rv = input != NULL ? form_check_stored(generation_import_form(rules), input, u->errors)
			       : -ENOMEM;
	json_decref(input);
	return rv;
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct under *u = ctx;
	struct buffer text;

	if (e->status == 0) {
		json_t *answer = json_read(e->result, NULL);
		if (answer != NULL)
			u->now = logged_answer(u->entry, answer,
					       generation_digest(trial_rules(u->trial)));
		u->status = u->now != NULL ? 0 : -ENOMEM;
		return;
	}
	if (e->status == -ENOMEM) {
		u->status = -ENOMEM;
		return;
	}
	buffer_init(&text);
	(void)rule_failure_append(e, &text); /* the buffer remembers */
	u->reason = buffer_give(&text);
	u->status = u->reason != NULL ? 0 : -ENOMEM;
	buffer_deinit(&text);
}

static int ask(struct under *u)
{
	json_t *input = logged_input(u->entry, u->history);
	int rv = input != NULL
			 ? trial_ask(u->trial, logged_operation(u->entry), input, on_answer, u)
			 : -ENOMEM;

	json_decref(input);
	if (rv != 0)
		return rv;
	trial_wait(u->trial);
	return u->status;
}

/* That the digests differ is known. */
static int compare(struct under *u)
{
	json_t *then = json_copy_of(logged_result(u->entry)), *now = json_copy_of(u->now);
	const char *base = logged_is(u->entry, "decision") ? "" : "/outcome";
	int rv = then != NULL && now != NULL ? 0 : -ENOMEM;

	(void)json_object_del(then, "rules"); /* an import's outcome has none */
	(void)json_object_del(now, "rules");  /* likewise */
	if (rv == 0)
		rv = differences_find(then, now, base, u->differences);
	json_decref(then);
	json_decref(now);
	return rv;
}

static int decide(struct under *u)
{
	int rv = check(u);

	if (rv == 0 && json_array_size(u->errors) == 0)
		rv = ask(u);
	return rv == 0 && u->now != NULL ? compare(u) : rv;
}

/* ---- together ------------------------------------------------------------ */

/* Gives a decision as it is, an import's outcome as one with nothing else. */
static json_t *decision_of(const struct under *u, json_t *made)
{
	if (made == NULL)
		return json_null();
	return logged_is(u->entry, "decision") ? json_incref(made)
					       : json_pack("{sO}", "outcome", made);
}

static json_t *describe(const struct under *u, const json_t *rules)
{
	const json_t *body = json_member(u->entry, "body");
	json_t *day = json_member(json_member(body, "submission"), "assessed_on");

	if (day == NULL)
		day = json_member(json_member(body, "award"), "awarded_on");
	return json_pack("{sO sO sO ss sO? s{ss? so} s{sO sO so sO ss?} sO}", "sequence",
			 json_member(u->entry, "sequence"), "id", json_member(u->entry, "id"),
			 "kind", json_member(u->entry, "kind"), "partnership",
			 logged_partnership(u->entry), "assessed_on", day, "then", "rules",
			 logged_rules(u->entry), "decision",
			 decision_of(u, logged_result(u->entry)), "now", "rules",
			 json_member(rules, "digest"), "at", json_member(rules, "at"), "decision",
			 decision_of(u, u->now), "errors", u->errors, "reason", u->reason,
			 "differences", u->differences);
}

int reproduce_under(struct journal_reader *log, const struct trial_options *how, int64_t sequence,
		    const char *digest, json_t **out, struct err *e)
{
	struct under u = {
		.sequence = sequence,
		.history = json_array(),
		.errors = json_array(),
		.differences = json_array(),
	};
	struct err why = {.status = 0};
	json_t *rules = NULL;
	int rv = u.history != NULL && u.errors != NULL && u.differences != NULL ? 0 : -ENOMEM;

	if (rv == 0)
		rv = find(&u, log, &why);
	if (rv == 0)
		rv = reader_rules(log, digest, &rules, &why);
	if (rv == 0)
		rv = open_rules(&u, how, rules, &why);
	if (rv == 0)
		rv = decide(&u);
	rv = reader_is_still(log, rv, &why);
	if (rv == 0) {
		*out = describe(&u, rules);
		rv = *out != NULL ? 0 : -ENOMEM;
	}
	json_decref(rules);
	drop(&u);
	return rv == 0 ? 0 : err_set(e, rv, "%s", why.status == rv ? why.text : status_text(rv));
}
