/* The whole of a check: plan, ask, look back, ask again, judge. */
#include <errno.h>
#include <stdlib.h>

#include "probe/inner.h"

enum { ROUNDS = 3 };

static int init(struct probe *p, struct trial *t, struct err *e)
{
	p->trial = t;
	p->manifest = generation_manifest(trial_rules(t));
	p->form = json_member(p->manifest, "form");
	p->bases = json_array();
	p->histories = json_pack("[[]]");
	p->findings = json_array();
	p->warnings = json_array();
	int rv = catalogue_init(&p->known, p->manifest, e);
	p->width = p->known.criterion_count + 3 * p->known.award_count;
	if (rv == 0 && (p->bases == NULL || p->histories == NULL || p->findings == NULL ||
			p->warnings == NULL))
		rv = -ENOMEM;
	return rv;
}

static void deinit(struct probe *p)
{
	for (size_t i = 0; i < p->count; i++)
		json_decref(p->samples[i].patch);
	free(p->samples);
	free(p->answers);
	free(p->pairs);
	free(p->troubles);
	free(p->base_samples);
	edits_deinit(&p->full_edits);
	edits_deinit(&p->bare_edits);
	json_decref(p->bases);
	json_decref(p->histories);
	json_decref(p->findings);
	json_decref(p->warnings);
	catalogue_deinit(&p->known);
}

/* Asks what was planned, as a part of the whole. */
static int ask(struct probe *p, int to_permille)
{
	p->from_permille = p->to_permille;
	p->to_permille = to_permille;
	return probe_ask(p);
}

/* A scheme may ask for what no base has, and for more of it step by step. */
static int improve(struct probe *p)
{
	int more = 1, rv = 0;

	for (int round = 1; round <= ROUNDS && more > 0 && rv == 0 && !p->stopped; round++) {
		more = plan_better(p);
		rv = more < 0 ? more : ask(p, 500 + 50 * round);
	}
	return rv;
}

static int run(struct probe *p)
{
	int rv = plan_without_history(p);

	if (rv == 0)
		rv = ask(p, 500);
	if (rv == 0)
		rv = improve(p);
	if (rv == 0 && !p->stopped)
		rv = plan_with_history(p);
	if (rv == 0 && !p->stopped)
		rv = ask(p, 800);
	p->distinct = p->decided;
	p->sampled = p->decided + p->unanswered;
	if (rv == 0 && !p->stopped)
		rv = plan_repeats(p);
	if (rv == 0 && !p->stopped)
		rv = ask(p, 950);
	return rv == 0 ? judge(p) : rv;
}

int probe_run(struct trial *t, probe_progress progress, void *ctx, json_t **report, struct err *e)
{
	struct probe p = {.progress = progress, .progress_ctx = ctx};
	int rv = init(&p, t, e);

	if (rv == 0)
		rv = run(&p);
	if (rv == 0 && json_array_extend(p.findings, p.warnings) != 0)
		rv = -ENOMEM;
	*report = rv == 0 ? json_pack("{sI sb sO}", "evaluations", (json_int_t)p.evaluations,
				      "stopped", p.stopped, "findings", p.findings)
			  : NULL;
	if (rv == 0 && *report == NULL)
		rv = -ENOMEM;
	deinit(&p);
	return rv == 0 ? 0 : err_set(e, rv, "the rules cannot be checked: %s", status_text(rv));
}
