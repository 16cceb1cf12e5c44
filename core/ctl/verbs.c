/* The table of verbs: dispatch, usage and help are all read from it. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/verb.h"

enum { MANY = 1 << 20, SEQUENCES = 1 << 19, SAYS_COLUMN = 32 };

#define RENDERING (OPTION_BIT(OPTION_AS) | OPTION_BIT(OPTION_PLUGIN) | OPTION_BIT(OPTION_OUTPUT))
#define SINCE_DAY "only from this day on (YYYY-MM-DD)"
#define SPAN (OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_UNTIL))

static const struct verb verbs[] = {
	{"submit", "FILE...", 1, MANY, OPTION_BIT(OPTION_BRIEF),
	 "have submissions decided, and logged", verb_submit},
	{"assess", "FILE...", 1, MANY, OPTION_BIT(OPTION_BRIEF),
	 "see what would be decided; nothing is logged", verb_assess},
	{"decisions list", "", 0, 0,
	 OPTION_BIT(OPTION_PARTNERSHIP) | OPTION_BIT(OPTION_AWARD) | SPAN |
		 OPTION_BIT(OPTION_FAILED_CRITERION) | OPTION_BIT(OPTION_CHANGED) |
		 OPTION_BIT(OPTION_BY) | OPTION_BIT(OPTION_KIND) | OPTION_BIT(OPTION_RULES) |
		 OPTION_BIT(OPTION_SORT) | OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_AFTER) |
		 VERB_CSV,
	 "decisions in the log, the newest first", verb_decisions_list},
	{"decisions show", "ID|SEQUENCE", 1, 1,
	 OPTION_BIT(OPTION_UNDER) | OPTION_BIT(OPTION_LOG) | OPTION_BIT(OPTION_PLUGINS),
	 "one decision as it was made; or, from the log's file, under other rules",
	 verb_decisions_show},
	{"decisions revoke", "ID", 1, 1, OPTION_BIT(OPTION_BY) | OPTION_BIT(OPTION_REASON),
	 "revoke a decision or an imported award", verb_decisions_revoke},
	{"decisions render", "ID|SEQUENCE", 1, 1, RENDERING, "one decision as a plugin draws it",
	 verb_decisions_render},
	{"decisions erase", "[ID]", 0, 1,
	 OPTION_BIT(OPTION_PARTNERSHIP) | OPTION_BIT(OPTION_BY) | OPTION_BIT(OPTION_REASON),
	 "remove the personal values of an entry, or of all of a partnership",
	 verb_decisions_erase},
	{"decisions test", "ID|SEQUENCE", 1, 1, OPTION_BIT(OPTION_LOG),
	 "one decision of a log as a test of the rules", verb_decisions_test},
	{"register list", "", 0, 0,
	 OPTION_BIT(OPTION_ON) | OPTION_BIT(OPTION_STATUS) | OPTION_BIT(OPTION_AWARD) |
		 OPTION_BIT(OPTION_PARTNERSHIP) | OPTION_BIT(OPTION_SORT) | VERB_CSV,
	 "who holds what", verb_register_list},
	{"register import", "FILE", 1, 1, 0, "awards made before, from JSON or CSV",
	 verb_register_import},
	{"register render", "", 0, 0, OPTION_BIT(OPTION_ON) | RENDERING,
	 "the register as a plugin draws it", verb_register_render},
	{"practice", "", 0, 0, OPTION_BIT(OPTION_STATEMENT), "case studies that partnerships share",
	 verb_practice},
	{"statistics", "", 0, 0, SPAN, "how partnerships score, and awards by year",
	 verb_statistics},
	{"report", "ID|SEQUENCE", 1, 1, OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_PLUGINS),
	 "one decision as a web page: its reasons, profile, progress and proof", verb_report},
	{"publish", "DIR", 1, 1, OPTION_BIT(OPTION_ON),
	 "the register, its awards and the scheme as a site for everybody", verb_publish},
	{"scheme", "", 0, 0, 0, "the award scheme as the rules have it", verb_scheme},
	{"status", "", 0, 0, 0, "how the daemon is", verb_status},
	{"health", "", 0, 0, 0, "whether something needs an operator; ends with 9 if so",
	 verb_health},
	{"log key", "", 0, 0, 0, "the public key that the log is signed with", verb_log_key},
	{"log checkpoint", "", 0, 0, 0, "the log's newest signed checkpoint", verb_log_checkpoint},
	{"log proof", "ID|SEQUENCE", 1, 1, 0, "the proof that an entry is in the log",
	 verb_log_proof},
	{"log rotate", "", 0, 0, OPTION_BIT(OPTION_REASON), "sign with a new key from now on",
	 verb_log_rotate},
	{"log verify", "FILE", 1, 1, OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_SINCE),
	 "whether a log is what was written, from its file alone", verb_log_verify},
	{"log check", "PROOF", 1, 1, OPTION_BIT(OPTION_KEY),
	 "what the proof of an entry or its leaf proves, from its text alone", verb_log_check},
	{"log export", "FILE", 1, 1, 0, "every entry of a log with its leaf hash, one a line",
	 verb_log_export},
	{"log copy", "DEST", 1, 1, OPTION_BIT(OPTION_LOG),
	 "a copy of a log, verified; the daemon's, unless --log says", verb_log_copy},
	{"log tiles", "DIR", 1, 1, OPTION_BIT(OPTION_LOG),
	 "publish a log as tiles (C2SP tlog-tiles); the daemon's, unless --log says",
	 verb_log_tiles},
	{"log rebuild", "FILE", 1, 1, 0,
	 "make all that follows from a log's entries again, while no daemon runs",
	 verb_log_rebuild},
	{"rules status", "", 0, 0, 0, "the active rule set", verb_rules_status},
	{"rules reload", "", 0, 0, 0, "load the rules again", verb_rules_reload},
	{"rules history", "", 0, 0, 0, "every rule set tried, the newest first",
	 verb_rules_history},
	{"rules show", "DIGEST|active [FILE]", 1, 2, 0,
	 "the files of a rule set that was in force, or one file's text", verb_rules_show},
	{"rules diff", "A B", 2, 2, OPTION_BIT(OPTION_PLUGINS),
	 "what differs between two rule sets: digests, \"active\", or folders", verb_rules_diff},
	{"rules restore", "DIGEST DIR", 2, 2, OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_PLUGINS),
	 "write a rule set that was in force into a folder", verb_rules_restore},
	{"rules test", "DIR", 1, 1,
	 OPTION_BIT(OPTION_FILTER) | OPTION_BIT(OPTION_COVERAGE) | OPTION_BIT(OPTION_MUTATE) |
		 OPTION_BIT(OPTION_PLUGINS) | VERB_JUNIT,
	 "run the tests that stand beside the rules in DIR", verb_rules_test},
	{"rules check", "DIR", 1, 1, OPTION_BIT(OPTION_STRICT) | OPTION_BIT(OPTION_PLUGINS),
	 "find what is wrong in the rules in DIR before they are in force", verb_rules_check},
	{"rules impact", "DIR", 1, 1,
	 OPTION_BIT(OPTION_LOG) | OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_PARTNERSHIP) |
		 OPTION_BIT(OPTION_MAX_CHANGED) | OPTION_BIT(OPTION_AGAINST) |
		 OPTION_BIT(OPTION_HISTORY) | OPTION_BIT(OPTION_PLUGINS) | VERB_CSV,
	 "which past decisions the rules in DIR would change", verb_rules_impact},
	{"log reproduce", "FILE [ID|SEQUENCE...]", 1, SEQUENCES, OPTION_BIT(OPTION_PLUGINS),
	 "decide the entries of a log again, by the rules of their time, to the same bytes",
	 verb_log_reproduce},
	{"log tail", "", 0, 0,
	 OPTION_BIT(OPTION_LOG) | OPTION_BIT(OPTION_FOLLOW) | OPTION_BIT(OPTION_LIMIT) |
		 OPTION_BIT(OPTION_KIND),
	 "the last entries of the log, 10 unless --limit says; as JSON the bytes that are hashed, "
	 "an entry a line",
	 verb_log_tail},
	{"call", "METHOD [PARAMS]", 1, 2, 0, "any method, PARAMS as JSON", verb_call},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

/* The verb's name is these words: 1 or 2; 0 where it is not. */
static size_t words_matched(const char *name, const char *const *operands, size_t count)
{
	const char *space = strchr(name, ' ');

	if (count == 0)
		return 0;
	if (space == NULL)
		return strcmp(name, operands[0]) == 0 ? 1 : 0;
	struct text first = {name, (size_t)(space - name)};

	return count > 1 && text_equal(first, text_of(operands[0])) &&
			       strcmp(space + 1, operands[1]) == 0
		       ? 2
		       : 0;
}

bool verb_is_group(const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i < VERBS; i++)
		if (strncmp(verbs[i].name, word, length) == 0 && verbs[i].name[length] == ' ')
			return true;
	return false;
}

static int refuse(const char *const *operands, size_t count, struct err *e)
{
	const char *best = NULL;
	size_t least = 3; /* further away it is no slip of the finger */
	char said[128];

	if (count == 0)
		return err_set(e, AW_EINVALID, "what is to be done? See awardctl --help");
	if (verb_is_group(operands[0]) && count == 1)
		return err_set(e, AW_EINVALID, "%s what? See awardctl %s --help", operands[0],
			       operands[0]);
	(void)snprintf(said, sizeof said, "%s%s%s", operands[0],
		       verb_is_group(operands[0]) ? " " : "",
		       verb_is_group(operands[0]) ? operands[1] : ""); /* may be cut */
	for (size_t i = 0; i < VERBS; i++) {
		size_t distance = text_distance(text_of(said), text_of(verbs[i].name));

		if (distance < least) {
			least = distance;
			best = verbs[i].name;
		}
	}
	if (best != NULL)
		return err_set(e, AW_EINVALID, "no such verb: %s; did you mean %s?", said, best);
	return err_set(e, AW_EINVALID, "no such verb: %s; see awardctl %s%s--help", said,
		       verb_is_group(operands[0]) ? operands[0] : "",
		       verb_is_group(operands[0]) ? " " : "");
}

const struct verb *verb_find(const char *const *operands, size_t count, size_t *words,
			     struct err *e)
{
	for (size_t i = 0; i < VERBS; i++) {
		*words = words_matched(verbs[i].name, operands, count);
		if (*words > 0)
			return &verbs[i];
	}
	(void)refuse(operands, count, e); /* NULL says it */
	return NULL;
}

/* Options that mean something else to a verb than to the others that take them. */
static const struct {
	const char *verb;
	enum option option;
	const char *value, *says;
} meanings[] = {
	{"decisions erase", OPTION_PARTNERSHIP, "ID", "all of this partnership, in place of an ID"},
	{"decisions erase", OPTION_BY, "NAME", "who asks for it; default: your user name"},
	{"decisions revoke", OPTION_BY, "NAME", "who asks for it; default: your user name"},
	{"decisions list", OPTION_BY, "NAME", "only what this user did, by name or number"},
	{"decisions list", OPTION_SINCE, "DATE", SINCE_DAY},
	{"statistics", OPTION_SINCE, "DATE", SINCE_DAY},
	{"rules impact", OPTION_SINCE, "DATE", SINCE_DAY},
	{"decisions list", OPTION_KIND, "KIND", "decision (the default), import or any"},
	{"decisions list", OPTION_SORT, "MEMBER",
	 "in the order of sequence, assessed_on or partnership; -MEMBER: the other way round"},
	{"register list", OPTION_SORT, "MEMBER",
	 "in the order of partnership, awarded_on or expires_on; -MEMBER: the other way round"},
	{"log tail", OPTION_KIND, "KIND", "only this kind of entry"},
	{"log verify", OPTION_SINCE, "FILE", "a file with signed checkpoints kept elsewhere"},
};

static struct option_text meaning_of(const struct verb *verb, enum option option)
{
	struct option_text text = option_texts[option];

	for (size_t i = 0; verb != NULL && i < sizeof meanings / sizeof meanings[0]; i++) {
		if (meanings[i].option == option && strcmp(meanings[i].verb, verb->name) == 0) {
			text.value = meanings[i].value;
			text.says = meanings[i].says;
		}
	}
	return text;
}

static void put_option(struct paper *p, const struct option_text *text)
{
	paper_pad(p, 2);
	if (text->letter != 0)
		paper_format(p, "-%c, ", text->letter);
	paper_format(p, "--%s%s%s", text->name, text->value != NULL ? " " : "",
		     text->value != NULL ? text->value : "");
	paper_text(p, " ");
	paper_pad(p, SAYS_COLUMN);
	paper_wrap(p, SAYS_COLUMN, text->says);
}

/* As they are meant by the verb; by any, where that is NULL. */
static void put_options(struct paper *p, const char *heading, const struct verb *verb,
			uint64_t options)
{
	paper_heading(p, heading);
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_text text = meaning_of(verb, (enum option)i);

		if ((options & OPTION_BIT(i)) != 0)
			put_option(p, &text);
	}
}

static void put_verbs(struct paper *p, const char *group)
{
	size_t length = group != NULL ? strlen(group) : 0;

	paper_heading(p, "Verbs");
	for (size_t i = 0; i < VERBS; i++) {
		const struct verb *v = &verbs[i];

		if (group != NULL &&
		    (strncmp(v->name, group, length) != 0 || v->name[length] != ' '))
			continue;
		paper_format(p, "  %s %s", v->name, v->operands);
		paper_pad(p, SAYS_COLUMN);
		paper_wrap(p, SAYS_COLUMN, v->says);
	}
}

static const struct {
	enum exit_status status;
	const char *says;
} statuses[] = {
	{EXIT_DONE, "done; a submission without an award is done too"},
	{EXIT_UNEXPECTED,
	 "something unexpected, such as a file that cannot be read, or is no JSON"},
	{EXIT_USAGE, "the command line does not fit"},
	{EXIT_UNLOADABLE, "the rules do not load, or are wrong"},
	{EXIT_FAILED, "tests of the rules fail, or none ran"},
	{EXIT_UNCOVERED, "they see less of the rules than --coverage asks for"},
	{EXIT_BEYOND, "more decisions would change than --max-changed allows"},
	{EXIT_UNPROVEN, "a log or a proof does not prove what it says"},
	{EXIT_REFUSED, "the daemon answered with an error, or one of many submissions failed"},
	{EXIT_UNWELL, "something needs an operator (health)"},
	{EXIT_AWAY, "the daemon cannot be reached, or went away"},
};

enum { STATUSES = sizeof statuses / sizeof statuses[0] };

static void put_statuses(struct paper *p)
{
	paper_heading(p, "Exit status");
	for (size_t i = 0; i < STATUSES; i++) {
		paper_format(p, "  %-3d %s", (int)statuses[i].status, statuses[i].says);
		paper_newline(p);
	}
}

void verb_help(struct paper *p, const struct verb *verb, const char *group)
{
	if (verb != NULL) {
		paper_format(p, "usage: awardctl %s%s%s%s", verb->name,
			     verb->options != 0 ? " [OPTIONS]" : "",
			     *verb->operands != '\0' ? " " : "", verb->operands);
		paper_newline(p);
		paper_newline(p);
		paper_wrap(p, 0, verb->says);
		if (verb->most == MANY)
			paper_wrap(p, 0,
				   "A FILE holds one submission, an array of them, or one on "
				   "each line; - is standard input.");
		if ((verb->options & VERB_CSV) != 0)
			paper_wrap(p, 0,
				   "--format may also be csv, as in RFC 4180. A text that a "
				   "spreadsheet would take for a formula has an apostrophe before "
				   "it.");
		if ((verb->options & VERB_JUNIT) != 0)
			paper_wrap(p, 0, "--format may also be junit.");
		if (verb->options != 0)
			put_options(p, "Options of this verb", verb, verb->options);
		put_options(p, "Options", verb, options_of_all);
		return;
	}
	paper_text(p, "usage: awardctl [OPTIONS] ");
	paper_text(p, group != NULL ? group : "VERB");
	paper_text(p, group != NULL ? " VERB" : " [OPERANDS]");
	paper_newline(p);
	put_verbs(p, group);
	put_options(p, "Options", NULL, options_of_all);
	if (group != NULL)
		return;
	paper_heading(p, "Environment");
	paper_text(p, "  AWARDD_SOCKET");
	paper_pad(p, SAYS_COLUMN);
	paper_wrap(p, SAYS_COLUMN, "where the socket is, else /run/awardd/awardd.sock");
	paper_text(p, "  NO_COLOR");
	paper_pad(p, SAYS_COLUMN);
	paper_wrap(p, SAYS_COLUMN, "no colour, on a terminal either");
	put_statuses(p);
}

/* ---- for the manual ------------------------------------------------------- */

static json_t *describe_options(void)
{
	json_t *list = json_array();

	for (int i = 0; list != NULL && i < OPTION_COUNT; i++) {
		const struct option_text *o = &option_texts[i];
		char letter[2] = {o->letter, '\0'};

		(void)json_array_append_new(list, json_pack("{ss ss ss? ss sb}", "name", o->name,
							    "letter", letter, "value", o->value,
							    "says", o->says, "of_all",
							    (options_of_all & OPTION_BIT(i)) != 0));
	}
	return list;
}

static json_t *describe_verb(const struct verb *v)
{
	json_t *options = json_array();

	for (int i = 0; i < OPTION_COUNT; i++)
		if ((v->options & OPTION_BIT(i)) != 0)
			(void)json_array_append_new(options, json_string(option_texts[i].name));
	return json_pack("{ss ss ss so sb sb}", "name", v->name, "operands", v->operands, "says",
			 v->says, "options", options, "csv", (v->options & VERB_CSV) != 0, "junit",
			 (v->options & VERB_JUNIT) != 0);
}

json_t *ctl_describe(void)
{
	json_t *list = json_array(), *ends = json_array();

	for (size_t i = 0; i < VERBS; i++)
		(void)json_array_append_new(list, describe_verb(&verbs[i]));
	for (size_t i = 0; i < STATUSES; i++)
		(void)json_array_append_new(ends,
					    json_pack("{si ss}", "status", (int)statuses[i].status,
						      "says", statuses[i].says));
	return json_pack("{so so so}", "verbs", list, "options", describe_options(), "statuses",
			 ends);
}
