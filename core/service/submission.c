/*
 * A submission's way: checked, made free of personal values, put in the lanes
 * of its partnership and of its submission_id, looked up, decided by the rules,
 * logged, answered.
 *
 *   call ─▶ arrive ─▶ start ─▶ its turn ─▶ looked up ─▶ evaluated ─▶ logged ─▶ answered
 *                                               └▶ decided before: answered from the log
 *
 * What does not fit is looked up as well where it has a submission_id: it may
 * have been decided under other rules, and then that decision is the answer.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "service/state.h"

struct submission {
	struct job job; /* first, so that a job is its submission */
	struct turn turn;
	struct service *service;
	struct request *request;
	struct user *user;
	struct generation *generation;
	bool logs;              /* decide, not assess */
	char *id, *partnership; /* submission_id and partnership, or NULL */
	json_t *errors;         /* what does not fit, or NULL */
	json_t *personal;       /* rows for the log */
	json_t *existing;       /* the entry of the same submission_id, or NULL */
	/* Canonical JSON. The submission has commitments; it stays empty where it does not fit. */
	struct buffer submission, history, decision;
};

/* More than stands around two texts in what is asked and logged of them. */
enum { AROUND_TEXTS = 64 };

static void arrive(struct job *job);
static void start(struct job *job);
static void begin(void *ctx);
static int look_up(struct journal_reader *r, void *ctx, struct err *e);
static void on_looked_up(void *ctx, int status, const struct err *e);
static void on_evaluated(void *ctx, const struct evaluation *e);
static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e);

/* The request has been answered: makes way for the next. */
static void finish(struct submission *one)
{
	struct service *s = one->service;

	lanes_leave(&s->lanes, &one->job);
	turn_end(&s->turns, &one->turn);
	generation_drop(&one->generation);
	free(one->id);
	free(one->partnership);
	json_decref(one->errors);
	buffer_deinit(&one->submission);
	json_decref(one->personal);
	json_decref(one->existing);
	buffer_deinit(&one->history);
	buffer_deinit(&one->decision);
	one->user->submissions--;
	user_leave(s, one->user);
	free(one);
	s->submissions_pending--;
}

/* ---- arrival ------------------------------------------------------------ */

/* What is wrong with it: nothing, what does not fit the form, or that there
 * are no rules to decide it. */
static int examine(struct submission *one)
{
	json_t *errors = json_array();
	int rv = errors != NULL ? 0 : -ENOMEM;

	if (rv == 0 && one->generation != NULL)
		rv = form_check_item(generation_form(one->generation), one->request->given, errors);
	if (rv == 0 && json_array_size(errors) > 0)
		one->errors = json_incref(errors);
	json_decref(errors);
	return rv;
}

/* Gives what a member says, NULL where it is no text. */
static int take_text(const struct json_item *member, char **out)
{
	struct buffer text;

	if (member == NULL || member->kind != JSON_ITEM_STRING)
		return 0;
	buffer_init(&text);
	int rv = json_item_text(member, &text);
	if (rv == 0)
		*out = buffer_give(&text);
	buffer_deinit(&text);
	return *out != NULL ? 0 : -ENOMEM;
}

/* No entry can hold it. */
static int note_too_long(struct submission *one)
{
	json_t *error = form_error("", TOO_LONG);

	buffer_deinit(&one->submission);
	(void)json_array_clear(one->personal); /* always 0 */
	one->errors = error != NULL ? json_pack("[o]", error) : NULL;
	return one->errors != NULL ? 0 : -ENOMEM;
}

static int prepare(struct submission *one)
{
	const struct json_item *given = one->request->given;
	const struct form_committing committing = {
		.base = "/submission",
		.chance = one->service->options.chance,
		.personal = one->personal = json_array(),
		.most = ENTRY_LIMIT / FORM_COMMITMENT,
	};
	int rv = one->personal != NULL ? 0 : -ENOMEM;

	if (rv == 0)
		rv = take_text(json_item_member(given, "submission_id"), &one->id);
	if (rv == 0)
		rv = take_text(json_item_member(json_item_member(given, "partnership"), "id"),
			       &one->partnership);
	if (rv != 0 || one->generation == NULL || one->errors != NULL)
		return rv;
	rv = form_commit_item(generation_form(one->generation), given, &committing,
			      &one->submission);
	if (rv == 0 && one->submission.length > ENTRY_LIMIT)
		rv = AW_ELIMIT;
	return rv == AW_ELIMIT ? note_too_long(one) : rv;
}

/* It can't be decided: says why, and is done. */
static void decline(struct submission *one)
{
	struct service *s = one->service;
	json_t *errors = one->errors;

	one->errors = NULL;
	if (one->generation == NULL)
		answer_error(s, one->request, CODE_NO_RULES, "no rule set is active", NULL);
	else
		answer_params(s, one->request, errors);
	finish(one);
}

/* One user may not take the last places from all others. */
static bool is_overloaded(const struct service *s, const struct user *u)
{
	size_t queue = config_number(s->options.config, CONFIG_QUEUE);

	return s->submissions_pending >= queue || u->submissions >= queue - queue / 4;
}

static void call(struct service *s, struct request *r, bool logs)
{
	struct user *u = user_find(s, r->peer->actor.uid);

	if (u == NULL) {
		answer_no_memory(s, r);
		return;
	}
	if (is_overloaded(s, u)) {
		s->refused++;
		user_leave(s, u);
		answer_error(s, r, CODE_OVERLOADED, "overloaded: nothing was decided, try again",
			     NULL);
		return;
	}
	struct submission *one = calloc(1, sizeof *one);
	if (one == NULL) {
		user_leave(s, u);
		answer_no_memory(s, r);
		return;
	}
	s->submissions_pending++;
	u->submissions++;
	one->user = u;
	one->job = (struct job){.start = start, .arrive = arrive, .resolved = true};
	one->turn = (struct turn){.begin = begin, .ctx = one};
	one->service = s;
	one->request = r;
	one->logs = logs;
	buffer_init(&one->submission);
	buffer_init(&one->history);
	buffer_init(&one->decision);
	one->generation = s->current != NULL ? generation_hold(s->current) : NULL;
	int rv = examine(one);
	if (rv == 0)
		rv = prepare(one);
	if (rv != 0) {
		answer_no_memory(s, r);
		finish(one);
	} else if ((one->generation == NULL || one->errors != NULL) && one->id == NULL) {
		decline(one);
	} else {
		lanes_arrive(&s->lanes, &one->job);
	}
}

void submission_decide(struct service *s, struct request *r)
{
	call(s, r, true);
}

void submission_assess(struct service *s, struct request *r)
{
	call(s, r, false);
}

/* Two lanes, so that neither the partnership's next submission nor another of
 * the same submission_id passes by. */
static void arrive(struct job *job)
{
	struct submission *one = (struct submission *)job;
	struct lane_name names[2];
	size_t count = 0;

	if (one->partnership != NULL)
		names[count++] = (struct lane_name){LANE_PARTNERSHIP, one->partnership};
	if (one->id != NULL)
		names[count++] = (struct lane_name){LANE_SUBMISSION, one->id};
	if (lanes_enter(&one->service->lanes, job, names, count) != 0) {
		answer_no_memory(one->service, one->request);
		finish(one);
	}
}

static void start(struct job *job)
{
	struct submission *one = (struct submission *)job;

	turn_take(&one->service->turns, &one->turn);
}

static void begin(void *ctx)
{
	struct submission *one = ctx;

	if (journal_look_up(one->service->options.journal, look_up, on_looked_up, one) != 0) {
		answer_no_memory(one->service, one->request);
		finish(one);
	}
}

/* ---- what the log knows ------------------------------------------------- */

/* On the reading thread. */
static int look_up(struct journal_reader *r, void *ctx, struct err *e)
{
	struct submission *one = ctx;
	int rv = AW_EABSENT;

	if (one->id != NULL)
		rv = reader_submission(r, one->id, &one->existing, e);
	if (rv != AW_EABSENT)
		return rv;
	bool decidable = one->generation != NULL && one->errors == NULL;
	return decidable ? reader_history(r, one->partnership, &one->history, e) : 0;
}

json_t *leaf_document(json_int_t sequence, const char *leaf_hex)
{
	return json_pack("{sI ss}", "leaf_index", sequence - 1, "leaf_hash", leaf_hex);
}

json_t *decision_answer(const json_t *decision, const char *id, json_int_t sequence, const char *at,
			const char *leaf_hex)
{
	union { /* a shallow copy changes nothing, but Jansson takes no const */
		const json_t *borrowed;
		json_t *value;
	} from = {decision};
	json_t *whole = json_copy_of(from.value);

	if (whole == NULL || json_put(whole, "decision_id", json_string(id)) != 0 ||
	    json_put(whole, "sequence", json_integer(sequence)) != 0 ||
	    json_put(whole, "decided_at", json_string(at)) != 0 ||
	    json_put(whole, "log", leaf_document(sequence, leaf_hex)) != 0) {
		json_decref(whole);
		return NULL;
	}
	return whole;
}

static void answer_existing(struct submission *one)
{
	struct service *s = one->service;
	const json_t *body = json_object_get(one->existing, "body");
	const char *id = json_member_text(one->existing, "id");
	json_t *decision = json_object_get(body, "decision");

	if (request_read(one->request) != 0) {
		answer_no_memory(s, one->request);
	} else if (!form_same(json_object_get(body, "submission"), one->request->params)) {
		if (one->errors != NULL) {
			decline(one);
			return;
		}
		answer_error(s, one->request, CODE_CONFLICT,
			     "this submission_id was decided before, with other content",
			     json_pack("{ss}", "decision_id", id));
	} else if (!one->logs) {
		s->assessments++;
		answer_result(s, one->request, json_incref(decision));
	} else {
		s->replays++;
		answer_result(s, one->request,
			      decision_answer(decision, id,
					      json_member_integer(one->existing, "sequence", 0),
					      json_member_text(one->existing, "at"),
					      json_member_text(one->existing, "leaf_hash")));
	}
	finish(one);
}

static int ask_rules(struct submission *one)
{
	struct buffer input;

	buffer_init(&input);
	/* A failure stays marked in the buffer. */
	(void)buffer_reserve(&input, one->history.length + one->submission.length + AROUND_TEXTS);
	(void)buffer_append_text(&input, "{\"history\":");
	(void)buffer_append(&input, one->history.bytes, one->history.length);
	(void)buffer_append_text(&input, ",\"submission\":");
	(void)buffer_append(&input, one->submission.bytes, one->submission.length);
	(void)buffer_append_text(&input, "}");
	int rv = buffer_status(&input);
	if (rv == 0)
		rv = pool_ask_text(generation_pool(one->generation), "decide",
				   (struct text){input.bytes, input.length}, on_evaluated, one);
	buffer_deinit(&input);
	return rv;
}

static void on_looked_up(void *ctx, int status, const struct err *e)
{
	struct submission *one = ctx;

	if (status != 0) {
		answer_status(one->service, one->request, status, e);
		finish(one);
		return;
	}
	if (one->existing != NULL) {
		answer_existing(one);
		return;
	}
	if (one->generation == NULL || one->errors != NULL) {
		decline(one);
		return;
	}
	int rv = ask_rules(one);
	if (rv != 0) {
		answer_not_asked(one->service, one->request, rv);
		finish(one);
		return;
	}
	turn_weigh(&one->service->turns, &one->turn, one->history.length);
	buffer_deinit(&one->history); /* the evaluators' line has it */
}

/* ---- the rules' answer, and the log ------------------------------------- */

/* Whether rules say what only the log can: words that another version keeps with them may. */
static bool says_what_is_logged(const struct json_item *decision)
{
	static const char *const names[] = {"decided_at", "decision_id", "log", "sequence"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (json_item_get(decision, names[i]) != NULL)
			return true;
	}
	return false;
}

/* What they answered, with the member that says which rules these were. */
static int read_decision(struct submission *one, struct text result)
{
	struct json_index *index = &one->service->answer;
	struct buffer rules;

	buffer_init(&rules);
	int rv = json_index_read(index, result);
	if (rv == 0 && (!index->canonical || index->items->kind != JSON_ITEM_OBJECT ||
			says_what_is_logged(index->items)))
		rv = AW_ESYNTAX;
	if (rv == 0)
		rv = buffer_printf(&rules, "{\"digest\":\"%s\"}",
				   generation_digest(one->generation));
	if (rv == 0)
		rv = json_item_put(index->items, "rules", (struct text){rules.bytes, rules.length},
				   &one->decision);
	buffer_deinit(&rules);
	return rv;
}

static int make_draft(struct submission *one, struct journal_draft *draft)
{
	*draft = (struct journal_draft){.kind = "decision", .by = one->request->peer->actor};
	buffer_init(&draft->bytes);
	/* A failure stays marked in the buffer. */
	(void)buffer_reserve(&draft->bytes,
			     one->decision.length + one->submission.length + AROUND_TEXTS);
	(void)buffer_append_text(&draft->bytes, "{\"decision\":");
	(void)buffer_append(&draft->bytes, one->decision.bytes, one->decision.length);
	(void)buffer_append_text(&draft->bytes, ",\"submission\":");
	(void)buffer_append(&draft->bytes, one->submission.bytes, one->submission.length);
	(void)buffer_append_text(&draft->bytes, "}");
	int rv = buffer_status(&draft->bytes);
	size_t size = 0;
	if (rv == 0)
		rv = journal_entry_size(draft, &size);
	if (rv == 0 && size > ENTRY_LIMIT)
		rv = AW_ELIMIT;
	if (rv != 0)
		buffer_deinit(&draft->bytes);
	return rv;
}

static void on_evaluated(void *ctx, const struct evaluation *e)
{
	static const struct evaluation no_decision = {
		.status = AW_ECRASH,
		.file = "",
		.message = "the evaluator's answer is no decision"};
	struct submission *one = ctx;
	struct service *s = one->service;
	struct journal_draft draft;

	turn_end(&s->turns, &one->turn);
	if (e->status != 0) {
		log_line(s, 4, "no answer of the rules for %s: %s%s%s", one->partnership, e->file,
			 *e->file != '\0' ? ": " : "", e->message);
		answer_evaluation(s, one->request, e);
		finish(one);
		return;
	}
	int rv = read_decision(one, e->result);
	if (rv == 0)
		rv = make_draft(one, &draft);
	if (rv == 0 && !one->logs) {
		buffer_deinit(&draft.bytes);
		s->assessments++;
		answer_json(s, one->request,
			    (struct text){one->decision.bytes, one->decision.length});
		finish(one);
		return;
	}
	if (rv == 0) {
		draft.personal = json_incref(one->personal);
		rv = journal_append(s->options.journal, &draft, 1, on_logged, one);
	}
	if (rv == AW_ESYNTAX) {
		answer_evaluation(s, one->request, &no_decision);
		finish(one);
	} else if (rv != 0) {
		answer_status(s, one->request, rv, NULL);
		finish(one);
	}
}

/* The decision with what only the log could say of it, as decision_answer puts it. */
static void answer_logged(struct submission *one, const struct journal_receipt *receipt)
{
	struct buffer *answer = &one->decision;
	char leaf[DIGEST_HEX];

	hex_format(receipt->leaf.bytes, sizeof receipt->leaf.bytes, leaf);
	answer->length--; /* its closing brace */
	if (buffer_printf(answer,
			  ",\"decision_id\":\"%s\",\"sequence\":%" PRId64 ",\"decided_at\":\"%s\","
			  "\"log\":{\"leaf_index\":%" PRId64 ",\"leaf_hash\":\"%s\"}}",
			  receipt->id, receipt->sequence, receipt->at, receipt->sequence - 1,
			  leaf) == 0)
		answer_json(one->service, one->request,
			    (struct text){answer->bytes, answer->length});
	else
		answer_no_memory(one->service, one->request);
}

static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e)
{
	struct submission *one = ctx;
	struct service *s = one->service;

	if (status != 0 || count != 1) {
		answer_status(s, one->request, status, e);
		fail_for_good(s, status);
	} else {
		s->decisions++;
		one->request->logged = true;
		answer_logged(one, receipts);
	}
	finish(one);
}
