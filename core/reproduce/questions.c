/* Entries under way: a few are asked for at once, and judged in their order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reproduce/inner.h"

enum {
	UNDER_WAY = 4, /* questions for each evaluator of a rule set */
	HELD = 256,    /* answers that wait for an earlier one */
};

/* One entry. */
struct asked {
	struct questions *questions;
	struct asked *next;
	const struct shelved *rules;
	json_t *entry;
	json_t *fresh; /* what came out now, or NULL and a status */
	int status;
	char *reason;
	bool done;
};

static void wait_for_one(struct questions *q)
{
	(void)uv_run(&q->shelf->loop, UV_RUN_ONCE); /* evaluators keep it alive */
}

static void wait_for_all(struct questions *q)
{
	while (q->under_way > 0)
		wait_for_one(q);
}

void questions_init(struct questions *q, const struct reproduce_options *options,
		    struct shelf *shelf)
{
	*q = (struct questions){.options = options, .shelf = shelf};
	q->last = &q->first;
}

/* ---- what was found ------------------------------------------------------ */

/* Takes `differences` (NULL: none). */
static int report(struct questions *q, const json_t *entry, const char *result, const char *reason,
		  json_t *differences)
{
	if (strcmp(result, "differs") == 0)
		q->differing++;
	else
		q->not_possible++;
	if (differences == NULL)
		differences = json_array();
	/* Whoever is told may take long, and the loop stands still: no question must
	 * run into its deadline. */
	wait_for_all(q);
	json_t *finding = json_pack("{sO? sO? sO? ss? ss? ss ss? so}", "sequence",
				    json_member(entry, "sequence"), "id", json_member(entry, "id"),
				    "kind", json_member(entry, "kind"), "partnership",
				    logged_partnership(entry), "rules", logged_rules(entry),
				    "result", result, "reason", reason, "differences", differences);
	int rv = finding != NULL ? q->options->each(q->options->ctx, finding) : -ENOMEM;

	json_decref(finding);
	return rv;
}

int questions_refuse(struct questions *q, const json_t *entry, const char *reason)
{
	return report(q, entry, "not-possible", reason, NULL);
}

static int differs(struct questions *q, const struct asked *a)
{
	json_t *list = json_array();
	int rv = list != NULL ? differences_find(logged_result(a->entry), a->fresh,
						 logged_place(a->entry), list)
			      : -ENOMEM;
	if (rv != 0) {
		json_decref(list);
		return rv;
	}
	return report(q, a->entry, "differs",
		      json_array_size(list) == 0
			      ? "it says what comes out now, but not in canonical bytes"
			      : NULL,
		      list);
}

static int judge(struct questions *q, const struct asked *a)
{
	if (a->status == AW_ESCRIPT)
		return report(q, a->entry, "differs", a->reason, NULL);
	if (a->status == AW_EDEADLINE || a->status == AW_ECRASH)
		return questions_refuse(q, a->entry, a->reason);
	if (a->status != 0)
		return a->status;
	int same = logged_is_same(a->entry, a->fresh);
	if (same < 0)
		return same;
	q->reproduced += same;
	return same ? 0 : differs(q, a);
}

/* ---- under way ----------------------------------------------------------- */

static void asked_free(struct asked *a)
{
	json_decref(a->entry);
	json_decref(a->fresh);
	free(a->reason);
	free(a);
}

static int keep_reason(struct asked *a, const struct evaluation *e)
{
	struct buffer text;

	buffer_init(&text);
	if (e->status == AW_ESCRIPT)
		(void)buffer_append_text(&text, "the rules fail now: "); /* the buffer remembers */
	(void)rule_failure_append(e, &text);                             /* likewise */
	a->reason = buffer_give(&text);
	buffer_deinit(&text);
	return a->reason != NULL ? e->status : -ENOMEM;
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct asked *a = ctx;

	a->questions->under_way--;
	a->done = true;
	if (e->status != 0) {
		a->status = keep_reason(a, e);
		return;
	}
	json_t *answer = json_read(e->result, NULL);
	a->fresh = answer != NULL ? logged_answer(a->entry, answer, a->rules->digest) : NULL;
	a->status = a->fresh != NULL ? 0 : -ENOMEM;
}

static struct asked *take_first(struct questions *q)
{
	struct asked *a = q->first;

	q->first = a->next;
	if (q->first == NULL)
		q->last = &q->first;
	q->held--;
	return a;
}

/* Judges those that have an answer, in the order of asking. */
static int settle(struct questions *q)
{
	int rv = 0;

	while (rv == 0 && q->first != NULL && q->first->done) {
		struct asked *a = take_first(q);
		rv = judge(q, a);
		asked_free(a);
		q->done++;
	}
	if (rv == 0 && q->options->progress != NULL)
		q->options->progress(q->options->ctx, q->done, q->of);
	return rv;
}

int questions_settle(struct questions *q)
{
	wait_for_all(q);
	return settle(q);
}

static int put(struct questions *q, struct asked *a, json_t *history)
{
	json_t *input = logged_input(a->entry, history);
	int rv = input != NULL ? trial_ask(a->rules->trial, logged_operation(a->entry), input,
					   on_answer, a)
			       : -ENOMEM;

	json_decref(input);
	if (rv != 0)
		return rv;
	q->under_way++;
	q->held++;
	*q->last = a;
	q->last = &a->next;
	return 0;
}

int questions_ask(struct questions *q, const struct shelved *rules, json_t *entry, json_t *history)
{
	struct asked *a = calloc(1, sizeof *a);

	if (a == NULL)
		return -ENOMEM;
	*a = (struct asked){.questions = q, .rules = rules, .entry = json_incref(entry)};
	int rv = put(q, a, history);
	if (rv != 0) {
		asked_free(a);
		return rv;
	}
	while (q->under_way >= (size_t)UNDER_WAY * q->shelf->how.processes ||
	       (q->held >= HELD && q->under_way > 0))
		wait_for_one(q);
	return settle(q);
}

void questions_deinit(struct questions *q)
{
	wait_for_all(q);
	while (q->first != NULL)
		asked_free(take_first(q));
}
