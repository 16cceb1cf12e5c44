/* log check: what a proof of one entry proves, in words. */
#include <errno.h>
#include <string.h>

#include "audit/audit.h"
#include "ctl/input.h"
#include "ctl/verb.h"

/* "quality-lead" becomes "quality lead". */
static void put_award(struct paper *p, const char *award)
{
	char plain[DAY_TEXT];

	wording_plain(award, plain);
	paper_text(p, plain);
}

static void put_outcome(struct paper *p, const json_t *outcome)
{
	const char *award = json_member_text(outcome, "award");
	const char *citation = json_member_text(outcome, "citation");
	const json_t *commendation;
	size_t i;

	if (award == NULL) {
		paper_text(p, "no award");
		return;
	}
	put_award(p, award);
	json_array_foreach(json_member(outcome, "commendations"), i, commendation) {
		paper_text(p, i == 0 ? ", with " : " and ");
		put_award(p, json_string_value(commendation) != NULL
				     ? json_string_value(commendation)
				     : "?");
	}
	if (citation != NULL)
		paper_format(p, " (%s)", citation);
}

static void put_day(struct paper *p, const char *before, const char *iso)
{
	char day[DAY_TEXT];

	wording_day(iso, false, day);
	paper_format(p, "%s%s", before, day);
}

static void put_decision(struct paper *p, const json_t *body)
{
	const json_t *decision = json_member(body, "decision");
	const json_t *partnership = json_member(decision, "partnership");
	const json_t *outcome = json_member(decision, "outcome");
	const char *name = json_member_text(partnership, "name");
	const char *id = json_member_text(partnership, "id");

	paper_format(p, "%s (%s)", name != NULL ? name : "?", id != NULL ? id : "?");
	put_day(p, ", assessed on ", json_member_text(decision, "assessed_on"));
	paper_text(p, ": ");
	put_outcome(p, outcome);
	if (json_member_text(outcome, "expires_on") != NULL)
		put_day(p, ", until ", json_member_text(outcome, "expires_on"));
	paper_newline(p);
}

static void put_import(struct paper *p, const json_t *body)
{
	const json_t *award = json_member(body, "award");
	const char *id = json_member_text(award, "partnership");

	paper_format(p, "%s, ", id != NULL ? id : "?");
	put_outcome(p, json_member(body, "outcome"));
	paper_newline(p);
}

static void put_revocation(struct paper *p, const json_t *body)
{
	const char *id = json_member_text(json_member(body, "revokes"), "id");

	paper_format(p, "%s does not count any more", id != NULL ? id : "?");
	paper_newline(p);
}

static void put_entry(struct paper *p, const json_t *entry)
{
	static const struct {
		const char *kind, *title;
		void (*put)(struct paper *p, const json_t *body);
	} kinds[] = {
		{"decision", "the decision", put_decision},
		{"import", "the imported award", put_import},
		{"revocation", "the revocation", put_revocation},
	};
	const char *kind = json_member_text(entry, "kind");
	size_t k = 0;

	while (k < sizeof kinds / sizeof *kinds && strcmp(kinds[k].kind, kind) != 0)
		k++;
	bool known = k < sizeof kinds / sizeof *kinds;
	paper_format(p, "%s %s", known ? kinds[k].title : kind, json_member_text(entry, "id"));
	paper_newline(p);
	if (known)
		kinds[k].put(p, json_member(entry, "body"));
	paper_format(p, "logged at %s as", json_member_text(entry, "at"));
}

static void put_proof(struct paper *p, const json_t *proved)
{
	const json_t *entry = json_member(proved, "entry");

	paper_tone(p, TONE_GOOD);
	paper_text(p, "Proved: ");
	paper_tone(p, TONE_PLAIN);
	if (entry != NULL)
		put_entry(p, entry);
	else
		paper_text(p, "the leaf of");
	paper_format(p, " entry %" JSON_INTEGER_FORMAT " of the log %s",
		     json_member_integer(proved, "sequence", 0),
		     json_member_text(proved, "origin"));
	paper_newline(p);
	paper_format(p, "leaf hash %s", json_member_text(proved, "leaf_hash"));
	paper_newline(p);
	paper_wrap_format(p, 0,
			  "It stands in the tree of %" JSON_INTEGER_FORMAT
			  " entries whose root %s the key signed. %s",
			  json_member_integer(proved, "size", 0), json_member_text(proved, "root"),
			  entry != NULL ? "Whether it was revoked later, this text cannot say."
					: "What the entry says is not in this text: its full "
					  "proof has it, and must show the same leaf hash.");
}

static int print(const struct session *s, const json_t *proved)
{
	struct paper p;
	int status;

	paper_init(&p, s->out);
	if (s->json) {
		struct buffer text;
		buffer_init(&text);
		status = json_compact(proved, &text) == 0 ? session_print_json(s, text.bytes, true)
							  : EXIT_UNEXPECTED;
		buffer_deinit(&text);
	} else {
		put_proof(&p, proved);
		status = session_print(s, &p);
	}
	paper_deinit(&p);
	return status;
}

int verb_log_check(struct session *s)
{
	const char *vkey = session_option(s, OPTION_KEY), *file = s->operands[0];
	struct tlog_verifier key;
	struct err e = {.status = 0};
	json_t *proved = NULL;
	struct buffer text;
	int status;

	if (vkey == NULL)
		return session_say(
			s, EXIT_USAGE,
			"--key VKEY is needed: the public key of the log, as you had it told "
			"by another way than this proof");
	if (tlog_verifier_read(text_of(vkey), &key, &e) != 0)
		return session_say(s, EXIT_USAGE, "--key: %s", e.text);
	buffer_init(&text);
	if (input_read(file, &text, &e) != 0 ||
	    audit_proof((struct text){text.bytes != NULL ? text.bytes : "", text.length}, &key,
			&proved, &e) == -ENOMEM)
		status = session_say(s, EXIT_UNEXPECTED, "%s: %s", input_name(file), e.text);
	else if (proved == NULL)
		status = session_say(s, EXIT_UNPROVEN, "%s: proves nothing: %s", input_name(file),
				     e.text);
	else
		status = print(s, proved);
	json_decref(proved);
	buffer_deinit(&text);
	return status;
}
