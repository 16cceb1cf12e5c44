/* Completion for bash: verbs, the options of each, and what an option's value may be. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ctl/ctl.h"
#include "manual/manual.h"

static void put_words(FILE *out, const char *words)
{
	(void)fprintf(out, "COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")) ;;\n", words);
}

static void put_files(FILE *out)
{
	(void)fputs("compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n", out);
}

static bool is_path(const char *value)
{
	return strstr(value, "FILE") != NULL || strstr(value, "DIR") != NULL ||
	       strstr(value, "PATH") != NULL || strstr(value, "DEST") != NULL ||
	       strstr(value, "PROOF") != NULL;
}

/* What may follow an option that has a value. */
static void put_value(FILE *out, const char *name, const char *value)
{
	char words[160];

	(void)fprintf(out, "\t--%s) ", name);
	if (strcmp(name, "format") == 0) {
		put_words(out, "text json csv junit");
	} else if (strchr(value, '|') != NULL) {
		(void)snprintf(words, sizeof words, "%s", value);
		for (char *c = words; (c = strchr(c, '|')) != NULL;)
			*c = ' ';
		put_words(out, words);
	} else if (is_path(value)) {
		put_files(out);
	} else {
		(void)fputs(";;\n", out); /* nobody can know */
	}
}

/* ---- awardd --------------------------------------------------------------- */

static void put_daemon(FILE *out)
{
	(void)fputs("_awardd()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
		    "prev=${COMP_WORDS[COMP_CWORD-1]}\n\n\tCOMPREPLY=()\n\tcase $prev in\n",
		    out);
	put_value(out, "config", "FILE");
#define VALUE(id, name, otherwise, takes, help) put_value(out, name, takes);
	CONFIG_SETTINGS(VALUE)
#undef VALUE
	(void)fputs("\t*) ", out);
#define WORD(id, name, otherwise, takes, help) " --" name
	put_words(out,
		  "--config --print-config --check-config --version --help" CONFIG_SETTINGS(WORD));
#undef WORD
	(void)fputs("\tesac\n}\ncomplete -F _awardd awardd\n", out);
}

/* ---- awardctl ------------------------------------------------------------- */

static const json_t *option_named(const json_t *all, const char *name)
{
	size_t i;
	json_t *option;

	json_array_foreach(json_member(all, "options"), i, option) {
		if (strcmp(json_member_text(option, "name"), name) == 0)
			return option;
	}
	return NULL;
}

/* Options that take a value are no words of the verb, nor are their values. */
static void put_verb_finder(FILE *out, const json_t *all)
{
	size_t i, count = 0;
	json_t *option;

	(void)fputs("_awardctl()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
		    "prev=${COMP_WORDS[COMP_CWORD-1]} verb= word i\n\n\tCOMPREPLY=()\n"
		    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tword=${COMP_WORDS[i]}\n"
		    "\t\tcase $word in\n\t\t",
		    out);
	json_array_foreach(json_member(all, "options"), i, option) {
		if (json_member_text(option, "value") != NULL)
			(void)fprintf(out, "%s--%s", count++ > 0 ? "|" : "",
				      json_member_text(option, "name"));
	}
	(void)fputs(") ((i++)) || true ;;\n\t\t-*) ;;\n\t\t*) verb+=\"${verb:+ }$word\" ;;\n"
		    "\t\tesac\n\tdone\n\tcase $prev in\n",
		    out);
	json_array_foreach(json_member(all, "options"), i, option) {
		if (json_member_text(option, "value") != NULL)
			put_value(out, json_member_text(option, "name"),
				  json_member_text(option, "value"));
	}
	(void)fputs("\t*) _awardctl_words ;;\n\tesac\n}\ncomplete -F _awardctl awardctl\n", out);
}

static void put_options_of(FILE *out, const json_t *all, const json_t *verb)
{
	size_t i;
	json_t *option;

	(void)fprintf(out, "\t\t\"%s\"|\"%s \"*) COMPREPLY=($(compgen -W \"",
		      json_member_text(verb, "name"), json_member_text(verb, "name"));
	json_array_foreach(json_member(verb, "options"), i, option) {
		if (option_named(all, json_string_value(option)) != NULL)
			(void)fprintf(out, "--%s ", json_string_value(option));
	}
	(void)fputs("$all\" -- \"$cur\")) ;;\n", out);
}

/* Whether verbs before this one begin with the same word. */
static bool is_known_group(const json_t *verbs, size_t before, const char *group)
{
	size_t length = strlen(group);

	for (size_t i = 0; i < before; i++) {
		const char *name = json_member_text(json_array_get(verbs, i), "name");
		if (strncmp(name, group, length) == 0 && name[length] == ' ')
			return true;
	}
	return false;
}

/* The words that may come next, after this first word of a verb ("": at the beginning). */
static void put_next_words(FILE *out, const json_t *all, const char *after)
{
	const json_t *verbs = json_member(all, "verbs");
	size_t length = strlen(after), i;
	char group[40];
	json_t *verb;

	(void)fprintf(out, "\t\t\"%s\") COMPREPLY=($(compgen -W \"", after);
	json_array_foreach(verbs, i, verb) {
		const char *name = json_member_text(verb, "name");
		if (strncmp(name, after, length) != 0 || (length > 0 && name[length] != ' '))
			continue;
		name += length + (length > 0);
		(void)snprintf(group, sizeof group, "%.*s", (int)strcspn(name, " "), name);
		if (length > 0 || !is_known_group(verbs, i, group))
			(void)fprintf(out, "%s ", group);
	}
	(void)fputs("\" -- \"$cur\")) ;;\n", out);
}

static void put_groups(FILE *out, const json_t *all)
{
	const json_t *verbs = json_member(all, "verbs");
	char group[40];
	size_t i;
	json_t *verb;

	put_next_words(out, all, "");
	json_array_foreach(verbs, i, verb) {
		const char *name = json_member_text(verb, "name");
		size_t length = strcspn(name, " ");
		(void)snprintf(group, sizeof group, "%.*s", (int)length, name);
		if (name[length] == ' ' && !is_known_group(verbs, i, group))
			put_next_words(out, all, group);
	}
}

static void put_words_of(FILE *out, const json_t *all)
{
	size_t i;
	json_t *verb, *option;

	(void)fputs("_awardctl_words()\n{\n\tlocal all=\"", out);
	json_array_foreach(json_member(all, "options"), i, option) {
		if (json_is_true(json_member(option, "of_all")))
			(void)fprintf(out, "--%s ", json_member_text(option, "name"));
	}
	(void)fputs("\"\n\n\tif [[ $cur == -* ]]; then\n\t\tcase $verb in\n", out);
	json_array_foreach(json_member(all, "verbs"), i, verb)
		put_options_of(out, all, verb);
	(void)fputs("\t\t*) COMPREPLY=($(compgen -W \"$all\" -- \"$cur\")) ;;\n\t\tesac\n"
		    "\telse\n\t\tcase $verb in\n",
		    out);
	put_groups(out, all);
	json_array_foreach(json_member(all, "verbs"), i, verb) {
		if (!is_path(json_member_text(verb, "operands")))
			continue;
		(void)fprintf(out, "\t\t\"%s\"*) ", json_member_text(verb, "name"));
		put_files(out);
	}
	(void)fputs("\t\tesac\n\tfi\n}\n", out);
}

int manual_completion(const char *program, FILE *out, struct err *e)
{
	if (strcmp(program, "awardd") == 0) {
		put_daemon(out);
	} else if (strcmp(program, "awardctl") == 0) {
		json_t *all = ctl_describe();
		if (all == NULL)
			return err_set(e, -ENOMEM, "no memory for the completion");
		put_words_of(out, all);
		put_verb_finder(out, all);
		json_decref(all);
	} else {
		return err_set(e, AW_EINVALID, "there is no program %s", program);
	}
	return ferror(out) != 0 ? err_set(e, -EIO, "it cannot be written") : 0;
}
