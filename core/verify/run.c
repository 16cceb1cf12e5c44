/*
 * Running tests: several side by side, each one evaluation after another.
 *
 *   tests asked for ─▶ (lines asked for) ─▶ pump ─▶ report
 *                                           │  ▲
 *        begin ─▶ before ─▶ before ─▶ itself ──┘
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify/inner.h"

enum { AT_ONCE = 4 };

static void pump(struct verify *v);

/* ---- the end --------------------------------------------------------------- */

static void verify_free(struct verify *v)
{
	generation_drop(&v->held);
	json_decref(v->tests);
	json_decref(v->results);
	coverage_deinit(&v->coverage);
	free(v->filter);
	free(v);
}

void verify_give_up(struct verify *v, int status)
{
	if (v->err.status == 0)
		(void)err_set(&v->err, status, "the tests could not be run: %s",
			      status_text(status)); /* kept there */
	v->stopping = true;
}

/* Tests that were not begun leave no result. */
static json_t *make_report(struct verify *v)
{
	json_t *results = json_array();
	size_t i;
	json_t *result;
	int rv = results != NULL ? 0 : -ENOMEM;

	json_array_foreach(v->results, i, result) {
		if (json_is_object(result) && json_array_append(results, result) != 0)
			rv = -ENOMEM;
	}
	json_int_t ran = (json_int_t)json_array_size(results), failed = (json_int_t)v->failed;
	json_t *report = json_pack("{sI sI sI so}", "tests", ran, "passed", ran - failed, "failed",
				   failed, "results", results);
	if (report != NULL && rv == 0)
		rv = coverage_report(&v->coverage, report);
	if (rv != 0) {
		json_decref(report);
		return NULL;
	}
	return report;
}

static void finish(struct verify *v)
{
	json_t *report = NULL;

	if (v->err.status == 0) {
		report = make_report(v);
		if (report == NULL)
			verify_give_up(v, -ENOMEM);
	}
	v->done(v->ctx, v->err.status, report, &v->err);
	json_decref(report);
	verify_free(v);
}

void verify_one_ended(struct verify *v, size_t index, json_t *result)
{
	bool passed = json_member_true(result, "passed");

	if (json_array_set_new(v->results, index, result) != 0)
		verify_give_up(v, -ENOMEM);
	if (!passed) {
		v->failed++;
		v->stopping |= v->options.first_only;
	}
	v->under_way--;
	pump(v);
}

/* ---- all of them ---------------------------------------------------------------- */

static bool is_wanted(const struct verify *v, const json_t *test)
{
	return v->filter == NULL || strstr(json_member_text(test, "name"), v->filter) != NULL ||
	       strstr(json_member_text(test, "file"), v->filter) != NULL;
}

/* A test may end at once, within begin: then only the outer call goes on. */
static void pump(struct verify *v)
{
	unsigned at_once = v->options.at_once > 0 ? v->options.at_once : AT_ONCE;
	size_t count = json_array_size(v->tests);

	if (v->options.progress != NULL)
		v->options.progress(v->options.progress_ctx, v->next - v->under_way, v->failed,
				    count);
	if (v->pumping)
		return;
	v->pumping = true;
	while (!v->stopping && v->under_way < at_once && v->next < count) {
		size_t index = v->next++;

		if (is_wanted(v, json_array_get(v->tests, index)))
			one_begin(v, index);
	}
	v->pumping = false;
	if (v->under_way == 0)
		finish(v);
}

/* ---- what is asked first ------------------------------------------------------------ */

static json_t *first_answer(struct verify *v, const struct evaluation *e)
{
	json_t *document = e->status == 0 ? json_read(e->result, NULL) : NULL;

	if (document == NULL)
		verify_give_up(v, e->status != 0 ? e->status : -ENOMEM);
	return document;
}

static void on_lines(void *ctx, const struct evaluation *e)
{
	struct verify *v = ctx;
	json_t *lines = first_answer(v, e);

	if (lines != NULL && coverage_lines(&v->coverage, lines) != 0)
		verify_give_up(v, -ENOMEM);
	json_decref(lines);
	pump(v);
}

static int ask_plain(struct verify *v, const char *operation, evaluation_cb done)
{
	json_t *nothing = json_object();
	int rv = nothing != NULL ? v->ask(v->by, operation, nothing, done, v) : -ENOMEM;

	json_decref(nothing);
	return rv;
}

static void on_tests(void *ctx, const struct evaluation *e)
{
	struct verify *v = ctx;

	v->tests = first_answer(v, e);
	v->results = json_array();
	for (size_t i = 0; v->results != NULL && i < json_array_size(v->tests); i++) {
		if (json_array_append_new(v->results, json_null()) != 0)
			verify_give_up(v, -ENOMEM);
	}
	if (v->results == NULL)
		verify_give_up(v, -ENOMEM);
	if (!v->stopping && v->options.lines) {
		if (ask_plain(v, "lines", on_lines) == 0)
			return;
		verify_give_up(v, -ENOMEM);
	}
	pump(v);
}

/* Takes what `like` holds, also where it fails. */
static int start(const struct verify *like, const struct verify_options *options,
		 struct verify **out)
{
	static const struct verify_options usual = {.filter = NULL};
	struct generation *held = like->held;
	struct verify *v = malloc(sizeof *v);

	if (v == NULL) {
		generation_drop(&held);
		return -ENOMEM;
	}
	*v = *like;
	v->options = options != NULL ? *options : usual;
	v->filter = v->options.filter != NULL ? strdup(v->options.filter) : NULL;
	int rv = v->options.filter != NULL && v->filter == NULL ? -ENOMEM : 0;
	if (rv == 0)
		rv = coverage_init(&v->coverage, generation_manifest(v->rules));
	if (rv == 0)
		rv = ask_plain(v, "tests", on_tests);
	if (rv != 0)
		verify_free(v);
	else if (out != NULL)
		*out = v;
	return rv;
}

static int ask_pool(void *by, const char *operation, const json_t *input, evaluation_cb done,
		    void *ctx)
{
	return pool_ask(by, operation, input, done, ctx);
}

int verify_run(struct generation *g, const struct verify_options *options, verify_cb done,
	       void *ctx, struct verify **out)
{
	const struct verify like = {
		.ask = ask_pool,
		.by = generation_pool(g),
		.rules = g,
		.held = generation_hold(g),
		.done = done,
		.ctx = ctx,
	};

	return start(&like, options, out);
}

void verify_cancel(struct verify *v)
{
	if (v->err.status == 0)
		(void)err_set(&v->err, -ECANCELED, "the tests were not run to their end");
	v->stopping = true;
}

/* ---- waiting for it --------------------------------------------------------------------- */

struct waiting {
	json_t *report;
	struct err *err;
	int status;
};

static void on_done(void *ctx, int status, const json_t *report, const struct err *e)
{
	struct waiting *w = ctx;

	w->status = status;
	w->report = report != NULL ? json_deep_copy_of(report) : NULL;
	if (status != 0)
		*w->err = *e;
	else if (w->report == NULL)
		w->status = err_set(w->err, -ENOMEM, "no memory for the report");
}

static int ask_trial(void *by, const char *operation, const json_t *input, evaluation_cb done,
		     void *ctx)
{
	return trial_ask(by, operation, input, done, ctx);
}

int verify_trial(struct trial *t, const struct verify_options *options, json_t **report,
		 struct err *e)
{
	struct waiting w = {.err = e};
	const struct verify like = {
		.ask = ask_trial,
		.by = t,
		.rules = trial_rules(t),
		.done = on_done,
		.ctx = &w,
	};
	int rv = start(&like, options, NULL);

	*report = NULL;
	if (rv != 0)
		return err_set(e, rv, "the tests could not be run: %s", status_text(rv));
	trial_wait(t);
	*report = w.report;
	return w.status;
}

bool verify_passed(const json_t *report)
{
	return json_member_integer(report, "tests", 0) > 0 &&
	       json_member_integer(report, "failed", -1) == 0;
}
