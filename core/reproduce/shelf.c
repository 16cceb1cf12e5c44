/* The rule sets of a log, each run when an entry asks for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reproduce/inner.h"
#include "script/script.h"

/* How many evaluators may be there at once, at work or idle; one takes some
 * megabytes. Two rule sets are run side by side however many each has. */
enum { EVALUATORS_MOST = 64, SETS_LEAST = 2 };

int shelf_open(struct shelf *s, struct journal_reader *log, const struct trial_options *how)
{
	*s = (struct shelf){.log = log, .how = *how};
	int rv = uv_loop_init(&s->loop);
	s->how.loop = rv == 0 ? &s->loop : NULL;
	return rv;
}

void shelf_close(struct shelf *s)
{
	for (size_t i = 0; i < s->count; i++) {
		trial_close(&s->list[i]->trial);
		free(s->list[i]->digest);
		free(s->list[i]->reason);
		free(s->list[i]);
	}
	free(s->list);
	if (s->how.loop != NULL) {
		(void)uv_run(&s->loop, UV_RUN_DEFAULT); /* until the evaluators are gone */
		(void)uv_loop_close(&s->loop);
	}
	*s = (struct shelf){.log = NULL};
}

static struct shelved *find(const struct shelf *s, const char *digest)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->list[i]->digest, digest) == 0)
			return s->list[i];
	}
	return NULL;
}

bool shelf_has(const struct shelf *s, const char *digest)
{
	const struct shelved *found = find(s, digest);

	return found != NULL && (found->trial != NULL || found->reason != NULL);
}

static struct shelved *add(struct shelf *s, const char *digest)
{
	struct shelved **list = realloc(s->list, (s->count + 1) * sizeof(struct shelved *));
	struct shelved *fresh = calloc(1, sizeof *fresh);

	if (list != NULL)
		s->list = list;
	if (fresh != NULL)
		fresh->digest = strdup(digest);
	if (list == NULL || fresh == NULL || fresh->digest == NULL) {
		if (fresh != NULL)
			free(fresh->digest);
		free(fresh);
		return NULL;
	}
	fresh->own_words = true;
	s->list[s->count++] = fresh;
	return fresh;
}

/* Closes what was not used for longest where there are as many as may be. */
static void make_room(struct shelf *s)
{
	size_t open = 0, most = EVALUATORS_MOST / s->how.processes;
	struct shelved *oldest = NULL;

	for (size_t i = 0; i < s->count; i++) {
		struct shelved *one = s->list[i];
		if (one->trial == NULL)
			continue;
		open++;
		if (oldest == NULL || one->used < oldest->used)
			oldest = one;
	}
	if (oldest != NULL && open >= (most > SETS_LEAST ? most : SETS_LEAST))
		trial_close(&oldest->trial);
}

static bool is_own(const json_t *rules)
{
	const json_t *text = json_member(json_member(rules, "prelude"), "text");

	return text == NULL ||
	       text_equal(script_prelude(),
			  (struct text){json_string_value(text), json_string_length(text)});
}

/* Keeps why it cannot be run: the first fault where the rules do not load. */
static int explain(struct shelved *one, const struct err *e, const json_t *faults)
{
	const json_t *fault = json_array_get(faults, 0);
	struct buffer text;

	buffer_init(&text);
	(void)buffer_printf(&text, "its rule set: %s", e->text); /* the buffer remembers */
	if (fault != NULL) {
		(void)buffer_append_text(&text, ": "); /* likewise */
		(void)rule_fault_append(fault, &text); /* likewise */
	}
	one->reason = buffer_give(&text);
	buffer_deinit(&text);
	return one->reason != NULL ? 0 : -ENOMEM;
}

/* What says nothing about the rule set, but that nothing can be read or run. */
static bool is_own_failure(int status)
{
	return status == -ENOMEM || status == AW_EIO || status == AW_EBUSY || status > AW_ESYNTAX;
}

static int run(struct shelf *s, struct shelved *one, struct err *e)
{
	json_t *rules = NULL, *faults = json_array();
	int rv = faults != NULL ? reader_rules(s->log, one->digest, &rules, e) : -ENOMEM;

	if (rv == 0) {
		make_room(s);
		one->own_words = is_own(rules);
		rv = trial_open_kept(&s->how, rules, &one->trial, faults, e);
	}
	if (rv != 0 && !is_own_failure(rv))
		rv = explain(one, e, faults);
	json_decref(faults);
	json_decref(rules);
	return rv;
}

int shelf_take(struct shelf *s, const char *digest, struct shelved **out, struct err *e)
{
	struct shelved *one = find(s, digest);
	int rv = 0;

	if (one == NULL)
		one = add(s, digest);
	if (one == NULL)
		return -ENOMEM;
	if (one->trial == NULL && one->reason == NULL)
		rv = run(s, one, e);
	one->used = ++s->now;
	one->entries += rv == 0;
	*out = one;
	return rv;
}

json_t *shelf_describe(const struct shelf *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->count; i++) {
		const struct shelved *one = s->list[i];
		json_t *row = json_pack("{ss sI sb ss?}", "digest", one->digest, "entries",
					(json_int_t)one->entries, "own_words", one->own_words,
					"reason", one->reason);
		if (json_array_append_new(list, row) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
