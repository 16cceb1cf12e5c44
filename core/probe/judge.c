/* What the answers show, put side by side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { SUSPICIONS_MOST = 64 };

struct suspects {
	struct suspicion list[SUSPICIONS_MOST];
	size_t count;
};

/* True the first time, while there is room. */
static bool is_new(struct suspects *all, const struct suspicion *s)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct suspicion *old = &all->list[i];
		if (old->kind == s->kind && old->award == s->award &&
		    old->criterion == s->criterion)
			return false;
	}
	if (all->count == SUSPICIONS_MOST)
		return false;
	all->list[all->count++] = *s;
	return true;
}

/* ---- one answer ---------------------------------------------------------- */

/* A level that is met over one that is not. */
static bool finds_level(const struct probe *p, const struct facts *f, struct suspicion *s)
{
	for (size_t a = 1; a < p->known.level_count; a++) {
		const struct known_award *below = &p->known.awards[a - 1];
		if (f->awards[a] != 'm' || f->awards[a - 1] == 'm')
			continue;
		*s = (struct suspicion){.kind = KIND_LEVEL_BELOW, .award = a};
		for (s->criterion = below->first; f->criteria[s->criterion] == 'm';)
			s->criterion++;
		return true;
	}
	return false;
}

/* An award that is given and should not be. */
static bool finds_gift(const struct probe *p, const struct facts *f, struct suspicion *s)
{
	for (size_t a = 0; a < p->known.award_count; a++) {
		if (!f->given[a] || (f->in_force[a] && f->awards[a] == 'm'))
			continue;
		*s = (struct suspicion){
			.kind = f->in_force[a] ? KIND_NOT_MET : KIND_NOT_IN_FORCE,
			.award = a,
			.criterion = SIZE_MAX,
		};
		return true;
	}
	return false;
}

/* ---- two ------------------------------------------------------------------ */

static size_t given_level(const struct probe *p, const struct facts *f)
{
	for (size_t a = p->known.level_count; a-- > 0;) {
		if (f->given[a])
			return a + 1;
	}
	return 0;
}

/* The first award that the lower one has and the higher one has not. */
static bool finds_loss(const struct probe *p, const struct facts *lower, const struct facts *higher,
		       struct suspicion *s)
{
	size_t before = given_level(p, lower), after = given_level(p, higher);

	for (size_t a = 0; a < p->known.award_count; a++) {
		const struct known_award *award = &p->known.awards[a];
		s->award = a;
		if (lower->awards[a] == 'm' && higher->awards[a] != 'm') {
			for (s->criterion = award->first; higher->criteria[s->criterion] == 'm';)
				s->criterion++;
			return true;
		}
		s->criterion = SIZE_MAX;
		if (award->is_level ? before == a + 1 && after < before
				    : lower->given[a] && !higher->given[a])
			return true;
	}
	return false;
}

bool judge_shows(const struct probe *p, const struct suspicion *s, const struct look *l)
{
	struct suspicion found = {.kind = s->kind};
	struct facts f[2];

	if (s->kind == KIND_ERROR || s->kind == KIND_FAILURE) {
		const struct trouble *t = &l->trouble[0];
		bool failed = s->kind == KIND_ERROR ? l->status[0] == 0 && l->any_error[0]
						    : l->status[0] == s->trouble->status;
		return failed && t->line == s->trouble->line &&
		       strcmp(t->file, s->trouble->file) == 0;
	}
	if (l->status[0] != 0 || l->any_error[0])
		return false;
	f[0] = probe_facts(p, l->answer[0]);
	if (s->kind == KIND_RAISING || s->kind == KIND_ADDING) {
		if (l->status[1] != 0 || l->any_error[1])
			return false;
		f[1] = probe_facts(p, l->answer[1]);
		if (!finds_loss(p, &f[0], &f[1], &found))
			return false;
	} else if (s->kind == KIND_LEVEL_BELOW) {
		if (!finds_level(p, &f[0], &found))
			return false;
	} else if (!finds_gift(p, &f[0], &found)) {
		return false;
	}
	return found.kind == s->kind && found.award == s->award && found.criterion == s->criterion;
}

/* ---- from suspicion to finding --------------------------------------------- */

static void example_deinit(struct example *e)
{
	json_decref(e->lower);
	json_decref(e->higher);
	json_decref(e->history);
}

/* Gives the example of one sample, or of two. */
static int example_of(const struct probe *p, size_t lower, const struct pair *pair,
		      struct example *out)
{
	const struct sample *s = &p->samples[lower];

	*out = (struct example){
		.lower = probe_submission(p, s),
		.higher = pair != NULL ? probe_submission(p, &p->samples[pair->higher]) : NULL,
		.history = json_deep_copy_of(json_array_get(p->histories, s->history)),
	};
	bool whole = out->lower != NULL && out->history != NULL &&
		     (pair == NULL || out->higher != NULL);
	return whole ? 0 : -ENOMEM;
}

/* Shrinks it and says it. */
static int report(struct probe *p, const struct suspicion *s, size_t sample,
		  const struct pair *pair)
{
	struct example e;
	int rv = example_of(p, sample, pair, &e);
	bool repeats = s->kind != KIND_TWO_ANSWERS &&
		       (s->trouble == NULL || s->trouble->status == AW_ESCRIPT);

	if (rv == 0 && repeats)
		rv = shrink(p, s, &e);
	if (rv == 0)
		rv = s->trouble != NULL ? say_trouble(p, s->trouble, &e) : say_suspicion(p, s, &e);
	example_deinit(&e);
	return rv;
}

static bool is_sound(const struct sample *s)
{
	return s->state == SAMPLE_DECIDED && !s->any_error;
}

static int judge_troubles(struct probe *p)
{
	int rv = 0;

	for (size_t i = 0; i < p->trouble_count && i < SUSPICIONS_MOST && rv == 0; i++) {
		const struct trouble *t = &p->troubles[i];
		struct suspicion s = {
			.kind = t->criterion != SIZE_MAX ? KIND_ERROR : KIND_FAILURE,
			.trouble = t,
		};
		rv = report(p, &s, t->sample, NULL);
	}
	return rv;
}

static int judge_samples(struct probe *p, struct suspects *all)
{
	int rv = 0;

	for (size_t i = 0; i < p->count && rv == 0; i++) {
		const struct sample *s = &p->samples[i];
		struct facts f = probe_facts(p, p->answers + i * p->width);
		struct suspicion found = {.kind = KIND_TWO_ANSWERS};
		if (s->twin != NO_TWIN && s->state != SAMPLE_UNFIT && s->state != SAMPLE_WAITING &&
		    (s->state != SAMPLE_DECIDED || s->print != p->samples[s->twin].print) &&
		    is_new(all, &found))
			rv = report(p, &found, i, NULL);
		if (rv == 0 && is_sound(s) && finds_level(p, &f, &found) && is_new(all, &found))
			rv = report(p, &found, i, NULL);
		if (rv == 0 && is_sound(s) && finds_gift(p, &f, &found) && is_new(all, &found))
			rv = report(p, &found, i, NULL);
	}
	return rv;
}

static int judge_pairs(struct probe *p, struct suspects *all)
{
	int rv = 0;

	for (size_t i = 0; i < p->pair_count && rv == 0; i++) {
		const struct pair *pair = &p->pairs[i];
		if (!is_sound(&p->samples[pair->lower]) || !is_sound(&p->samples[pair->higher]))
			continue;
		struct facts lower = probe_facts(p, p->answers + pair->lower * p->width);
		struct facts higher = probe_facts(p, p->answers + pair->higher * p->width);
		struct suspicion found = {.kind = pair->adds ? KIND_ADDING : KIND_RAISING};
		if (finds_loss(p, &lower, &higher, &found) && is_new(all, &found))
			rv = report(p, &found, pair->lower, pair);
	}
	return rv;
}

/* ---- never -------------------------------------------------------------- */

static int judge_criteria(struct probe *p)
{
	int rv = 0;

	for (size_t c = 0; c < p->known.criterion_count && rv == 0; c++) {
		bool met = false, unmet = false;
		for (size_t i = 0; i < p->count; i++) {
			unsigned char status = p->answers[i * p->width + c];
			if (p->samples[i].state != SAMPLE_DECIDED)
				continue;
			met = met || status == 'm';
			unmet = unmet || status == 'u';
		}
		if (!met)
			rv = say_never(p, c, true);
		if (rv == 0 && !unmet)
			rv = say_never(p, c, false);
	}
	return rv;
}

int judge(struct probe *p)
{
	struct suspects *all = calloc(1, sizeof *all);
	int rv = all != NULL ? judge_troubles(p) : -ENOMEM;

	if (rv == 0)
		rv = judge_samples(p, all);
	if (rv == 0)
		rv = judge_pairs(p, all);
	/* Where the rest was left, nothing is known of never. */
	if (rv == 0 && !p->stopped && p->decided > 0)
		rv = judge_criteria(p);
	free(all);
	return rv;
}
