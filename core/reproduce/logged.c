/* What an entry of reader_past says, and what is to be asked to decide it again. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "reproduce/inner.h"

bool logged_is(const json_t *entry, const char *kind)
{
	const char *is = json_member_text(entry, "kind");

	return is != NULL && strcmp(is, kind) == 0;
}

const char *logged_partnership(const json_t *entry)
{
	const json_t *body = json_member(entry, "body");

	if (logged_is(entry, "decision"))
		return json_member_text(json_member(json_member(body, "decision"), "partnership"),
					"id");
	if (logged_is(entry, "import"))
		return json_member_text(json_member(body, "award"), "partnership");
	return json_member_text(body, "partnership");
}

const char *logged_rules(const json_t *entry)
{
	const json_t *body = json_member(entry, "body");
	const json_t *holder = logged_is(entry, "decision") ? json_member(body, "decision") : body;

	return json_member_text(json_member(holder, "rules"), "digest");
}

json_t *logged_result(const json_t *entry)
{
	return json_member(json_member(entry, "body"),
			   logged_is(entry, "decision") ? "decision" : "outcome");
}

const char *logged_place(const json_t *entry)
{
	return logged_is(entry, "decision") ? "/body/decision" : "/body/outcome";
}

int logged_find(struct journal_reader *log, int64_t sequence, json_t **out, struct err *e)
{
	int rv = reader_entry(log, sequence, out, e);

	if (rv != 0)
		return rv;
	if (!logged_is(*out, "decision") && !logged_is(*out, "import"))
		rv = err_set(e, AW_EINVALID,
			     "entry %" PRId64 " (%s) decides nothing: only decisions and imported "
			     "awards can be decided again",
			     sequence, json_member_text(*out, "kind"));
	else if (logged_partnership(*out) == NULL)
		rv = err_set(e, AW_ECORRUPT, "entry %" PRId64 " names no partnership", sequence);
	return rv;
}

/* ---- the history --------------------------------------------------------- */

/* As the derived tables have it, so that rules see what they saw. */
static json_t *row_of(const json_t *entry)
{
	const json_t *body = json_member(entry, "body");
	json_int_t sequence = json_member_integer(entry, "sequence", 0);

	if (logged_is(entry, "import"))
		return trial_import_row(sequence, json_member(body, "award"),
					json_member(body, "outcome"));
	const json_t *decision = json_member(body, "decision");
	json_t *row = trial_decision_row(sequence, json_member(body, "submission"), decision);
	json_t *day = json_member(decision, "assessed_on");

	if (row != NULL && day != NULL && json_object_set(row, "assessed_on", day) != 0) {
		json_decref(row);
		row = NULL;
	}
	return row;
}

int history_add(json_t *history, const json_t *entry)
{
	const json_t *body = json_member(entry, "body");

	if (logged_is(entry, "revocation"))
		return trial_revoke_row(history, json_member_integer(json_member(body, "revokes"),
								     "sequence", 0));
	json_t *row = row_of(entry);
	if (row == NULL || json_object_set(row, "id", json_member(entry, "id")) != 0) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(history, row) == 0 ? 0 : -ENOMEM;
}

/* ---- asking -------------------------------------------------------------- */

const char *logged_operation(const json_t *entry)
{
	return logged_is(entry, "decision") ? "decide" : "import";
}

json_t *logged_input(const json_t *entry, json_t *history)
{
	const json_t *body = json_member(entry, "body");

	if (logged_is(entry, "decision"))
		return json_pack("{sO sO}", "history", history, "submission",
				 json_member(body, "submission"));
	return json_pack("{s[O]}", "awards", json_member(body, "award"));
}

json_t *logged_answer(const json_t *entry, json_t *answer, const char *digest)
{
	if (!json_is_object(answer))
		return answer; /* words that answer otherwise */
	if (!logged_is(entry, "decision")) {
		json_t *outcome = json_incref(json_array_get(json_member(answer, "awards"), 0));
		json_decref(answer);
		return outcome != NULL ? outcome : json_null();
	}
	if (json_put(answer, "rules", json_pack("{ss}", "digest", digest)) == 0)
		return answer;
	json_decref(answer);
	return NULL;
}
