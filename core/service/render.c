/* decisions.render and register.render: what a picture needs is gathered from
 * the log, and a plugin makes it. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "service/read.h"
#include "tlog/tlog.h"

static const char decisions[] = "decision-renderer", registers[] = "register-renderer";

/* ---- who renders ------------------------------------------------------------ */

static int renderer(const struct service *s, const json_t *params, const char *kind,
		    const struct host_offer **found, struct err *e)
{
	return hosts_renderer(s->options.hosts, kind, json_member_text(params, "media_type"),
			      json_member_text(params, "plugin"), found, e);
}

static int look_for_renderer(const struct service *s, const json_t *params, const char *kind,
			     json_t *errors)
{
	const struct host_offer *found;
	struct err e = {0};

	return json_member_text(params, "media_type") == NULL ||
			       renderer(s, params, kind, &found, &e) == 0
		       ? 0
		       : params_fault(errors, "/media_type", e.text);
}

/* NULL where it is answered: the plugin has ended meanwhile. */
static const struct host_offer *find_renderer(struct service *s, struct request *r,
					      const char *kind)
{
	const struct host_offer *found = NULL;
	struct err e = {0};

	if (renderer(s, r->params, kind, &found, &e) == 0)
		return found;
	answer_param(s, r, "/media_type", e.text);
	return NULL;
}

struct rendering {
	struct service *service;
	struct request *request;
};

static bool ends_with(struct text t, const char *end)
{
	size_t length = strlen(end);

	return t.length >= length && memcmp(t.bytes + t.length - length, end, length) == 0;
}

/* Whether a media type is one of text; parameters do not tell. */
static bool is_text(const char *media_type)
{
	struct text type = {media_type, strcspn(media_type, ";")};

	return strncmp(media_type, "text/", 5) == 0 || ends_with(type, "+xml") ||
	       ends_with(type, "+json") || ends_with(type, "/json") || ends_with(type, "/xml");
}

/* Gives {"media_type", "text"}, or with "base64" what is no text. */
static json_t *picture_document(const char *media_type, struct text bytes)
{
	struct buffer coded;

	if (is_text(media_type) && text_is_utf8(bytes))
		return json_pack("{ss so}", "media_type", media_type, "text",
				 json_stringn(bytes.bytes, bytes.length));
	buffer_init(&coded);
	json_t *document = NULL;
	if (base64_append(bytes.bytes, bytes.length, &coded) == 0)
		document = json_pack("{ss so}", "media_type", media_type, "base64",
				     json_stringn(coded.bytes, coded.length));
	buffer_deinit(&coded);
	return document;
}

static void on_rendered(void *ctx, const struct host_answer *answer)
{
	struct rendering *n = ctx;

	if (answer->status != 0)
		answer_plugin_failure(n->service, n->request, answer);
	else
		answer_result(n->service, n->request,
			      picture_document(json_member_text(n->request->params, "media_type"),
					       answer->bytes));
	free(n);
}

/* Adds what every renderer gets, and asks the plugin. Takes the call; answers in time. */
static void render(struct read *q, const char *kind, json_t *call)
{
	struct service *s = q->service;
	const struct host_offer *o = find_renderer(s, q->request, kind);
	struct rendering *n = malloc(sizeof *n);
	char key[TLOG_VKEY];
	struct err e = {0};
	int rv = -ENOMEM;

	if (o == NULL) {
		json_decref(call);
		free(n);
		return;
	}
	journal_key(s->options.journal, key);
	/* The manifest is deep and shared; it is only written out. */
	json_t *more = json_pack("{sO sO? s{ss ss}}", "media_type",
				 json_object_get(q->request->params, "media_type"), "scheme",
				 q->generation != NULL ? generation_manifest(q->generation) : NULL,
				 "log", "identity", journal_identity(s->options.journal), "key",
				 key);
	if (n != NULL && call != NULL && more != NULL && json_object_update(call, more) == 0) {
		*n = (struct rendering){s, q->request};
		rv = hosts_call(o, call, on_rendered, n, &e);
	}
	json_decref(more);
	json_decref(call);
	if (rv != 0) {
		free(n);
		answer_no_plugin(s, q->request, rv, &e);
	}
}

/* ---- decisions.render --------------------------------------------------------- */

static int add_past(void *ctx, json_t *entry)
{
	return json_array_append(ctx, entry) == 0 ? 0 : -ENOMEM;
}

static bool is_revoked(const json_t *history, json_int_t sequence)
{
	size_t i;
	const json_t *entry;

	json_array_foreach(history, i, entry) {
		const json_t *revokes = json_member(json_member(entry, "body"), "revokes");
		if (revokes != NULL && json_member_integer(revokes, "sequence", 0) == sequence)
			return true;
	}
	return false;
}

/* Borrows the newest decision before `sequence` that holds, or NULL. */
static json_t *previous_of(const json_t *history, json_int_t sequence)
{
	for (size_t i = json_array_size(history); i-- > 0;) {
		json_t *entry = json_array_get(history, i);
		json_int_t at = json_member_integer(entry, "sequence", 0);
		const char *kind = json_member_text(entry, "kind");
		if (at < sequence && strcmp(kind, "decision") == 0 && !is_revoked(history, at))
			return entry;
	}
	return NULL;
}

static int gather_past(struct journal_reader *r, json_t *call, const char *partnership,
		       json_int_t sequence, struct err *e)
{
	json_t *history = json_array();
	int rv = history != NULL ? reader_past(r, partnership, INT64_MAX, add_past, history, e)
				 : -ENOMEM;
	json_t *previous = rv == 0 ? previous_of(history, sequence) : NULL;

	if (rv == 0)
		rv = json_put(call, "previous",
			      previous != NULL ? json_incref(previous) : json_null());
	if (rv == 0)
		rv = json_put(call, "history", json_incref(history));
	json_decref(history);
	return rv;
}

static int gather_register(struct journal_reader *r, json_t *call, const char *day,
			   const char *partnership, struct err *e)
{
	json_t *rows = NULL;
	int rv = reader_register(r, day, partnership, NULL, &rows, e);
	json_t *row = json_array_get(rows, 0);

	if (rv == 0)
		rv = json_put(call, "register", row != NULL ? json_incref(row) : json_null());
	json_decref(rows);
	return rv;
}

static int gather_proof(struct journal_reader *r, json_t *call, json_int_t sequence, struct err *e)
{
	struct buffer text;

	buffer_init(&text);
	int rv = reader_proof(r, sequence, &text, e);
	if (rv == 0)
		rv = json_put(call, "proof", json_stringn(text.bytes, text.length));
	buffer_deinit(&text);
	return rv;
}

/* On the reading thread. What is gathered stands beside the entry, as "render". */
static int ask_decision(struct read *q, struct journal_reader *r, struct err *e)
{
	json_t *hashed = NULL, *call = NULL;
	int rv = read_entry(q, r, e);

	if (rv != 0)
		return rv;
	json_int_t sequence = json_member_integer(q->found, "sequence", 0);
	rv = reader_hashed(r, sequence, &hashed, e);
	const char *partnership = rv == 0 ? award_partnership(hashed) : NULL;
	if (rv != 0 || partnership == NULL)
		goto out; /* another kind of entry: on_decision says so */
	const json_t *revoked = json_member(q->found, "revoked");
	call = json_pack("{sO ss so}", "entry", hashed, "today", q->day, "revoked",
			 revoked != NULL ? json_pack("{sO sO sO}", "sequence",
						     json_object_get(revoked, "sequence"), "id",
						     json_object_get(revoked, "id"), "at",
						     json_object_get(revoked, "at"))
					 : json_null());
	rv = call != NULL ? gather_past(r, call, partnership, sequence, e) : -ENOMEM;
	if (rv == 0)
		rv = gather_register(r, call, q->day, partnership, e);
	if (rv == 0)
		rv = gather_proof(r, call, sequence, e);
	if (rv == 0)
		rv = json_put(q->found, "render", json_incref(call));
out:
	json_decref(call);
	json_decref(hashed);
	return rv;
}

static json_t *on_decision(struct read *q)
{
	json_t *call = json_object_get(q->found, "render");
	json_t *row = json_object_get(call, "register");

	if (!read_is_allowed(q))
		return NULL;
	if (json_is_object(row) && register_put_status(q, row) != 0)
		answer_no_memory(q->service, q->request);
	else if (call == NULL)
		answer_param(q->service, q->request, "",
			     "must be a decision or an import: others are not rendered");
	else
		render(q, decisions, json_incref(call));
	return NULL;
}

int params_ask_decision_drawn(const struct service *s, const json_t *params, json_t *errors)
{
	int rv = params_name_entry(s, params, errors);

	return rv == 0 ? look_for_renderer(s, params, decisions, errors) : rv;
}

void decisions_render(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_decision, .finish = on_decision};

	date_format(instant_date(s->options.clock.now_ms(s->options.clock.ctx)), q.day);
	read_begin(&q);
}

/* ---- register.render ---------------------------------------------------------- */

/* On the reading thread: {"awards", "statistics"} as they are found. */
static int ask_both(struct read *q, struct journal_reader *r, struct err *e)
{
	int rv = register_ask(q, r, e);
	json_t *awards = q->found;

	q->found = NULL;
	if (rv == 0)
		rv = statistics_ask(q, r, e);
	json_t *both = rv == 0 ? json_pack("{sO sO}", "awards", awards, "statistics", q->found)
			       : NULL;
	if (rv == 0 && both == NULL)
		rv = -ENOMEM;
	json_decref(q->found);
	json_decref(awards);
	q->found = both;
	return rv;
}

static json_t *on_register(struct read *q)
{
	json_t *both = q->found;
	json_t *statistics = json_null();

	q->found = json_object_get(both, "statistics");
	if (q->generation != NULL)
		statistics = statistics_document(q);
	q->found = json_object_get(both, "awards");
	json_t *call = register_document(q);
	q->found = both;

	if (json_put(call, "statistics", statistics) != 0 ||
	    json_put(call, "on", json_string(q->day)) != 0) {
		json_decref(call);
		call = NULL;
	}
	render(q, registers, call);
	return NULL;
}

int params_ask_register_drawn(const struct service *s, const json_t *params, json_t *errors)
{
	return look_for_renderer(s, params, registers, errors);
}

void register_render(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_both, .finish = on_register};

	register_begin(&q);
}
