/*
 * Putting rules in force: read once, run in new evaluators, passed by their own
 * tests, measured by the past where that is asked, logged, swapped between two
 * submissions; or the log says why not, and the old ones stay.
 *
 *   queued ─▶ read ─▶ loaded ─▶ tested ─▶ measured ─▶ logged ─▶ in force, answered
 *               └────────┴─────────┴──────────┴▶ refused: logged as a rejection, answered
 *
 * Changes are made one after another.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/version.h"
#include "script/script.h"
#include "service/activation.h"

enum { FAULTS_SAID = 20 }; /* to the operator; the log has them all */

static void begin(struct activation *a);
static void on_read(void *ctx, int status, struct rule_files *files, const json_t *faults);
static void take_reading(struct activation *a, int status);
static void on_loaded(void *ctx, int status, struct generation *g, const json_t *faults);
static void on_tested(struct activation *a, int status, const json_t *faults);
static void on_measured(struct activation *a, int status, const json_t *faults);
static void on_activated(void *ctx, int status, const struct journal_receipt *receipts,
			 size_t count, const struct err *e);
static void refuse(struct activation *a);
static void on_rejected(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
			const struct err *e);

/* ---- one after another -------------------------------------------------- */

void activation_drop(struct activation **a)
{
	struct activation *dropped = *a;

	*a = NULL;
	if (dropped == NULL)
		return;
	rule_files_deinit(&dropped->files);
	json_decref(dropped->about);
	json_decref(dropped->texts);
	json_decref(dropped->faults);
	generation_drop(&dropped->fresh);
	free(dropped);
}

static void end(struct activation *a)
{
	struct service *s = a->service;
	bool starts = a->starts;
	int status = a->status;

	s->options.on_rules(s->options.ctx,
			    s->current != NULL ? generation_digest(s->current) : NULL,
			    s->refused_rules[0] != '\0', a->next != NULL);
	s->first = a->next;
	if (s->first == NULL)
		s->last = &s->first;
	activation_drop(&a);
	if (s->first != NULL)
		begin(s->first);
	else
		service_log_stop(s);
	if (starts)
		start_ended(s, status);
}

struct activation *activation_new(struct service *s, const char *cause, struct request *r)
{
	struct activation *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->service = s;
	a->request = r;
	a->cause = cause;
	a->by = r != NULL ? r->peer->actor : s->self;
	a->faults = json_array();
	if (a->faults == NULL)
		activation_drop(&a);
	return a;
}

void activation_queue(struct activation *a)
{
	struct service *s = a->service;
	bool idle = s->first == NULL;

	*s->last = a;
	s->last = &a->next;
	if (idle)
		begin(a);
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

/* The daemon ends: no step more. Nothing was wrong, so the start has not failed. */
static void abandon(struct activation *a)
{
	static const char why[] = "the rules were not changed: the daemon is ending";

	log_line(a->service, 4, "%s", why);
	if (a->request != NULL)
		answer_error(a->service, a->request, CODE_INTERNAL, why, NULL);
	end(a);
}

static bool add_faults(struct activation *a, const json_t *faults)
{
	size_t i;
	const json_t *fault;

	json_array_foreach(faults, i, fault) {
		if (json_array_append_new(a->faults, json_deep_copy_of(fault)) != 0)
			return false;
	}
	return true;
}

static void refuse_with(struct activation *a, const json_t *faults)
{
	if (!add_faults(a, faults))
		log_line(a->service, 4, "no memory to say what is wrong with the rules");
	refuse(a);
}

/* ---- reading and running ------------------------------------------------ */

static void begin(struct activation *a)
{
	struct service *s = a->service;
	const char *dir = config_text(s->options.config, CONFIG_RULES);
	int rv = 0;

	if (s->hurried) {
		abandon(a);
		return;
	}
	if (a->source != SOURCE_FOLDER)
		take_reading(a, json_array_size(a->faults) > 0 ? AW_ESCRIPT : 0);
	else
		rv = rule_files_fetch(s->options.pool.loop, dir, on_read, a);
	if (rv != 0)
		give_up(a, rv, NULL);
}

static void on_read(void *ctx, int status, struct rule_files *files, const json_t *faults)
{
	struct activation *a = ctx;

	if (!add_faults(a, faults))
		status = -ENOMEM;
	a->files = *files;
	*files = (struct rule_files){0};
	take_reading(a, status);
}

/* The words: those that the log keeps with the rules, or this program's. */
static int take_prelude(struct activation *a)
{
	struct text own = script_prelude();
	json_t *text = a->files.prelude != NULL ? json_incref(a->files.prelude)
						: json_stringn(own.bytes, own.length);
	struct digest d = digest_of(json_string_value(text), json_string_length(text));
	char hash[DIGEST_HEX];

	hex_format(d.bytes, sizeof d.bytes, hash);
	return json_array_append_new(a->texts, text) == 0 &&
			       json_put(a->about, "prelude", json_string(hash)) == 0
		       ? 0
		       : -ENOMEM;
}

static int take_texts(struct activation *a)
{
	size_t i;
	json_t *file;

	a->about = rule_files_describe(&a->files);
	a->texts = json_array();
	if (a->about == NULL || a->texts == NULL)
		return -ENOMEM;
	json_array_foreach(a->files.files, i, file) {
		if (json_array_append(a->texts, json_object_get(file, "text")) != 0)
			return -ENOMEM;
	}
	return take_prelude(a);
}

/* What was refused last is not what anybody has to look at any more. */
static void forget_refused(struct service *s)
{
	s->refused_rules[0] = '\0'; /* whoever breaks them again is told again */
	if (s->last_rejection != NULL)
		(void)json_put(s->last_rejection, "over", json_true()); /* it has this member */
}

/* What the watched folder holds is in force already, or was refused as it is. */
static bool is_no_news(struct activation *a)
{
	struct service *s = a->service;

	if (a->source != SOURCE_READING)
		return false;
	if (s->current != NULL && strcmp(generation_digest(s->current), a->key) == 0) {
		if (s->refused_rules[0] != '\0')
			log_line(s, 6, "the folder holds the rules in force again: %s",
				 generation_digest(s->current));
		forget_refused(s);
		return true;
	}
	return strcmp(s->refused_rules, a->key) == 0;
}

static void take_reading(struct activation *a, int status)
{
	int rv = status == 0 ? rule_files_bind(&a->files, a->service->options.pool.words) : 0;

	if (rv == 0)
		rv = status == 0 || status == AW_ESCRIPT
			     ? rule_files_key(&a->files, a->faults, a->key)
			     : status;

	if (a->service->hurried) {
		abandon(a);
		return;
	}
	if (rv == 0 && is_no_news(a)) {
		end(a);
		return;
	}
	if (rv == 0 && status == AW_ESCRIPT) {
		refuse(a);
		return;
	}
	if (rv == 0)
		rv = take_texts(a);
	if (rv == 0)
		rv = generation_open(&a->service->options.pool, &a->files, on_loaded, a);
	if (rv != 0)
		give_up(a, rv, NULL);
}

/* What is taken from the log was tested when it was new. */
static void on_loaded(void *ctx, int status, struct generation *g, const json_t *faults)
{
	struct activation *a = ctx;

	a->fresh = g;
	if (a->service->hurried) {
		abandon(a);
	} else if (status != 0) {
		a->may_pass = status == AW_ECRASH || status == -ENOMEM;
		refuse_with(a, faults);
	} else if (a->source == SOURCE_LOG) {
		on_tested(a, 0, NULL);
	} else {
		int rv = gate_open(a, on_tested);
		if (rv != 0)
			give_up(a, rv, NULL);
	}
}

/* What a status other than 0 of a trial means. */
static void fall_through(struct activation *a, int status, const json_t *faults)
{
	if (status == AW_ESCRIPT)
		refuse_with(a, faults);
	else
		give_up(a, status, NULL);
}

static void on_tested(struct activation *a, int status, const json_t *faults)
{
	if (a->service->hurried) {
		abandon(a);
	} else if (status != 0) {
		fall_through(a, status, faults);
	} else if (!bound_is_asked(a)) {
		on_measured(a, 0, NULL);
	} else {
		int rv = bound_open(a, on_measured);
		if (rv != 0)
			give_up(a, rv, NULL);
	}
}

static void put_in_force(struct activation *a, const char *since)
{
	struct service *s = a->service;
	bool kept = a->source == SOURCE_LOG;

	generation_drop(&s->current);
	s->current = a->fresh;
	a->fresh = NULL;
	memcpy(s->active_since, since, sizeof s->active_since);
	if (!kept)
		forget_refused(s);
	log_line(s, kept ? 4 : 6, "rules in force: %s%s", generation_digest(s->current),
		 a->since[0] != '\0' ? ", the set last active, from the log"
		 : kept ? ", the set last active, from the log, since the folder's do not load"
			: "");
	if (a->request != NULL)
		answer_result(s, a->request, rules_describe(s));
	end(a);
}

static void on_measured(struct activation *a, int status, const json_t *faults)
{
	struct service *s = a->service;

	if (s->hurried) {
		abandon(a);
		return;
	}
	if (status != 0) {
		fall_through(a, status, faults);
		return;
	}
	if (a->since[0] != '\0') {
		put_in_force(a, a->since);
		return;
	}
	struct journal_draft draft = {
		.kind = "activation",
		.by = a->by,
		.body = json_pack(
			"{ss sO ss sO ss sO ss? sO? sO*}", "cause", a->cause, "digest",
			json_object_get(a->about, "digest"), "engine", AWARDD_VERSION, "files",
			json_object_get(a->about, "files"), "lua", script_lua_version(), "prelude",
			json_object_get(a->about, "prelude"), "previous",
			s->current != NULL ? generation_digest(s->current) : NULL, "register",
			json_object_get(generation_manifest(a->fresh), "register"), "words",
			json_object_get(a->about, "words")),
		.blobs = json_incref(a->texts),
	};
	int rv = draft.body != NULL ? journal_append(s->options.journal, &draft, 1, on_activated, a)
				    : -ENOMEM;
	if (draft.body == NULL)
		json_decref(draft.blobs);
	if (rv != 0)
		give_up(a, rv, NULL);
}

static void on_activated(void *ctx, int status, const struct journal_receipt *receipts,
			 size_t count, const struct err *e)
{
	struct activation *a = ctx;
	struct service *s = a->service;

	if (status == AW_ELIMIT) {
		json_t *faults = json_pack("[{ss si ss}]", "file", "", "line", 0, "message",
					   "so many files cannot be listed in an entry of the log");
		refuse_with(a, faults);
		json_decref(faults);
		return;
	}
	if (status != 0 || count != 1) {
		give_up(a, status, e);
		fail_for_good(s, status);
		return;
	}
	if (a->request != NULL)
		a->request->logged = true;
	put_in_force(a, receipts->at);
}

/* ---- refusing ----------------------------------------------------------- */

static void log_faults(struct activation *a)
{
	size_t i, all = json_array_size(a->faults);
	const json_t *fault;
	struct buffer text;

	buffer_init(&text);
	json_array_foreach(a->faults, i, fault) {
		if (i == FAULTS_SAID) {
			log_line(a->service, 3, "rules refused: and %zu more", all - i);
			break;
		}
		buffer_clear(&text);
		log_line(a->service, 3, "rules refused: %s",
			 rule_fault_append(fault, &text) == 0 ? text.bytes
							      : "no memory to say why");
	}
	buffer_deinit(&text);
}

/* Makes a rejection that an entry can hold: of too many files none, of too many
 * faults the first. */
static int draft_rejection(struct activation *a, struct journal_draft *draft)
{
	const char *active = a->service->current != NULL ? generation_digest(a->service->current)
							 : NULL;
	size_t all = json_array_size(a->faults);
	const json_t *files = json_object_get(a->about, "files");
	const json_t *words = json_object_get(a->about, "words");

	for (;;) {
		const json_t *prelude = files != NULL ? json_object_get(a->about, "prelude") : NULL;
		*draft = (struct journal_draft){
			.kind = "rejection",
			.by = a->by,
			.body = json_pack("{ss? ss sO? sO sO* sO* sO*}", "active", active, "cause",
					  a->cause, "digest", json_object_get(a->about, "digest"),
					  "errors", a->faults, "files", files, "prelude", prelude,
					  "words", files != NULL ? words : NULL),
			/* No text is kept that no entry names. */
			.blobs = files != NULL ? json_incref(a->texts) : NULL,
		};
		size_t size = 0;
		int rv = draft->body != NULL ? journal_entry_size(draft, &size) : -ENOMEM;
		if (rv == 0 && size <= ENTRY_LIMIT)
			return 0;
		if (rv == 0)
			rv = AW_ELIMIT;
		size_t count = json_array_size(a->faults);
		json_decref(draft->body);
		json_decref(draft->blobs);
		if (rv == AW_ELIMIT && files != NULL) {
			files = NULL;
			continue;
		}
		if (rv != AW_ELIMIT || count < 3)
			return rv;
		json_t *rest = json_sprintf("and %zu more", all - count / 2 + 1);
		json_t *fewer = json_pack("{ss si so}", "file", "", "line", 0, "message", rest);
		while (json_array_size(a->faults) >= count / 2)
			(void)json_array_remove(a->faults, json_array_size(a->faults) - 1);
		if (json_array_append_new(a->faults, fewer) != 0)
			return -ENOMEM;
	}
}

static void refuse(struct activation *a)
{
	struct journal_draft draft;

	if (!a->may_pass)
		memcpy(a->service->refused_rules, a->key, sizeof a->key);
	gate_add_missing(a);
	log_faults(a);
	int rv = draft_rejection(a, &draft);
	if (rv == 0)
		rv = journal_append(a->service->options.journal, &draft, 1, on_rejected, a);
	if (rv != 0)
		on_rejected(a, rv, NULL, 0, NULL);
}

static void remember_rejection(struct activation *a, const char *at)
{
	json_t *rejection = json_pack("{ss ss sO? sO sb}", "at", at, "cause", a->cause, "digest",
				      json_object_get(a->about, "digest"), "errors", a->faults,
				      "over", 0);

	if (rejection == NULL)
		return; /* rules.get shows the one before */
	json_decref(a->service->last_rejection);
	a->service->last_rejection = rejection;
}

static void on_rejected(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
			const struct err *e)
{
	struct activation *a = ctx;
	struct service *s = a->service;
	char now[INSTANT_TEXT];

	(void)e;
	instant_format(s->options.clock.now_ms(s->options.clock.ctx), now);
	remember_rejection(a, status == 0 && count == 1 ? receipts->at : now);
	if (status != 0)
		log_line(s, 4, "the rejection could not be logged: %s", status_text(status));
	if (s->current != NULL)
		log_line(s, 4, "rules still in force: %s", generation_digest(s->current));
	if (a->request != NULL)
		answer_error(s, a->request, CODE_RELOAD_REFUSED,
			     s->current != NULL
				     ? "the rules were refused, the old ones are still active"
				     : "the rules were refused, and none are active",
			     json_pack("{sO? sO}", "digest", json_object_get(a->about, "digest"),
				       "errors", a->faults));
	fail_for_good(s, status);
	bool from_folder = a->starts && a->source == SOURCE_FOLDER;
	if (from_folder)
		a->starts = false; /* the start goes on with what the log keeps */
	end(a);
	if (from_folder)
		rules_fall_back(s);
}
