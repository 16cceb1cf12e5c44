/* One list of options, read once, whatever the verb. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/arguments.h"

const struct option_text option_texts[OPTION_COUNT] = {
	[OPTION_SOCKET] = {"socket", 0, "PATH", "the daemon's socket"},
	[OPTION_FORMAT] = {"format", 0, "text|json", "text for people, json for programs"},
	[OPTION_TIMEOUT] = {"timeout", 0, "SECONDS",
			    "longest silence of the daemon, 0 for any (60)"},
	[OPTION_HELP] = {"help", 'h', NULL, "this help, or that of a verb"},
	[OPTION_VERSION] = {"version", 'V', NULL, "the version"},
	[OPTION_BRIEF] = {"brief", 0, NULL, "one line for each submission, no letter"},
	[OPTION_PARTNERSHIP] = {"partnership", 0, "ID", "only this partnership"},
	[OPTION_AWARD] = {"award", 0, "ID", "only with this level or commendation"},
	[OPTION_SINCE] = {"since", 0, "DATE",
			  "only from this day on (YYYY-MM-DD); of log verify: a file with signed "
			  "checkpoints kept elsewhere"},
	[OPTION_UNTIL] = {"until", 0, "DATE", "only up to this day (YYYY-MM-DD)"},
	[OPTION_FAILED_CRITERION] = {"failed-criterion", 0, "ID",
				     "only where this criterion was not met, or failed"},
	[OPTION_RULES] = {"rules", 0, "DIGEST",
			  "only under this rule set; its first digits are enough"},
	[OPTION_LIMIT] = {"limit", 0, "N", "at most so many"},
	[OPTION_AFTER] = {"after", 0, "KEY", "go on after the page that named this key"},
	[OPTION_ON] = {"on", 0, "DATE", "as it stands on this day; default: today"},
	[OPTION_STATUS] = {"status", 0, "current|due|lapsed", "only awards that stand like this"},
	[OPTION_STATEMENT] = {"statement", 0, "ID", "only for this statement"},
	[OPTION_BY] = {"by", 0, "NAME",
		       "only what this user did, by name or number; with revoke "
		       "and erase: who asks for it, else your user name"},
	[OPTION_REASON] = {"reason", 0, "TEXT", "why; required"},
	[OPTION_STRICT] = {"strict", 0, NULL, "end with 3 for a warning too"},
	[OPTION_LOG] = {"log", 0, "FILE", "the daemon's log; it may be running"},
	[OPTION_MAX_CHANGED] = {"max-changed", 0, "N", "end with 6 where more than these differ"},
	[OPTION_AGAINST] = {"against", 0, "active|logged",
			    "compare with what the active rules say (the default), or with what "
			    "was decided then"},
	[OPTION_HISTORY] = {"history", 0, "then|logged",
			    "decide each after what would have been decided before it (the "
			    "default), or after what the log has"},
	[OPTION_FILTER] = {"filter", 0, "TEXT", "only tests whose name or file holds this"},
	[OPTION_COVERAGE] = {"coverage", 0, "PERCENT",
			     "end with 5 where less of the criteria or lines was seen"},
	[OPTION_MUTATE] = {"mutate", 0, NULL,
			   "change the rules in one place after another, and see what the tests "
			   "notice"},
	[OPTION_FORCE] = {"force", 0, NULL, "also into a folder that holds something"},
	[OPTION_AS] = {"as", 0, "MEDIA", "the media type, such as image/svg+xml; required"},
	[OPTION_PLUGIN] = {"plugin", 0, "NAME", "the plugin, where several draw this"},
	[OPTION_PLUGINS] = {"plugins", 0, "DIR", "the folder of plugins whose words the rules use"},
	[OPTION_OUTPUT] = {"output", 0, "FILE", "where to; default: standard output"},
	[OPTION_UNDER] = {"under", 0, "DIGEST|active",
			  "what another rule set of the log says, beside what was decided"},
	[OPTION_CHANGED] = {"changed", 0, "first|maintained|higher|lower|none",
			    "only where the award held changed like this"},
	[OPTION_KIND] = {"kind", 0, "KIND",
			 "only this kind of entry; for decisions list: decision (the default), "
			 "import or any"},
	[OPTION_SORT] = {"sort", 0, "MEMBER",
			 "in the order of sequence, assessed_on or partnership; of the register: "
			 "partnership, awarded_on or expires_on; -MEMBER: the other way round"},
	[OPTION_FOLLOW] = {"follow", 0, NULL, "go on with every entry as it is written"},
	[OPTION_KEY] = {"key", 0, "VKEY",
			"the log's public key, as you had it told by another way"},
};

const uint64_t options_of_all = OPTION_BIT(OPTION_SOCKET) | OPTION_BIT(OPTION_FORMAT) |
				OPTION_BIT(OPTION_TIMEOUT) | OPTION_BIT(OPTION_HELP) |
				OPTION_BIT(OPTION_VERSION);

void arguments_init(struct arguments *a)
{
	*a = (struct arguments){.operands = NULL};
}

void arguments_deinit(struct arguments *a)
{
	free(a->operands);
	arguments_init(a);
}

static int find_letter(char letter)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (option_texts[i].letter == letter)
			return i;
	return -1;
}

static int find_name(struct text name)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (text_equal(name, text_of(option_texts[i].name)))
			return i;
	return -1;
}

static const char *nearest_name(struct text name)
{
	const char *best = NULL;
	size_t least = 3; /* further away it is no slip of the finger */

	for (int i = 0; i < OPTION_COUNT; i++) {
		size_t distance = text_distance(name, text_of(option_texts[i].name));

		if (distance < least) {
			least = distance;
			best = option_texts[i].name;
		}
	}
	return best;
}

static int refuse_option(struct text name, struct err *e)
{
	const char *meant = nearest_name(name);

	if (meant != NULL)
		return err_set(e, AW_EINVALID, "no such option: --%.*s; did you mean --%s?",
			       (int)name.length, name.bytes, meant);
	return err_set(e, AW_EINVALID, "no such option: --%.*s", (int)name.length, name.bytes);
}

/* Reads the option at argv[*i], and its value where that is the next word. */
static int read_option(struct arguments *a, int argc, char **argv, int *i, struct err *e)
{
	const char *word = argv[*i], *equals = strchr(word, '='), *value = NULL;
	bool is_long = word[1] == '-';
	struct text name = text_of(word + 1 + is_long);

	if (!is_long && name.length != 1)
		return err_set(e, AW_EINVALID, "no such option: %s", word);
	if (is_long && equals != NULL) {
		name.length = (size_t)(equals - name.bytes);
		value = equals + 1;
	}
	int option = is_long ? find_name(name) : find_letter(word[1]);

	if (option < 0)
		return is_long ? refuse_option(name, e)
			       : err_set(e, AW_EINVALID, "no such option: %s", word);
	const struct option_text *text = &option_texts[option];

	if (text->value == NULL && value != NULL)
		return err_set(e, AW_EINVALID, "--%s takes no value", text->name);
	if (text->value != NULL && value == NULL) {
		if (*i + 1 >= argc)
			return err_set(e, AW_EINVALID, "--%s needs a value: %s", text->name,
				       text->value);
		value = argv[++*i];
	}
	if (a->values[option] != NULL && text->value != NULL)
		return err_set(e, AW_EINVALID, "--%s is given twice", text->name);
	a->values[option] = value != NULL ? value : "";
	return 0;
}

int arguments_read(struct arguments *a, int argc, char **argv, struct err *e)
{
	bool options_end = false;

	a->operands = calloc((size_t)argc + 1, sizeof *a->operands);
	if (a->operands == NULL)
		return err_set(e, -ENOMEM, "no memory for the command line");
	for (int i = 1; i < argc; i++) {
		bool is_option = !options_end && argv[i][0] == '-' && argv[i][1] != '\0';

		if (is_option && strcmp(argv[i], "--") == 0) {
			options_end = true;
		} else if (is_option) {
			int rv = read_option(a, argc, argv, &i, e);

			if (rv != 0)
				return rv;
		} else {
			a->operands[a->count++] = argv[i];
		}
	}
	return 0;
}
