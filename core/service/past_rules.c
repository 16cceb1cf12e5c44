/* rules.history and rules.show: every attempt to change the rules, and the texts
 * of every rule set that was in force. */
#include <stdio.h>
#include <string.h>

#include "service/read.h"

/* ---- rules.history ------------------------------------------------------ */

static int ask_history(struct read *q, struct journal_reader *r, struct err *e)
{
	return reader_rule_history(r, 0, &q->found, e);
}

/* Flat rows: what happened, when, by whom, which digest. */
static json_t *finish_history(struct read *q)
{
	json_t *rows = json_array();
	size_t i;
	json_t *entry;
	bool memory = rows != NULL;

	json_array_foreach(q->found, i, entry) {
		json_t *row = json_copy_of(json_object_get(entry, "body"));
		memory = memory && row != NULL &&
			 json_object_set(row, "at", json_object_get(entry, "at")) == 0 &&
			 json_object_set(row, "by", json_object_get(entry, "by")) == 0 &&
			 json_object_set(row, "kind", json_object_get(entry, "kind")) == 0 &&
			 json_object_set(row, "sequence", json_object_get(entry, "sequence")) ==
				 0 &&
			 json_array_append(rows, row) == 0;
		json_decref(row);
	}
	json_t *result = memory ? json_pack("{sO}", "history", rows) : NULL;
	json_decref(rows);
	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void rules_history(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_history, .finish = finish_history};

	read_begin(&q);
}

/* ---- rules.show --------------------------------------------------------- */

enum { DIGEST_TEXT = 7 + 2 * DIGEST_BYTES };

static int ask_rules(struct read *q, struct journal_reader *r, struct err *e)
{
	const char *digest = json_member_text(q->request->params, "digest");

	return reader_rules(r, digest != NULL ? digest : generation_digest(q->generation),
			    &q->found, e);
}

/* Leaves the one file that was asked for; "prelude" is the words' own text. */
static json_t *only_file(const struct read *q, const char *wanted)
{
	const json_t *files = json_object_get(q->found, "files");
	size_t i;
	json_t *file;

	json_array_foreach(files, i, file) {
		const char *path = json_member_text(file, "path");
		if (path != NULL && strcmp(path, wanted) == 0)
			return json_pack("{sO sO s[O]}", "digest",
					 json_object_get(q->found, "digest"), "at",
					 json_object_get(q->found, "at"), "files", file);
	}
	return NULL;
}

static json_t *finish_rules(struct read *q)
{
	const char *wanted = json_member_text(q->request->params, "file");

	if (wanted == NULL)
		return json_incref(q->found);
	json_t *result = only_file(q, wanted);
	if (result == NULL)
		answer_absent(q->service, q->request, "that rule set has no such file", wanted);
	return result;
}

int params_name_rules(const struct service *s, const json_t *params, json_t *errors)
{
	const char *digest = json_member_text(params, "digest");

	(void)s; /* needs none: it may be of any time */
	return digest == NULL ||
			       (strlen(digest) == DIGEST_TEXT && strncmp(digest, "sha256:", 7) == 0)
		       ? 0
		       : params_fault(errors, "/digest", "must be \"sha256:\" and 64 digits");
}

void rules_show(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_rules, .finish = finish_rules};

	if (json_member(r->params, "digest") == NULL && s->current == NULL)
		answer_error(s, r, CODE_NO_RULES, "no rule set is active", NULL);
	else
		read_begin(&q);
}
