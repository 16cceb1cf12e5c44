/* Asking many samples at once, and one or two alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

/* UNDER_WAY: queued at the same time. The next two: so many that fail, and the
 * rest will hardly tell more. NAME_MOST: bytes of a name in a sentence. */
enum { UNDER_WAY = 32, LOST_MOST = 8, FAILED_MOST = 250, NAME_MOST = 64 };

/* ---- answers ------------------------------------------------------------ */

static unsigned char letter(const char *status)
{
	return status != NULL ? (unsigned char)status[0] : '?';
}

static bool is_given(const json_t *outcome, const char *id)
{
	const char *level = json_member_text(outcome, "award"), *text;
	const json_t *list = json_member(outcome, "commendations"), *item;
	size_t i;

	if (level != NULL && strcmp(level, id) == 0)
		return true;
	json_array_foreach(list, i, item) {
		text = json_string_value(item);
		if (text != NULL && strcmp(text, id) == 0)
			return true;
	}
	return false;
}

static void set_place(struct trouble *t, const char *file, json_int_t line, const char *message)
{
	/* Either may be cut: it is for people. */
	(void)snprintf(t->file, sizeof t->file, "%s", file != NULL ? file : "");
	(void)snprintf(t->message, sizeof t->message, "%s", message != NULL ? message : "");
	t->line = (int)line;
}

void trouble_set(struct trouble *t, const struct evaluation *e)
{
	*t = (struct trouble){.status = e->status, .criterion = SIZE_MAX};
	set_place(t, e->file, e->line, e->message);
}

static void read_criterion(const json_t *criterion, size_t number,
			   void (*found)(void *ctx, const struct trouble *t), void *ctx)
{
	const json_t *error = json_member(criterion, "error");
	struct trouble t = {.status = AW_ESCRIPT, .criterion = number};

	set_place(&t, json_member_text(error, "file"), json_member_integer(error, "line", 0),
		  json_member_text(error, "message"));
	found(ctx, &t);
}

static bool is_statement(const struct probe *p, const char *id)
{
	const json_t *statements = json_member(p->manifest, "statements"), *each;
	size_t i;

	json_array_foreach(statements, i, each) {
		const char *known = json_member_text(each, "id");
		if (known != NULL && strcmp(known, id) == 0)
			return true;
	}
	return false;
}

/* A rule's own function may name in its shortfalls what it likes: people then read of a
 * statement that there is not. Only the first is found. */
static void read_shortfalls(const struct probe *p, const json_t *criterion, size_t number,
			    void (*found)(void *ctx, const struct trouble *t), void *ctx)
{
	const struct known_criterion *known = &p->known.criteria[number];
	const json_t *shortfall;
	size_t i;

	json_array_foreach(json_member(criterion, "shortfalls"), i, shortfall) {
		struct trouble t = {.status = AW_ESCRIPT, .criterion = number};
		const json_t *named = json_member(shortfall, "statement");
		const char *id = json_string_value(named);
		char message[160] = "a shortfall names a statement that there is not";

		if (named == NULL || (id != NULL && is_statement(p, id)))
			continue;
		if (id != NULL && strlen(id) <= NAME_MOST)
			(void)snprintf(message, sizeof message,
				       "a shortfall names the statement \"%s\", and there is "
				       "none of that name",
				       id); /* fits */
		set_place(&t, known->file, known->line, message);
		found(ctx, &t);
		return;
	}
}

void answer_read(const struct probe *p, const json_t *decision, unsigned char *answer,
		 void (*found)(void *ctx, const struct trouble *t), void *ctx)
{
	const json_t *awards = json_member(decision, "awards");
	const json_t *outcome = json_member(decision, "outcome");
	struct facts facts = probe_facts(p, answer);

	for (size_t a = 0; a < p->known.award_count; a++) {
		const struct known_award *award = &p->known.awards[a];
		const json_t *judged = json_array_get(awards, a);
		const json_t *criteria = json_member(judged, "criteria");
		facts.awards[a] = 'm';
		for (size_t c = award->first; c < award->end; c++) {
			const json_t *criterion = json_array_get(criteria, c - award->first);
			unsigned char status = letter(json_member_text(criterion, "status"));
			facts.criteria[c] = status;
			if (status == 'e')
				read_criterion(criterion, c, found, ctx);
			else if (status == 'u')
				read_shortfalls(p, criterion, c, found, ctx);
			if (status != 'm' && facts.awards[a] != 'e')
				facts.awards[a] = status;
		}
		facts.in_force[a] = letter(json_member_text(judged, "status")) != 'n';
		facts.given[a] = is_given(outcome, award->id);
	}
}

/* ---- what rules see of a submission --------------------------------------- */

static void fill_nothing(void *ctx, void *bytes, size_t length)
{
	(void)ctx; /* there is no chance: salts never reach the rules */
	memset(bytes, 0, length);
}

/* Gives the input of an evaluation; takes the submission. NULL and AW_EINVALID
 * where it does not fit the form, or -ENOMEM. */
static json_t *make_input(const struct probe *p, json_t *submission, const json_t *history,
			  int *status)
{
	const struct chance none = {fill_nothing, NULL};
	json_t *errors = json_array(), *personal = json_array(), *input = NULL;

	*status = submission != NULL && errors != NULL && personal != NULL ? 0 : -ENOMEM;
	if (*status == 0)
		*status = trial_check(p->trial, submission, errors);
	if (*status == 0 && json_array_size(errors) > 0)
		*status = AW_EINVALID;
	if (*status == 0)
		*status = form_commit(generation_form(trial_rules(p->trial)), submission, "", none,
				      personal);
	if (*status == 0) {
		input = json_pack("{so sO}", "history", json_deep_copy_of(history), "submission",
				  submission);
		*status = input != NULL ? 0 : -ENOMEM;
	}
	json_decref(submission);
	json_decref(errors);
	json_decref(personal);
	return input;
}

static uint64_t print_of(struct text bytes)
{
	struct digest d = digest_of(bytes.bytes, bytes.length);
	uint64_t print;

	memcpy(&print, d.bytes, sizeof print);
	return print;
}

/* ---- many ---------------------------------------------------------------- */

struct asked {
	struct probe *p;
	size_t sample;
};

static void note_trouble(struct probe *p, const struct trouble *t, size_t sample)
{
	for (size_t i = 0; i < p->trouble_count; i++) {
		struct trouble *old = &p->troubles[i];
		if (old->line == t->line && old->status == t->status &&
		    strcmp(old->file, t->file) == 0) {
			/* A repeat is the same submission, and so is that of which another
			 * criterion, which hangs on this one, says the same. */
			old->count += p->samples[sample].twin == NO_TWIN && old->last != sample;
			old->last = sample;
			return;
		}
	}
	struct trouble *list = realloc(p->troubles, (p->trouble_count + 1) * sizeof *list);
	if (list == NULL) {
		p->status = -ENOMEM;
		return;
	}
	p->troubles = list;
	p->troubles[p->trouble_count] = *t;
	p->troubles[p->trouble_count].sample = sample;
	p->troubles[p->trouble_count].last = sample;
	p->troubles[p->trouble_count++].count = 1;
}

static void on_criterion(void *ctx, const struct trouble *t)
{
	struct asked *a = ctx;

	a->p->samples[a->sample].any_error = true;
	a->p->failed++;
	note_trouble(a->p, t, a->sample);
}

static void take_decision(struct asked *a, struct text result)
{
	struct probe *p = a->p;
	struct sample *s = &p->samples[a->sample];
	json_t *decision = json_read(result, NULL);

	if (decision == NULL) {
		p->status = -ENOMEM;
		return;
	}
	s->state = SAMPLE_DECIDED;
	s->print = print_of(result);
	answer_read(p, decision, p->answers + a->sample * p->width, on_criterion, a);
	json_decref(decision);
	p->decided++;
}

static void take_failure(struct asked *a, const struct evaluation *e)
{
	struct trouble t;

	a->p->samples[a->sample].state = SAMPLE_FAILED;
	a->p->failed++;
	a->p->unanswered++;
	a->p->lost += e->status != AW_ESCRIPT;
	trouble_set(&t, e);
	note_trouble(a->p, &t, a->sample);
}

static void ask_next(struct probe *p);

static void tell(const struct probe *p)
{
	size_t done = p->asked - p->under_way, all = p->count;
	size_t part = all > p->phase_begin ? all - p->phase_begin : 1;

	if (p->progress != NULL)
		p->progress(p->progress_ctx,
			    p->from_permille +
				    (int)((size_t)(p->to_permille - p->from_permille) *
					  (done > p->phase_begin ? done - p->phase_begin : 0) /
					  part),
			    p->evaluations, p->failed);
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct asked *a = ctx;
	struct probe *p = a->p;

	p->under_way--;
	p->evaluations++;
	if (e->status == 0)
		take_decision(a, e->result);
	else if (e->status == -ENOMEM)
		p->status = -ENOMEM;
	else
		take_failure(a, e);
	free(a);
	tell(p);
	ask_next(p);
}

/* False where nothing was queued: the sample does not fit, or memory ran out. */
static bool ask_one(struct probe *p, size_t index)
{
	struct sample *s = &p->samples[index];
	json_t *input = make_input(p, probe_submission(p, s),
				   json_array_get(p->histories, s->history), &p->status);
	struct asked *a = input != NULL ? malloc(sizeof *a) : NULL;

	if (p->status == AW_EINVALID) {
		s->state = SAMPLE_UNFIT;
		p->status = 0;
	} else if (a != NULL) {
		*a = (struct asked){p, index};
		p->status = trial_ask(p->trial, "decide", input, on_answer, a);
		if (p->status != 0)
			free(a);
	} else {
		p->status = -ENOMEM;
	}
	json_decref(input);
	return p->status == 0 && s->state == SAMPLE_WAITING;
}

static void ask_next(struct probe *p)
{
	p->stopped = p->lost >= LOST_MOST || p->failed >= FAILED_MOST;
	while (p->status == 0 && !p->stopped && p->under_way < UNDER_WAY && p->asked < p->count) {
		if (ask_one(p, p->asked++))
			p->under_way++;
	}
}

int probe_ask(struct probe *p)
{
	p->phase_begin = p->asked;
	ask_next(p);
	trial_wait(p->trial);
	return p->status;
}

/* ---- one or two ------------------------------------------------------------ */

struct looking {
	struct probe *p;
	struct look *look;
	int side;
};

static void on_looked_criterion(void *ctx, const struct trouble *t)
{
	struct looking *l = ctx;

	/* The first of several is told; `wanted` is the one looked for. */
	const struct trouble *wanted = l->look->wanted;
	if (wanted != NULL && (t->line != wanted->line || strcmp(t->file, wanted->file) != 0) &&
	    l->look->any_error[l->side])
		return;
	if (wanted == NULL && l->look->any_error[l->side])
		return;
	l->look->any_error[l->side] = true;
	l->look->trouble[l->side] = *t;
}

static void on_looked(void *ctx, const struct evaluation *e)
{
	struct looking *l = ctx;
	struct look *look = l->look;

	l->p->evaluations++;
	look->status[l->side] = e->status;
	if (e->status != 0) {
		trouble_set(&look->trouble[l->side], e);
		return;
	}
	json_t *decision = json_read(e->result, NULL);
	if (decision == NULL) {
		look->status[l->side] = -ENOMEM;
		return;
	}
	look->print[l->side] = print_of(e->result);
	answer_read(l->p, decision, look->answer[l->side], on_looked_criterion, l);
	json_decref(decision);
}

int probe_look(struct probe *p, const json_t *const submissions[2], const json_t *history,
	       struct look *out)
{
	struct looking sides[2];
	int rv = 0;

	for (int i = 0; i < 2 && submissions[i] != NULL && rv == 0; i++) {
		json_t *input =
			make_input(p, json_deep_copy_of(submissions[i]), history, &out->status[i]);
		sides[i] = (struct looking){p, out, i};
		out->any_error[i] = false;
		if (input != NULL)
			rv = trial_ask(p->trial, "decide", input, on_looked, &sides[i]);
		else if (out->status[i] != AW_EINVALID)
			rv = out->status[i];
		json_decref(input);
	}
	trial_wait(p->trial);
	for (int i = 0; i < 2 && submissions[i] != NULL && rv == 0; i++)
		rv = out->status[i] == -ENOMEM ? -ENOMEM : 0;
	return rv;
}
