/*
 * Putting rules in force: read once, run in new evaluators, log, swap between
 * two submissions; or log why not and keep the old ones.
 *
 *   asked ─▶ begin ─▶ loaded ─▶ logged ─▶ in force, answered
 *              └────────┴▶ refused: logged as a rejection, answered
 *
 * Changes are made one after another. At the start, where the folder gives no
 * rule set, the one last active is taken from the log.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/version.h"
#include "script/script.h"
#include "service/state.h"

struct activation {
	struct activation *next;
	struct service *service;
	struct request *request; /* NULL where nobody waits for an answer */
	const char *cause;       /* a literal: "start", "log", "reload", "signal" */
	struct actor by;
	bool starts;        /* the service is not started before it ends */
	int status;         /* told to whoever waits for the start */
	json_t *about;      /* {"digest", "files"}, NULL where nothing was read */
	json_t *texts;      /* of the files and the prelude, for the log */
	json_t *faults;
	struct generation *fresh;
	json_t *kept; /* rule files from the log */
};

static void begin(struct activation *a);
static void on_loaded(void *ctx, int status, struct generation *g, const json_t *faults);
static void on_activated(void *ctx, int status, const struct journal_receipt *receipts,
			 size_t count, const struct err *e);
static void refuse(struct activation *a);
static void on_rejected(void *ctx, int status, const struct journal_receipt *receipts,
			size_t count, const struct err *e);
static void fall_back(struct service *s);

/* ---- one after another -------------------------------------------------- */

static void end(struct activation *a)
{
	struct service *s = a->service;
	bool starts = a->starts;
	int status = a->status;

	s->first = a->next;
	if (s->first == NULL)
		s->last = &s->first;
	json_decref(a->about);
	json_decref(a->texts);
	json_decref(a->faults);
	json_decref(a->kept);
	generation_drop(&a->fresh);
	free(a);
	if (s->first != NULL)
		begin(s->first);
	else if (s->stopping)
		service_log_stop(s);
	if (starts)
		s->started(s->started_ctx, status);
}

static struct activation *ask(struct service *s, const char *cause, struct request *r)
{
	struct activation *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->service = s;
	a->request = r;
	a->cause = cause;
	a->by = r != NULL ? r->peer->actor : actor_self();
	a->faults = json_array();
	if (a->faults == NULL) {
		free(a);
		return NULL;
	}
	*s->last = a;
	s->last = &a->next;
	return a;
}

/* Nothing can be logged or said about it but that memory ran out. */
static void give_up(struct activation *a, int status, const struct err *e)
{
	a->status = status;
	log_line(a->service, 3, "the rules were not changed: %s", status_text(status));
	if (a->request != NULL)
		answer_status(a->service, a->request, status, e);
	end(a);
}

/* ---- reading and running ------------------------------------------------ */

static int take_texts(struct activation *a, const struct rule_files *files)
{
	struct text prelude = script_prelude();
	size_t i;
	json_t *file;

	a->about = rule_files_describe(files);
	a->texts = json_array();
	if (a->about == NULL || a->texts == NULL)
		return -ENOMEM;
	json_array_foreach(files->files, i, file) {
		if (json_array_append(a->texts, json_object_get(file, "text")) != 0)
			return -ENOMEM;
	}
	return json_array_append_new(a->texts, json_stringn(prelude.bytes, prelude.length)) == 0
		       ? 0
		       : -ENOMEM;
}

static void load(struct activation *a, struct rule_files *files)
{
	int rv = take_texts(a, files);

	if (rv == 0)
		rv = generation_open(&a->service->options.pool, files, on_loaded, a);
	rule_files_deinit(files);
	if (rv != 0)
		give_up(a, rv, NULL);
}

static void begin(struct activation *a)
{
	struct rule_files files;
	int rv;

	if (a->kept != NULL)
		rv = rule_files_from(json_object_get(a->kept, "files"), &files);
	else
		rv = rule_files_read(config_text(a->service->options.config, CONFIG_RULES), &files,
				     a->faults);
	if (rv == 0)
		load(a, &files);
	else if (rv == AW_ESCRIPT)
		refuse(a);
	else
		give_up(a, rv, NULL);
}

static bool add_faults(struct activation *a, const json_t *faults)
{
	size_t i;
	const json_t *fault;

	json_array_foreach(faults, i, fault) {
		if (json_array_append_new(a->faults, json_deep_copy(fault)) != 0)
			return false;
	}
	return true;
}

static void on_loaded(void *ctx, int status, struct generation *g, const json_t *faults)
{
	struct activation *a = ctx;
	struct service *s = a->service;

	if (status != 0) {
		if (!add_faults(a, faults))
			log_line(s, 4, "no memory to say what is wrong with the rules");
		refuse(a);
		return;
	}
	a->fresh = g;
	struct text prelude = script_prelude();
	struct digest d = digest_of(prelude.bytes, prelude.length);
	char hash[DIGEST_HEX];
	hex_format(d.bytes, sizeof d.bytes, hash);
	struct journal_draft draft = {
		.kind = "activation",
		.by = a->by,
		.body = json_pack("{ss sO ss sO ss ss ss?}", "cause", a->cause, "digest",
				  json_object_get(a->about, "digest"), "engine", AWARDD_VERSION,
				  "files", json_object_get(a->about, "files"), "lua",
				  script_lua_version(), "prelude", hash, "previous",
				  s->current != NULL ? generation_digest(s->current) : NULL),
		.blobs = json_incref(a->texts),
	};
	int rv = draft.body != NULL ? journal_append(s->options.journal, &draft, 1, on_activated, a)
				    : -ENOMEM;
	if (draft.body == NULL)
		json_decref(draft.blobs);
	if (rv != 0)
		give_up(a, rv, NULL);
}

static json_t *describe(struct service *s)
{
	json_t *files = json_array();
	size_t i;
	const json_t *file;

	if (s->current == NULL)
		return json_pack("{sn sn so sO?}", "digest", "since", "files", files,
				 "last_rejection", s->last_rejection);
	json_array_foreach(generation_files(s->current), i, file) {
		if (json_array_append_new(files, json_pack("{sO sO}", "path",
							   json_object_get(file, "path"), "sha256",
							   json_object_get(file, "sha256"))) != 0) {
			json_decref(files);
			return NULL;
		}
	}
	return json_pack("{ss ss so sO?}", "digest", generation_digest(s->current), "since",
			 s->active_since, "files", files, "last_rejection", s->last_rejection);
}

static void on_activated(void *ctx, int status, const struct journal_receipt *receipts,
			 size_t count, const struct err *e)
{
	struct activation *a = ctx;
	struct service *s = a->service;

	if (status != 0 || count != 1) {
		give_up(a, status, e);
		fail_for_good(s, status);
		return;
	}
	generation_drop(&s->current);
	s->current = a->fresh;
	a->fresh = NULL;
	memcpy(s->active_since, receipts->at, sizeof s->active_since);
	log_line(s, a->kept != NULL ? 4 : 6, "rules in force: %s%s", generation_digest(s->current),
		 a->kept != NULL ? ", the set last active, from the log, since the folder's do not "
				   "load"
				 : "");
	if (a->request != NULL)
		answer_result(s, a->request, describe(s));
	end(a);
}

/* ---- refusing ----------------------------------------------------------- */

static void log_faults(struct activation *a)
{
	size_t i;
	const json_t *fault;

	json_array_foreach(a->faults, i, fault) {
		json_int_t line = json_member_integer(fault, "line", 0);
		if (line > 0)
			log_line(a->service, 3, "rules refused: %s:%" JSON_INTEGER_FORMAT ": %s",
				 json_member_text(fault, "file"), line,
				 json_member_text(fault, "message"));
		else
			log_line(a->service, 3, "rules refused: %s: %s",
				 json_member_text(fault, "file"), json_member_text(fault, "message"));
	}
}

static void refuse(struct activation *a)
{
	struct service *s = a->service;
	const json_t *digest = json_object_get(a->about, "digest");
	struct journal_draft draft = {
		.kind = "rejection",
		.by = a->by,
		.body = json_pack("{ss? ss sO? sO}", "active",
				  s->current != NULL ? generation_digest(s->current) : NULL,
				  "cause", a->cause, "digest", digest, "errors", a->faults),
		.blobs = json_incref(a->texts),
	};

	log_faults(a);
	int rv = draft.body == NULL				? -ENOMEM
		 : journal_entry_size(&draft) > ENTRY_LIMIT ? AW_ELIMIT
							    : 0;
	if (rv != 0) {
		json_decref(draft.body);
		json_decref(draft.blobs);
	} else {
		rv = journal_append(s->options.journal, &draft, 1, on_rejected, a);
	}
	if (rv != 0)
		on_rejected(a, rv, NULL, 0, NULL);
}

static void remember_rejection(struct activation *a, const char *at)
{
	json_t *rejection = json_pack("{ss ss sO? sO}", "at", at, "cause", a->cause, "digest",
				      json_object_get(a->about, "digest"), "errors", a->faults);

	if (rejection == NULL)
		return; /* rules.get shows the one before */
	json_decref(a->service->last_rejection);
	a->service->last_rejection = rejection;
}

static void on_rejected(void *ctx, int status, const struct journal_receipt *receipts,
			size_t count, const struct err *e)
{
	struct activation *a = ctx;
	struct service *s = a->service;
	char now[INSTANT_TEXT];

	(void)e;
	instant_format(s->options.clock.now_ms(s->options.clock.ctx), now);
	remember_rejection(a, status == 0 && count == 1 ? receipts->at : now);
	if (status != 0)
		log_line(s, 4, "the rejection could not be logged: %s", status_text(status));
	if (a->request != NULL)
		answer_error(s, a->request, CODE_RELOAD_REFUSED,
			     "the rules were refused, the old ones are still active",
			     json_pack("{sO? sO}", "digest", json_object_get(a->about, "digest"),
				       "errors", a->faults));
	fail_for_good(s, status);
	bool from_folder = a->starts && a->kept == NULL;
	if (from_folder)
		a->starts = false; /* the start goes on with what the log keeps */
	end(a);
	if (from_folder)
		fall_back(s);
}

/* ---- the start ---------------------------------------------------------- */

/* What the log keeps of the set last active. */
struct kept {
	struct service *service;
	json_t *rules;
};

/* On the reading thread. */
static int find_kept(struct journal_reader *r, void *ctx, struct err *e)
{
	struct kept *k = ctx;

	return reader_rules(r, NULL, &k->rules, e);
}

static void on_kept(void *ctx, int status, const struct err *e)
{
	struct kept *k = ctx;
	struct service *s = k->service;
	struct activation *a = status == 0 ? ask(s, "log", NULL) : NULL;

	if (status != 0 && status != AW_EABSENT)
		log_line(s, 3, "the rules last active could not be read: %s", e->text);
	if (a != NULL) {
		a->starts = true;
		a->kept = k->rules;
		k->rules = NULL;
	} else {
		log_line(s, 3, "no rule set is active: nothing can be decided until one is loaded");
	}
	json_decref(k->rules);
	free(k);
	if (a == NULL)
		s->started(s->started_ctx, 0);
	else if (s->first == a)
		begin(a);
}

static void fall_back(struct service *s)
{
	struct kept *k = calloc(1, sizeof *k);

	if (k != NULL)
		k->service = s;
	if (k == NULL || journal_query(s->options.journal, find_kept, on_kept, k) != 0) {
		free(k);
		s->started(s->started_ctx, -ENOMEM);
	}
}

void rules_start(struct service *s)
{
	struct activation *a = ask(s, "start", NULL);

	if (a == NULL) {
		s->started(s->started_ctx, -ENOMEM);
		return;
	}
	a->starts = true;
	begin(a);
}

void rules_deinit(struct service *s)
{
	generation_drop(&s->current);
}

/* ---- methods ------------------------------------------------------------ */

void service_reload(struct service *s, const char *cause)
{
	struct activation *a = ask(s, cause, NULL);

	if (a == NULL)
		log_line(s, 3, "no memory to reload the rules");
	else if (s->first == a)
		begin(a);
}

void rules_reload(struct service *s, struct request *r)
{
	static const char *const known[] = { NULL };

	if (!params_know(s, r, known))
		return;
	struct activation *a = ask(s, "reload", r);
	if (a == NULL)
		answer_no_memory(s, r);
	else if (s->first == a)
		begin(a);
}

void rules_get(struct service *s, struct request *r)
{
	static const char *const known[] = { NULL };

	if (params_know(s, r, known))
		answer_result(s, r, describe(s));
}
