/* One entry of the log: shown, or revoked. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/erase.h"
#include "ctl/letter.h"
#include "ctl/outline.h"
#include "ctl/revoked.h"
#include "ctl/under.h"
#include "ctl/verb.h"

static void write_sender(struct paper *p, const json_t *entry)
{
	const json_t *by = json_member(entry, "by");
	const char *user = json_member_text(by, "user");
	json_int_t uid = json_member_integer(by, "uid", -1);

	if (by == NULL)
		return;
	paper_text(p, "  Sent by");
	paper_pad(p, 17);
	if (user != NULL && *user != '\0')
		paper_format(p, "%s (user %" JSON_INTEGER_FORMAT ")", user, uid);
	else
		paper_format(p, "user %" JSON_INTEGER_FORMAT, uid);
	paper_newline(p);
}

static void write_entry(struct session *s, struct paper *p, const json_t *entry)
{
	const json_t *body = json_member(entry, "body");
	const json_t *decision = json_member(entry, "decision");

	if (decision == NULL)
		decision = json_member(body, "decision");
	revoked_write(p, json_member(entry, "revoked"));
	erased_write(p, entry);
	if (decision == NULL) {
		outline_write(p, entry);
		return;
	}
	struct vocabulary v = {session_scheme(s), decision};

	letter_write(p, &v);
	write_sender(p, entry);
}

int session_entry(const struct session *s, json_t **out)
{
	const char *word = s->operands[0];
	bool sequence = *word != '\0' && strspn(word, "0123456789") == strlen(word) &&
			strlen(word) <= 18;
	json_t *params = json_object();

	if (params == NULL ||
	    json_put(params, sequence ? "sequence" : "decision_id",
		     sequence ? json_integer(strtoll(word, NULL, 10)) : json_string(word)) != 0) {
		json_decref(params);
		*out = NULL;
		return session_unmade(s, (const char *[]){word, NULL});
	}
	*out = params;
	return EXIT_DONE;
}

int verb_decisions_show(struct session *s)
{
	if (session_option(s, OPTION_UNDER) != NULL)
		return under_show(s);
	if (session_option(s, OPTION_LOG) != NULL)
		return session_say(s, EXIT_USAGE, "--log FILE is for --under DIGEST|active");
	json_t *params;
	int status = session_entry(s, &params);
	return status != EXIT_DONE ? status : session_show(s, "decisions.get", params, write_entry);
}

static void write_revoked(struct session *s, struct paper *p, const json_t *entry)
{
	paper_wrap_format(p, 0, "%s is revoked.", s->operands[0]);
	outline_write(p, entry);
}

int verb_decisions_revoke(struct session *s)
{
	const char *by = session_option(s, OPTION_BY), *reason = session_option(s, OPTION_REASON);
	const struct passwd *user = by == NULL ? getpwuid(getuid()) : NULL;
	json_t *params;

	if (user != NULL)
		by = user->pw_name;
	if (strchr(s->operands[0], '-') == NULL)
		return session_say(s, EXIT_USAGE,
				   "%s: give the entry's whole id, as decisions show %s says it",
				   s->operands[0], s->operands[0]);
	if (reason == NULL)
		return session_say(s, EXIT_USAGE, "say why, with --reason TEXT");
	if (by == NULL)
		return session_say(s, EXIT_USAGE, "say who revokes, with --by NAME");
	params = json_pack("{s:s, s:s, s:s}", "decision_id", s->operands[0], "by", by, "reason",
			   reason);
	if (params == NULL)
		return session_unmade(s, (const char *[]){s->operands[0], by, reason, NULL});
	return session_show(s, "decisions.revoke", params, write_revoked);
}
