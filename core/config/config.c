/* Values by setting, each with its source; checked as they are read. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/inner.h"

enum { FILE_LIMIT = 1 << 20 };

struct setting {
	const char *name, *otherwise, *takes, *help;
};

static const struct setting settings[CONFIG_COUNT] = {
#define CONFIG_ROW(id, name, otherwise, takes, help) {name, otherwise, takes, help},
	CONFIG_SETTINGS(CONFIG_ROW)
#undef CONFIG_ROW
};

static struct role *role_of(struct config *c, enum config_setting s)
{
	return &c->roles[s - CONFIG_SUBMIT];
}

void config_free(struct config **c)
{
	if (*c == NULL)
		return;
	for (int i = 0; i < CONFIG_COUNT; i++) {
		free((*c)->values[i]);
		free((*c)->sources[i]);
	}
	for (int i = 0; i < ROLES; i++) {
		free((*c)->roles[i].users);
		free((*c)->roles[i].groups);
	}
	for (size_t i = 0; i < (*c)->plugin_count; i++)
		plugin_deinit(&(*c)->plugins[i]);
	free((*c)->plugins);
	free(*c);
	*c = NULL;
}

/* ---- roles -------------------------------------------------------------- */

static bool whole_number(const char *text, int base, unsigned long *out)
{
	char *end = NULL;

	errno = 0;
	*out = strtoul(text, &end, base);
	return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static int add_user(struct role *role, const char *name, struct err *e)
{
	unsigned long number;
	uid_t *grown = realloc(role->users, (role->user_count + 1) * sizeof *grown);

	if (grown == NULL)
		return err_set(e, -ENOMEM, "no memory for the configuration");
	role->users = grown;
	const struct passwd *entry;
	int rv = user_named(name, &entry);
	if (rv != 0)
		return err_set(e, rv, "cannot look up the user \"%s\": %s", name, status_text(rv));
	if (entry != NULL)
		grown[role->user_count++] = entry->pw_uid;
	else if (whole_number(name, 10, &number) && number < UINT32_MAX)
		grown[role->user_count++] = (uid_t)number;
	else
		return err_set(e, AW_EINVALID, "there is no user \"%s\"", name);
	return 0;
}

static int add_group(struct role *role, const char *name, struct err *e)
{
	unsigned long number;
	gid_t *grown = realloc(role->groups, (role->group_count + 1) * sizeof *grown);

	if (grown == NULL)
		return err_set(e, -ENOMEM, "no memory for the configuration");
	role->groups = grown;
	const struct group *entry;
	int rv = group_named(name, &entry);
	if (rv != 0)
		return err_set(e, rv, "cannot look up the group \"%s\": %s", name, status_text(rv));
	if (entry != NULL)
		grown[role->group_count++] = entry->gr_gid;
	else if (whole_number(name, 10, &number) && number < UINT32_MAX)
		grown[role->group_count++] = (gid_t)number;
	else
		return err_set(e, AW_EINVALID, "there is no group \"%s\"", name);
	return 0;
}

/* "alice, bob, @assessors": users, and groups with an @ in front. */
static int read_role(struct config *c, enum config_setting s, const char *value, struct err *e)
{
	struct role *role = role_of(c, s);
	char *copy = strdup(value), *rest = copy;
	int rv = 0;

	if (copy == NULL)
		return err_set(e, -ENOMEM, "no memory for the configuration");
	role->user_count = role->group_count = 0;
	for (char *name; rv == 0 && (name = strsep(&rest, ", \t")) != NULL;) {
		if (*name == '@')
			rv = add_group(role, name + 1, e);
		else if (*name != '\0')
			rv = add_user(role, name, e);
	}
	free(copy);
	return rv;
}

/* ---- one value ---------------------------------------------------------- */

static int read_number(struct config *c, enum config_setting s, const char *value, struct err *e)
{
	static const struct {
		enum config_setting setting;
		unsigned long least, most;
	} ranges[] = {
		{CONFIG_SOCKET_MODE, 0, 0777},
		{CONFIG_EVALUATORS, 1, 64},
		{CONFIG_DEADLINE, 1000, 60000},
		{CONFIG_LINE_LIMIT, 1024, 64 << 20},
		{CONFIG_CONNECTIONS, 1, 100000},
		{CONFIG_IN_FLIGHT, 1, 65536},
		{CONFIG_QUEUE, 1, 1000000},
		{CONFIG_MAX_IMPACT, 0, 1000000000},
		{CONFIG_PLUGIN_DEADLINE, 100, 600000},
		{CONFIG_WAL_LIMIT, 8 << 20, UINT32_MAX},
	};
	unsigned long number;

	c->numbers[s] = 0;
	if ((s == CONFIG_MAX_IMPACT || s == CONFIG_WAL_LIMIT) && *value == '\0')
		return 0; /* not asked, or not any more */
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		if (ranges[i].setting != s)
			continue;
		bool octal = s == CONFIG_SOCKET_MODE;
		if (!whole_number(value, octal ? 8 : 10, &number) || number < ranges[i].least ||
		    number > ranges[i].most)
			return err_set(e, AW_EINVALID,
				       octal ? "must be an octal number from %lo to %lo, not \"%s\""
					     : "must be a whole number from %lu to %lu, not \"%s\"",
				       ranges[i].least, ranges[i].most, value);
		c->numbers[s] = (unsigned)number;
	}
	return 0;
}

static int read_yes_or_no(struct config *c, enum config_setting s, const char *value, struct err *e)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return err_set(e, AW_EINVALID, "must be yes or no, not \"%s\"", value);
	c->numbers[s] = yes;
	return 0;
}

static int set(struct config *c, enum config_setting s, const char *value, const char *source,
	       struct err *e)
{
	char *value_copy = strdup(value), *source_copy = strdup(source);
	int rv = 0;

	if (value_copy == NULL || source_copy == NULL) {
		free(value_copy);
		free(source_copy);
		return err_set(e, -ENOMEM, "no memory for the configuration");
	}
	free(c->values[s]); /* NOLINT: both copies failing has returned above */
	free(c->sources[s]);
	c->values[s] = value_copy;
	c->sources[s] = source_copy;
	if (!text_is_utf8(text_of(value)))
		rv = err_set(e, AW_EINVALID, "must be UTF-8, not \"%s\"", value);
	else if (s == CONFIG_SUBMIT || s == CONFIG_AUDIT || s == CONFIG_ADMIN)
		rv = read_role(c, s, value, e);
	else if (s == CONFIG_WATCH)
		rv = read_yes_or_no(c, s, value, e);
	else
		rv = read_number(c, s, value, e);
	return rv == 0 ? 0 : err_wrap(e, "%s: %s", source, settings[s].name);
}

/* ---- one name --------------------------------------------------------- */

static bool find(const char *name, size_t length, enum config_setting *out)
{
	for (int i = 0; i < CONFIG_COUNT; i++) {
		if (strlen(settings[i].name) == length &&
		    strncmp(settings[i].name, name, length) == 0) {
			*out = (enum config_setting)i;
			return true;
		}
	}
	return false;
}

static int refuse_name(const char *name, const char *source, struct err *e)
{
	const char *best = NULL;
	size_t least = 3; /* further away it is no slip of the finger */

	for (int i = 0; i < CONFIG_COUNT; i++) {
		size_t distance = text_distance(text_of(name), text_of(settings[i].name));

		if (distance < least) {
			least = distance;
			best = settings[i].name;
		}
	}
	return err_set(e, AW_EINVALID, "%s: there is no setting \"%s\"%s%s%s", source, name,
		       best != NULL ? "; did you mean \"" : "", best != NULL ? best : "",
		       best != NULL ? "\"?" : "");
}

/* ---- the file ----------------------------------------------------------- */

static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

static int read_line(struct config *c, char *line, const char *source, struct err *e)
{
	enum config_setting s;

	if (strncmp(line, "\xEF\xBB\xBF", 3) == 0)
		return err_set(e, AW_EINVALID,
			       "%s: an invisible mark stands here: save the file as UTF-8 without"
			       " BOM",
			       source);
	line = trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	char *equals = strchr(line, '=');
	if (equals == NULL)
		return err_set(e, AW_EINVALID, "%s: \"name = value\" is expected", source);
	*equals = '\0';
	char *name = trim(line);
	if (plugin_is_named(name, strlen(name)))
		return plugin_set(c, name, strlen(name), trim(equals + 1), source, e);
	if (!find(name, strlen(name), &s))
		return refuse_name(name, source, e);
	return set(c, s, trim(equals + 1), source, e);
}

/* Adds a sentence on a line of its own, as far as there is room. */
static void add_sentence(struct err *all, const struct err *one)
{
	size_t length = strlen(all->text);

	all->status = one->status;
	(void)snprintf(all->text + length, sizeof all->text - length, "%s%s",
		       length > 0 ? "\n" : "", one->text);
}

/* Every line that is wrong is said, and not only the first. */
static int read_file(struct config *c, const char *path, struct err *e)
{
	struct buffer text, source;
	struct err wrong = {0}, one;
	int line = 0;

	buffer_init(&text);
	buffer_init(&source);
	int rv = file_read(path, FILE_LIMIT, &text, e);
	if (rv == 0 && text.length > 0 && memchr(text.bytes, '\0', text.length) != NULL)
		rv = err_set(e, AW_EINVALID, "%s holds a NUL byte and is no text", path);
	char *rest = text.bytes;
	for (char *each; rv == 0 && (each = strsep(&rest, "\n")) != NULL;) {
		buffer_clear(&source);
		rv = buffer_printf(&source, "%s:%d", path, ++line);
		rv = rv == 0 ? read_line(c, each, source.bytes, &one)
			     : err_set(&one, rv, "no memory for the configuration");
		if (rv != 0)
			add_sentence(&wrong, &one);
		if (rv == AW_EINVALID)
			rv = 0;
	}
	if (wrong.status != 0)
		rv = err_set(e, wrong.status, "%s", wrong.text);
	buffer_deinit(&source);
	buffer_deinit(&text);
	return rv;
}

/* ---- the command line --------------------------------------------------- */

/* The next option: its name without hyphens, and its value ("--name=value", or
 * the argument after it). False at the end. */
struct arguments {
	int count, at;
	char **list;
	const char *name, *value;
	size_t name_length;
	bool joined;
};

static bool next_argument(struct arguments *a)
{
	if (a->at >= a->count)
		return false;
	const char *argument = a->list[a->at++];
	a->name = strncmp(argument, "--", 2) == 0 ? argument + 2 : argument;
	a->name_length = strcspn(a->name, "=");
	a->joined = a->name[a->name_length] == '=';
	a->value = a->joined          ? a->name + a->name_length + 1
		   : a->at < a->count ? a->list[a->at]
				      : NULL;
	return true;
}

static bool is_action(const struct arguments *a, enum config_action *action)
{
	static const struct {
		const char *name;
		enum config_action action;
	} actions[] = {
		{"print-config", CONFIG_PRINT},
		{"check-config", CONFIG_CHECK},
		{"help", CONFIG_HELP},
		{"version", CONFIG_VERSION},
	};

	if (a->name == a->list[a->at - 1])
		return false; /* it has no hyphens */
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		if (strcmp(a->name, actions[i].name) == 0) {
			*action = actions[i].action;
			return true;
		}
	}
	return false;
}

/* The file first, wherever it stands, so that the rest can win over it. */
static int read_named_file(struct config *c, struct arguments a, struct err *e)
{
	enum config_action ignored;
	int rv = 0;

	while (rv == 0 && next_argument(&a)) {
		if (is_action(&a, &ignored))
			continue;
		if (a.name_length == 6 && strncmp(a.name, "config", 6) == 0 && a.value != NULL)
			rv = read_file(c, a.value, e);
		a.at += !a.joined;
	}
	return rv;
}

static int read_arguments(struct config *c, struct arguments a, enum config_action *action,
			  struct err *e)
{
	enum config_setting s = CONFIG_COUNT;
	int rv = 0;

	while (rv == 0 && next_argument(&a)) {
		if (is_action(&a, action))
			continue;
		bool file = a.name_length == 6 && strncmp(a.name, "config", 6) == 0;
		bool plugin = plugin_is_named(a.name, a.name_length);
		if (strncmp(a.list[a.at - 1], "--", 2) != 0 ||
		    (!file && !plugin && !find(a.name, a.name_length, &s)))
			return err_set(e, AW_EINVALID, "there is no option \"%s\"; see --help",
				       a.list[a.at - 1]);
		if (a.value == NULL)
			return err_set(e, AW_EINVALID, "the option --%s needs a value", a.name);
		if (plugin)
			rv = plugin_set(c, a.name, a.name_length, a.value, "command line", e);
		else if (!file)
			rv = set(c, s, a.value, "command line", e);
		a.at += !a.joined;
	}
	return rv;
}

int config_read(int argc, char **argv, struct config **out, enum config_action *action,
		struct err *e)
{
	struct arguments a = {.count = argc, .at = 1, .list = argv};
	struct config *c = calloc(1, sizeof *c);
	int rv = c != NULL ? 0 : err_set(e, -ENOMEM, "no memory for the configuration");

	*action = CONFIG_RUN;
	for (int i = 0; i < CONFIG_COUNT && rv == 0; i++) {
		if (settings[i].otherwise[0] != '\0')
			rv = set(c, (enum config_setting)i, settings[i].otherwise, "default", e);
	}
	if (rv == 0)
		rv = read_named_file(c, a, e);
	if (rv == 0)
		rv = read_arguments(c, a, action, e);
	if (rv != 0)
		config_free(&c);
	*out = c;
	return rv;
}

/* ---- what others ask ---------------------------------------------------- */

const char *config_text(const struct config *c, enum config_setting s)
{
	return c->values[s] != NULL ? c->values[s] : "";
}

unsigned config_number(const struct config *c, enum config_setting s)
{
	return c->numbers[s];
}

bool config_allows(const struct config *c, enum config_setting role, uid_t uid, const gid_t *groups,
		   size_t group_count)
{
	const struct role *r = &c->roles[role - CONFIG_SUBMIT];

	if (r->user_count == 0 && r->group_count == 0)
		return uid == 0 || uid == geteuid();
	for (size_t i = 0; i < r->user_count; i++) {
		if (r->users[i] == uid)
			return true;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		for (size_t j = 0; j < group_count; j++) {
			if (r->groups[i] == groups[j])
				return true;
		}
	}
	return false;
}

void config_print(const struct config *c, FILE *out)
{
	for (int i = 0; i < CONFIG_COUNT; i++) {
		const char *source = c->sources[i] != NULL ? c->sources[i] : "not set";
		/* Nothing can be done here about an output that fails. */
		(void)fprintf(out, "# %s; %s\n%s%s = %s\n", settings[i].help, source,
			      c->values[i] != NULL ? "" : "# ", settings[i].name,
			      config_text(c, (enum config_setting)i));
	}
}

void config_help(FILE *out)
{
	for (int i = 0; i < CONFIG_COUNT; i++) {
		char option[40];
		(void)snprintf(option, sizeof option, "--%s %s", settings[i].name,
			       settings[i].takes);
		(void)fprintf(out, "  %-24s %s", option, settings[i].help);
		if (settings[i].otherwise[0] != '\0')
			(void)fprintf(out, " (%s)", settings[i].otherwise);
		(void)fputc('\n', out);
	}
}
