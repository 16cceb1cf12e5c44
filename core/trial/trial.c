/* One rule set, on a loop of its own or on a shared one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "trial/trial.h"

struct trial {
	uv_loop_t *loop, own; /* the one it is on: its own, or a borrowed one */
	struct generation *rules;
	json_t *faults; /* borrowed while opening */
	bool ready;     /* `status` says what came of opening */
	int status;
	size_t owed;
};

/* One evaluation queued through this trial. */
struct asked {
	struct trial *trial;
	evaluation_cb done;
	void *ctx;
};

/* ---- opening ------------------------------------------------------------ */

static void on_ready(void *ctx, int status, struct generation *g, const json_t *faults)
{
	struct trial *t = ctx;
	size_t i;
	const json_t *fault;

	t->ready = true;
	t->status = status;
	t->rules = g;
	json_array_foreach(faults, i, fault) {
		if (json_array_append_new(t->faults, json_deep_copy_of(fault)) != 0)
			t->status = -ENOMEM;
	}
}

/* Takes the files. */
static int open_rules(const struct trial_options *options, struct rule_files *files,
		      struct trial **out, json_t *faults, struct err *e)
{
	struct trial *t = calloc(1, sizeof *t);
	int rv = t != NULL ? 0 : -ENOMEM;

	if (rv == 0 && options->loop == NULL)
		rv = uv_loop_init(&t->own);
	if (rv != 0) {
		rule_files_deinit(files);
		free(t);
		return err_set(e, rv, "cannot run the rules: %s", status_text(rv));
	}
	t->loop = options->loop != NULL ? options->loop : &t->own;
	const struct pool_options pool = {
		.loop = t->loop,
		.program = options->program,
		.processes = options->processes,
		.deadline_ms = options->deadline_ms,
		.words = options->words,
	};
	t->faults = faults;
	rv = rule_files_bind(files, options->words);
	if (rv != 0)
		rule_files_deinit(files);
	else
		rv = generation_open(&pool, files, on_ready, t);
	while (rv == 0 && !t->ready)
		(void)uv_run(t->loop, UV_RUN_ONCE); /* evaluators keep the loop alive */
	if (rv == 0)
		rv = t->status;
	t->faults = NULL;
	if (rv != 0) {
		trial_close(&t);
		return err_set(e, rv, "the rules do not load");
	}
	*out = t;
	return 0;
}

int trial_open(const struct trial_options *options, const char *dir, struct trial **out,
	       json_t *faults, struct err *e)
{
	struct rule_files files;
	int rv = rule_files_read(dir, &files, faults);

	if (rv != 0)
		return err_set(e, rv, "the rules in %s cannot be read", dir);
	return open_rules(options, &files, out, faults, e);
}

int trial_open_files(const struct trial_options *options, const json_t *list, struct trial **out,
		     json_t *faults, struct err *e)
{
	struct rule_files files;
	int rv = rule_files_from(list, NULL, &files);

	if (rv != 0)
		return err_set(e, rv, "the rule files cannot be used: %s", status_text(rv));
	return open_rules(options, &files, out, faults, e);
}

int trial_open_kept(const struct trial_options *options, const json_t *kept, struct trial **out,
		    json_t *faults, struct err *e)
{
	struct rule_files files;
	int rv = rule_files_from_log(kept, options->words, &files, e);

	return rv == 0 ? open_rules(options, &files, out, faults, e) : rv;
}

void trial_close(struct trial **t)
{
	if (*t == NULL)
		return;
	generation_drop(&(*t)->rules);
	if ((*t)->loop == &(*t)->own) {
		(void)uv_run(&(*t)->own, UV_RUN_DEFAULT); /* until the evaluators are gone */
		(void)uv_loop_close(&(*t)->own);
	}
	free(*t);
	*t = NULL;
}

const struct generation *trial_rules(const struct trial *t)
{
	return t->rules;
}

/* ---- asking ------------------------------------------------------------- */

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct asked *a = ctx;
	struct trial *t = a->trial;

	t->owed--;
	a->done(a->ctx, e);
	free(a);
}

int trial_ask(struct trial *t, const char *operation, const json_t *input, evaluation_cb done,
	      void *ctx)
{
	struct asked *a = malloc(sizeof *a);
	if (a == NULL)
		return -ENOMEM;

	*a = (struct asked){.trial = t, .done = done, .ctx = ctx};
	int rv = pool_ask(generation_pool(t->rules), operation, input, on_answer, a);
	if (rv == 0)
		t->owed++;
	else
		free(a);
	return rv;
}

void trial_turn(struct trial *t)
{
	(void)uv_run(t->loop, UV_RUN_NOWAIT); /* says whether more is to come */
}

void trial_wait(struct trial *t)
{
	while (t->owed > 0)
		(void)uv_run(t->loop, UV_RUN_ONCE); /* evaluators keep the loop alive */
}

/* ---- deciding one ------------------------------------------------------- */

struct decided {
	json_t *decision;
	struct err *err;
	int status;
};

static void on_decided(void *ctx, const struct evaluation *e)
{
	struct decided *d = ctx;
	struct buffer said;

	d->status = e->status;
	if (e->status == 0) {
		d->decision = json_read(e->result, d->err);
		d->status = d->decision != NULL ? 0 : -ENOMEM;
		return;
	}
	buffer_init(&said);
	err_set(d->err, e->status, "%s",
		rule_failure_append(e, &said) == 0 ? said.bytes : "no memory to say why");
	buffer_deinit(&said);
}

int trial_decide(struct trial *t, const json_t *submission, const json_t *history, json_t **out,
		 struct err *e)
{
	struct decided d = {.err = e};
	json_t *bare = json_deep_copy_of(submission), *personal = json_array();
	json_t *input = NULL;
	int rv = bare != NULL && personal != NULL ? 0 : -ENOMEM;

	if (rv == 0)
		rv = form_commit(generation_form(t->rules), bare, "", chance_system, personal);
	if (rv == 0) {
		input = json_pack("{so sO}", "history", json_deep_copy_of(history), "submission",
				  bare);
		rv = input != NULL ? trial_ask(t, "decide", input, on_decided, &d) : -ENOMEM;
	}
	if (rv == 0) {
		trial_wait(t);
		rv = d.status;
	} else {
		err_set(e, rv, "cannot ask the rules: %s", status_text(rv));
	}
	json_decref(input);
	json_decref(bare);
	json_decref(personal);
	*out = d.decision;
	return rv;
}

int trial_check(const struct trial *t, const json_t *submission, json_t *errors)
{
	return form_check(generation_form(t->rules), submission, errors);
}

/* ---- histories ---------------------------------------------------------- */

static json_t *or_null(json_t *value)
{
	return value != NULL ? value : json_null();
}

json_t *trial_decision_row(json_int_t sequence, const json_t *submission, const json_t *decision)
{
	return json_pack("{sI so ss sb sO sO sO sO sO}", "sequence", sequence, "id",
			 json_sprintf("%" JSON_INTEGER_FORMAT "-trial", sequence), "kind",
			 "decision", "revoked", 0, "name",
			 or_null(json_member(json_member(submission, "partnership"), "name")),
			 "assessed_on", or_null(json_member(submission, "assessed_on")),
			 "registered_on", or_null(json_member(submission, "registered_on")),
			 "scores", or_null(json_member(submission, "scores")), "outcome",
			 or_null(json_member(decision, "outcome")));
}

json_t *trial_import_row(json_int_t sequence, const json_t *award, const json_t *outcome)
{
	return json_pack("{sI so ss sb sO sn sn sn sO?}", "sequence", sequence, "id",
			 json_sprintf("%" JSON_INTEGER_FORMAT "-trial", sequence), "kind", "import",
			 "revoked", 0, "name", or_null(json_member(award, "name")), "assessed_on",
			 "registered_on", "scores", "outcome", outcome);
}

int trial_revoke_row(json_t *history, json_int_t sequence)
{
	size_t i;
	json_t *row;

	json_array_foreach(history, i, row) {
		if (json_member_integer(row, "sequence", 0) == sequence)
			return json_put(row, "revoked", json_true());
	}
	return 0;
}
