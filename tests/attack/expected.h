/* expected: what must come of an attack, and whether it did. */
#ifndef AW_TESTS_ATTACK_EXPECTED_H
#define AW_TESTS_ATTACK_EXPECTED_H

#include "../script/rig.h"
#include "corpus.h"

struct answer {
	int status;
	char *result; /* canonical bytes */
	char *file, *message;
	int line;
	int64_t took_ms;
};

/* "error 3 words": the first word, the line as the file has it (-1: any), the rest;
 * "refused outcome.lua:3 words" where it is said of another file. */
struct expected {
	char kind[16];
	char file[64];
	int line;
	const char *words;
};

static inline void expected_read(const struct attack *a, struct expected *x)
{
	const char *at = a->gives;
	size_t length = strcspn(at, " ");

	assert_in_range(length, 1, sizeof x->kind - 1);
	snprintf(x->kind, sizeof x->kind, "%.*s", (int)length, at);
	at += length + (at[length] == ' ');
	x->line = -1;
	if (strcmp(x->kind, "error") == 0 || strcmp(x->kind, "fails") == 0 ||
	    strcmp(x->kind, "refused") == 0) {
		const char *colon = memchr(at, ':', strcspn(at, " "));

		snprintf(x->file, sizeof x->file, "%s", corpus_file(a));
		if (colon != NULL) {
			snprintf(x->file, sizeof x->file, "%.*s", (int)(colon - at), at);
			x->line = atoi(colon + 1);
		} else if (*at == '-')
			x->line = corpus_lines_above(a); /* where it is declared */
		else if (*at == '0')
			x->line = 0;
		else if (*at >= '1' && *at <= '9')
			x->line = atoi(at) + corpus_lines_above(a);
		at += strcspn(at, " ");
		at += *at == ' ';
	}
	x->words = at;
}

static inline bool expected_says(const struct expected *x, int line, const char *message)
{
	return (x->line < 0 || x->line == line) &&
	       (strcmp(x->words, "~") == 0 || strstr(message, x->words) != NULL);
}

/* Of a criterion or step, the whole of what it gives. */
static inline bool expected_gives(const struct expected *x, const char *value)
{
	return strcmp(x->words, "~") == 0 || strcmp(x->words, value) == 0;
}

static inline bool expected_fits_refusal(const struct expected *x, const json_t *faults)
{
	size_t i;
	json_t *fault;

	if (strcmp(x->kind, "refused") != 0)
		return false;
	json_array_foreach(faults, i, fault) {
		bool ours = strcmp(json_member_text(fault, "file"), x->file) == 0;

		if (ours && expected_says(x, (int)json_member_integer(fault, "line", 0),
					  json_member_text(fault, "message")))
			return true;
	}
	return false;
}

static inline bool expected_fits_criterion(const struct expected *x, const json_t *decision)
{
	const json_t *found = rig_criterion(decision, "AT-1");
	const json_t *error = json_object_get(found, "error");

	if (strcmp(json_member_text(found, "status"), x->kind) != 0)
		return false;
	rig_expect(decision, "{'outcome': {'award': 'quality-lead'}}");
	rig_expect(rig_criterion(decision, "AT-2"), "{'status': 'met', 'reason': 'After'}");
	if (strcmp(x->kind, "error") != 0)
		return expected_gives(x, json_member_text(found, "reason"));
	rig_expect(decision, "{'outcome': {'refer_to_assessor': true}}");
	return strcmp(json_member_text(error, "file"), x->file) == 0 &&
	       expected_says(x, (int)json_member_integer(error, "line", -1),
			     json_member_text(error, "message"));
}

static inline bool expected_fits_value(const struct expected *x, const json_t *decision)
{
	const json_t *value = json_object_get(json_object_get(decision, "outcome"), "attack");
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	bool fits = text != NULL && expected_gives(x, text);

	free(text);
	return fits;
}

static inline bool expected_fits_decision(const struct expected *x, const struct answer *got)
{
	json_t *decision = json_read(text_of(got->result), NULL);
	bool fits = false;

	if (strcmp(x->kind, "value") == 0)
		fits = expected_fits_value(x, decision);
	else if (strcmp(x->kind, "decision") == 0)
		fits = true;
	else if (strcmp(x->kind, "met") == 0 || strcmp(x->kind, "unmet") == 0 ||
		 strcmp(x->kind, "error") == 0)
		fits = expected_fits_criterion(x, decision);
	json_decref(decision);
	return fits;
}

static inline bool expected_fits_answer(const struct expected *x, const struct answer *got)
{
	if (got->status == 0)
		return expected_fits_decision(x, got);
	if (got->status == AW_EDEADLINE)
		return strcmp(x->kind, "deadline") == 0;
	return got->status == AW_ESCRIPT && strcmp(x->kind, "fails") == 0 &&
	       (x->line == 0 || strcmp(got->file, x->file) == 0) &&
	       expected_says(x, got->line, got->message);
}

#endif
