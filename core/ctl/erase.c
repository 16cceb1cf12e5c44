/* Personal values erased, and what of that an entry shows afterwards. */
#include "ctl/erase.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "ctl/verb.h"

static void put_done(struct paper *p, const json_t *result)
{
	const json_t *erases = json_member(result, "erases");
	const char *id = json_member_text(erases, "decision_id");
	json_int_t values = json_member_integer(result, "values", 0);
	const char *entry = json_member_text(result, "id");

	if (id == NULL)
		id = json_member_text(erases, "partnership");
	if (id == NULL)
		id = "";
	if (values == 0 || entry == NULL)
		paper_wrap_format(
			p, 0, "No personal value of %s is left to erase; no entry was made.", id);
	else
		paper_wrap_format(p, 0,
				  "%" JSON_INTEGER_FORMAT
				  " personal value%s of %s %s removed; entry %s "
				  "says so.",
				  values, values == 1 ? "" : "s", id, values == 1 ? "was" : "were",
				  entry);
}

static void write_erased(struct session *s, struct paper *p, const json_t *result)
{
	const char *file = json_member_text(result, "file");

	(void)s;
	put_done(p, result);
	if (file != NULL && strcmp(file, "clean") == 0)
		paper_wrap(p, 0, "The log's file is free of erased values.");
	else
		paper_wrap(p, 0,
			   "The log's file still holds erased values, for whoever reads an older "
			   "state of it. It is cleared as soon as nobody does; until then "
			   "\"awardctl status\" shows an erasure as pending.");
	paper_wrap(p, 0,
		   "Beyond reach: copies and backups of the log made before, exports, what readers "
		   "wrote down, and what the disk itself keeps of blocks written over. What a "
		   "reason, a summary or another text of an entry says stands, too.");
}

int verb_decisions_erase(struct session *s)
{
	const char *by = session_option(s, OPTION_BY), *reason = session_option(s, OPTION_REASON);
	const char *partnership = session_option(s, OPTION_PARTNERSHIP);
	const struct passwd *user = by == NULL ? getpwuid(getuid()) : NULL;
	json_t *params;

	if (user != NULL)
		by = user->pw_name;
	if (s->count == 1 && partnership != NULL)
		return session_say(s, EXIT_USAGE,
				   "both an ID and --partnership are given: say one of them");
	if (s->count == 0 && partnership == NULL)
		return session_say(s, EXIT_USAGE,
				   "say what to erase: an entry's ID, or --partnership ID");
	if (s->count == 1 && strchr(s->operands[0], '-') == NULL)
		return session_say(s, EXIT_USAGE,
				   "%s: give the entry's whole id, as decisions show %s says it",
				   s->operands[0], s->operands[0]);
	if (reason == NULL)
		return session_say(s, EXIT_USAGE, "say why, with --reason TEXT");
	if (by == NULL)
		return session_say(s, EXIT_USAGE, "say who erases, with --by NAME");
	const char *what = partnership != NULL ? partnership : s->operands[0];
	params = json_pack("{s:s, s:s, s:s}", partnership != NULL ? "partnership" : "decision_id",
			   what, "by", by, "reason", reason);
	if (params == NULL)
		return session_unmade(s, (const char *[]){what, by, reason, NULL});
	return session_show(s, "decisions.erase", params, write_erased);
}

/* ---- in an entry -------------------------------------------------------- */

/* Appends ", /a/b" for each value that is marked as erased. */
static void list_places(const json_t *value, const char *path, struct buffer *out)
{
	union { /* iterating needs no change, but Jansson's iterator takes no const */
		const json_t *borrowed;
		json_t *value;
	} walked = {value};
	const char *mark = json_member_text(value, "erased");
	const char *name;
	json_t *each;
	size_t i;

	if (mark != NULL && json_object_size(value) == 1 && strncmp(mark, "sha256:", 7) == 0) {
		(void)buffer_printf(out, "%s%s", out->length > 0 ? ", " : "", path);
		return; /* buffer_status tells, here and below */
	}
	json_object_foreach(walked.value, name, each) {
		struct buffer deeper;
		buffer_init(&deeper);
		if (buffer_printf(&deeper, "%s/%s", path, name) == 0)
			list_places(each, deeper.bytes, out);
		buffer_deinit(&deeper);
	}
	json_array_foreach(walked.value, i, each) {
		struct buffer deeper;
		buffer_init(&deeper);
		if (buffer_printf(&deeper, "%s/%zu", path, i) == 0)
			list_places(each, deeper.bytes, out);
		buffer_deinit(&deeper);
	}
}

void erased_write(struct paper *p, const json_t *entry)
{
	const json_t *erased = json_member(entry, "erased");
	const json_t *submission = json_member(entry, "submission");
	const char *at = json_member_text(erased, "at"), *id = json_member_text(erased, "id");
	const char *reason = json_member_text(erased, "reason");
	struct buffer places;

	buffer_init(&places);
	list_places(submission != NULL ? submission : json_member(entry, "body"), "", &places);
	if (places.length > 0) {
		paper_tone(p, TONE_WARN);
		paper_wrap_format(p, 2, "ERASED%s%s%s%s%s%s%s: %s", at != NULL ? " at " : "",
				  at != NULL ? at : "", id != NULL ? " by entry " : "",
				  id != NULL ? id : "", reason != NULL ? " (" : "",
				  reason != NULL ? reason : "", reason != NULL ? ")" : "",
				  places.bytes);
		paper_tone(p, TONE_PLAIN);
		paper_newline(p);
	}
	p->out.failed = p->out.failed || places.failed;
	buffer_deinit(&places);
}
