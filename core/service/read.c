/* Questions to the log, and the methods that ask only one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/read.h"

/* Of one user in the journal's queue: those of others are asked after so many at most. */
enum { READS_EACH = 4 };

static void begin_next(struct service *s, struct user *u);

static void read_free(struct read *q)
{
	generation_drop(&q->generation);
	json_decref(q->found);
	buffer_deinit(&q->json);
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
	} else if (q->finish == NULL && q->found == NULL) {
		answer_json(q->service, q->request, (struct text){q->json.bytes, q->json.length});
	} else if (q->finish == NULL) {
		answer_result(q->service, q->request, json_incref(q->found));
	} else {
		json_t *result = q->finish(q);
		if (result != NULL)
			answer_result(q->service, q->request, result);
	}
	struct service *s = q->service;
	struct user *u = q->user;
	read_free(q);
	u->reads--;
	begin_next(s, u);
}

/* The user is gone where nothing of it is left. */
static void begin_next(struct service *s, struct user *u)
{
	while (u->reads < READS_EACH && u->first != NULL) {
		struct read *q = u->first;
		u->first = q->next;
		if (u->first == NULL)
			u->last = &u->first;
		u->reads++; /* also while it is answered, which may begin others */
		/* For nobody nothing is read. */
		if (q->request->peer->gone ||
		    journal_query(s->options.journal, run, on_read, q) != 0) {
			answer_no_memory(s, q->request);
			read_free(q);
			u->reads--;
		}
	}
	user_leave(s, u);
}

void read_begin(const struct read *like)
{
	struct service *s = like->service;
	struct user *u = user_find(s, like->request->peer->actor.uid);
	struct read *q = u != NULL ? malloc(sizeof *q) : NULL;

	if (q == NULL) {
		if (u != NULL)
			user_leave(s, u);
		answer_no_memory(s, like->request);
		return;
	}
	*q = *like;
	q->user = u;
	q->next = NULL;
	if (s->current != NULL)
		q->generation = generation_hold(s->current);
	*u->last = q;
	u->last = &q->next;
	begin_next(s, u);
}

/* ---- decisions.get ------------------------------------------------------ */

int read_entry(struct read *q, struct journal_reader *r, struct err *e)
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
	json_t *answered = decision_answer(decision, json_member_text(entry, "id"),
					   json_member_integer(entry, "sequence", 0),
					   json_member_text(entry, "at"),
					   json_member_text(entry, "leaf_hash"));

	return json_pack("{sO sO sO sO sO sO so sO sO sO sO?}", "kind",
			 json_object_get(entry, "kind"), "sequence",
			 json_object_get(entry, "sequence"), "decision_id",
			 json_object_get(entry, "id"), "at", json_object_get(entry, "at"), "by",
			 json_object_get(entry, "by"), "submission",
			 json_object_get(body, "submission"), "decision", answered, "rules",
			 json_object_get(decision, "rules"), "revoked",
			 json_object_get(entry, "revoked"), "erased",
			 json_object_get(entry, "erased"), "log", json_object_get(answered, "log"));
}

static bool is_decision(const json_t *entry)
{
	const char *kind = json_member_text(entry, "kind");

	return kind != NULL && strcmp(kind, "decision") == 0;
}

bool read_is_allowed(struct read *q)
{
	const struct peer *peer = q->request->peer;
	json_int_t uid = json_member_integer(json_object_get(q->found, "by"), "uid", -1);

	if ((roles_of(q->service, peer) & ACCESS_AUDIT) != 0 ||
	    (is_decision(q->found) && uid == (json_int_t)peer->actor.uid))
		return true;
	answer_error(q->service, q->request, CODE_DENIED, "this user may not do this",
		     json_pack("{ss}", "role", "audit"));
	return false;
}

static json_t *finish_entry(struct read *q)
{
	if (!read_is_allowed(q))
		return NULL;
	json_t *result = is_decision(q->found) ? decision_document(q->found)
					       : json_incref(q->found);
	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

int params_name_entry(const struct service *s, const json_t *params, json_t *errors)
{
	bool by_id = json_member(params, "decision_id") != NULL;
	bool by_sequence = json_member(params, "sequence") != NULL;

	(void)s; /* needs none */
	return by_id != by_sequence
		       ? 0
		       : params_fault(errors, "",
				      "needs a decision_id or a sequence, and not both");
}

void decisions_get(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = read_entry, .finish = finish_entry};

	read_begin(&q);
}

/* ---- decisions.list ----------------------------------------------------- */

enum { LIST_DEFAULT = 50 };

static struct decision_filter filter_of(const json_t *params)
{
	return (struct decision_filter){
		.partnership = json_member_text(params, "partnership"),
		.since = json_member_text(params, "since"),
		.until = json_member_text(params, "until"),
		.award = json_member_text(params, "award"),
		.failed_criterion = json_member_text(params, "failed_criterion"),
		.changed = json_member_text(params, "changed"),
		.rules = json_member_text(params, "rules"),
		.by = json_member_text(params, "by"),
		.kind = json_member_text(params, "kind"),
		.sort = json_member_text(params, "sort"),
		.after = json_member_text(params, "after"),
		.limit = (int)json_member_integer(params, "limit", LIST_DEFAULT),
	};
}

static int ask_decisions(struct read *q, struct journal_reader *r, struct err *e)
{
	struct decision_filter filter = filter_of(q->request->params);

	return reader_decisions(r, &filter, &q->found, e);
}

int params_page(const struct service *s, const json_t *params, json_t *errors)
{
	struct decision_filter filter = filter_of(params);

	(void)s; /* needs none */
	return decision_filter_fits(&filter)
		       ? 0
		       : params_fault(errors, "/after",
				      "must be the \"next\" of an earlier answer in the same"
				      " order");
}

void decisions_list(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_decisions};

	read_begin(&q);
}

/* ---- register.list ------------------------------------------------------ */

int register_ask(struct read *q, struct journal_reader *r, struct err *e)
{
	const json_t *params = q->request->params;

	return reader_register(r, q->day, json_member_text(params, "partnership"),
			       json_member_text(params, "sort"), &q->found, e);
}

/* "current", "due" or "lapsed" on a day; the months before the
 * lapse from which an award is due are the rules'. */
static const char *status_on(const json_t *award, struct date day, int due_months)
{
	struct date expires;
	const char *text = json_member_text(award, "expires_on");

	if (text == NULL || !date_parse(text_of(text), &expires) || date_compare(day, expires) >= 0)
		return "lapsed";
	if (date_compare(day, date_add_months(expires, -due_months)) >= 0)
		return "due";
	return "current";
}

/* Whether it is this level, or has this commendation. */
static bool is_award(const json_t *award, const char *id)
{
	const char *level = json_member_text(award, "award");
	size_t i;
	json_t *each;

	if (level != NULL && strcmp(level, id) == 0)
		return true;
	json_array_foreach(json_member(award, "commendations"), i, each) {
		if (json_is_string(each) && strcmp(json_string_value(each), id) == 0)
			return true;
	}
	return false;
}

int register_put_status(const struct read *q, json_t *award)
{
	const json_t *terms =
		q->generation != NULL
			? json_object_get(generation_manifest(q->generation), "register")
			: NULL;
	int due_months = (int)json_member_integer(terms, "due_months", 0);
	struct date day;

	if (!date_parse(text_of(q->day), &day))
		return -EINVAL;
	return json_put(award, "status", json_string(status_on(award, day, due_months)));
}

json_t *register_document(struct read *q)
{
	const char *wanted = json_member_text(q->request->params, "status");
	const char *id = json_member_text(q->request->params, "award");
	json_t *awards = json_array();
	size_t i;
	json_t *award;
	bool memory = awards != NULL;

	json_array_foreach(q->found, i, award) {
		if (id != NULL && !is_award(award, id))
			continue;
		memory = memory && register_put_status(q, award) == 0;
		if (memory &&
		    (wanted == NULL || strcmp(wanted, json_member_text(award, "status")) == 0))
			memory = json_array_append(awards, award) == 0;
	}
	json_t *result = memory ? json_pack("{sO}", "awards", awards) : NULL;
	json_decref(awards);
	return result;
}

static json_t *finish_register(struct read *q)
{
	json_t *result = register_document(q);

	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void register_begin(const struct read *like)
{
	struct read q = *like;
	struct clock clock = q.service->options.clock;
	const char *on = json_member_text(q.request->params, "on");

	if (q.ask == NULL)
		q.ask = register_ask;
	if (on != NULL)
		memcpy(q.day, on, DATE_TEXT);
	else
		date_format(instant_date(clock.now_ms(clock.ctx)), q.day);
	read_begin(&q);
}

void register_list(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .finish = finish_register};

	register_begin(&q);
}

/* ---- scheme.get --------------------------------------------------------- */

void scheme_get(struct service *s, struct request *r)
{
	json_t *scheme;

	if (s->current == NULL) {
		answer_error(s, r, CODE_NO_RULES, "no rule set is active", NULL);
		return;
	}
	scheme = json_deep_copy_of(generation_manifest(s->current));
	if (scheme != NULL &&
	    json_put(scheme, "digest", json_string(generation_digest(s->current))) != 0) {
		json_decref(scheme);
		scheme = NULL;
	}
	answer_result(s, r, scheme);
}
