/*
 * The rules in force: who may change them, and what is known of them. At the
 * start, where the folder gives no rule set, the one last active is taken from
 * the log.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/activation.h"

json_t *rules_describe(struct service *s)
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

/* With the words that they had, of the program and of plugins, and no other. */
static int queue_kept(struct service *s, const json_t *rules, struct err *e)
{
	struct activation *a = activation_new(s, "log", NULL);
	if (a == NULL)
		return err_set(e, -ENOMEM, "no memory");

	int rv = rule_files_from_log(rules, s->words, &a->files, e);
	if (rv != 0) {
		activation_drop(&a);
		return rv;
	}
	a->starts = true;
	a->source = SOURCE_LOG;
	if (s->start == START_BORROWING)
		(void)snprintf(a->since, sizeof a->since, "%s", json_member_text(rules, "at"));
	activation_queue(a);
	return 0;
}

static void on_kept(void *ctx, int status, const struct err *e)
{
	struct kept *k = ctx;
	struct service *s = k->service;
	struct err why = {0};
	int rv = status == 0 ? queue_kept(s, k->rules, &why) : status;

	if (status == 0 && rv != 0)
		log_line(s, 3, "the rules last active cannot be run: %s", why.text);
	else if (status != 0 && status != AW_EABSENT)
		log_line(s, 3, "the rules last active could not be read: %s", e->text);
	if (rv != 0)
		log_line(s, 3, "no rule set is active: nothing can be decided until one is loaded");
	json_decref(k->rules);
	free(k);
	if (rv != 0)
		start_ended(s, 0);
}

void rules_fall_back(struct service *s)
{
	struct kept *k = calloc(1, sizeof *k);

	if (k != NULL)
		k->service = s;
	if (k == NULL || journal_query(s->options.journal, find_kept, on_kept, k) != 0) {
		free(k);
		start_ended(s, -ENOMEM);
	}
}

/* ---- what was refused before --------------------------------------------- */

struct refused {
	struct service *service;
	json_t *entry;
	bool over;
};

/* On the reading thread. */
static int find_refused(struct journal_reader *r, void *ctx, struct err *e)
{
	struct refused *f = ctx;
	int64_t refused = 0, active = 0;
	int rv = reader_tail_start(r, "rejection", 1, &refused, e);

	if (rv == 0)
		rv = reader_tail_start(r, "activation", 1, &active, e);
	f->over = active > refused;
	return rv == 0 ? reader_entry(r, refused + 1, &f->entry, e) : rv;
}

static void on_refused(void *ctx, int status, const struct err *e)
{
	struct refused *f = ctx;
	struct service *s = f->service;
	const json_t *body = json_member(f->entry, "body");
	const char *kind = json_member_text(f->entry, "kind");

	if (status != 0 && status != AW_EABSENT)
		log_line(s, 4, "what was refused last could not be read: %s", e->text);
	else if (kind != NULL && strcmp(kind, "rejection") == 0)
		s->last_rejection = json_pack("{sO sO sO? sO sb}", "at",
					      json_object_get(f->entry, "at"), "cause",
					      json_object_get(body, "cause"), "digest",
					      json_object_get(body, "digest"), "errors",
					      json_object_get(body, "errors"), "over", f->over);
	json_decref(f->entry);
	free(f);
	start_begin(s);
}

void rules_remember(struct service *s)
{
	struct refused *f = calloc(1, sizeof *f);

	if (f != NULL)
		f->service = s;
	if (f == NULL || journal_query(s->options.journal, find_refused, on_refused, f) != 0) {
		free(f);
		start_begin(s);
	}
}

void rules_start(struct service *s)
{
	struct activation *a = activation_new(s, "start", NULL);

	if (a == NULL) {
		start_ended(s, -ENOMEM);
		return;
	}
	a->starts = true;
	activation_queue(a);
}

void rules_deinit(struct service *s)
{
	generation_drop(&s->current);
}

void service_hurry(struct service *s)
{
	s->hurried = true;
	if (s->first == NULL)
		return;
	gate_cancel(s->first);
	bound_cancel(s->first);
}

/* ---- changes ------------------------------------------------------------ */

bool service_reload(struct service *s, const char *cause)
{
	if (start_is_owed(s)) {
		start_again(s); /* reads them, too */
		return s->first != NULL;
	}
	struct activation *a = activation_new(s, cause, NULL);
	if (a == NULL)
		log_line(s, 3, "no memory to reload the rules");
	else
		activation_queue(a);
	return a != NULL;
}

int service_pulse(struct service *s, evaluation_cb done, void *ctx)
{
	return s->current != NULL ? pool_pulse(generation_pool(s->current), done, ctx) : AW_EABSENT;
}

void service_offer(struct service *s, struct rule_files *files, json_t *faults)
{
	if (start_is_owed(s)) {
		rule_files_deinit(files);
		start_again(s); /* reads them again */
		return;
	}
	struct activation *a = activation_new(s, "watch", NULL);

	if (a == NULL || json_array_extend(a->faults, faults) != 0) {
		log_line(s, 3, "no memory to reload the rules");
		activation_drop(&a);
		return;
	}
	a->source = SOURCE_READING;
	a->files = *files;
	*files = (struct rule_files){0};
	activation_queue(a);
}

/* ---- methods ------------------------------------------------------------ */

void rules_reload(struct service *s, struct request *r)
{

	struct activation *a = activation_new(s, "reload", r);
	if (a == NULL)
		answer_no_memory(s, r);
	else
		activation_queue(a);
}

void rules_get(struct service *s, struct request *r)
{

	answer_result(s, r, rules_describe(s));
}
