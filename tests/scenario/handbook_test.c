/*
 * The handbook of the rules, followed to the letter by the real daemon: every
 * change it tells is made and loaded, and every refusal it shows is provoked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

enum { BLOCK = 4096, NAME = 64 };

struct recipe {
	char file[NAME], from[BLOCK], to[BLOCK]; /* nothing in `from`: a file of its own */
};

static char *read_source(const char *path)
{
	char full[512];
	char *text = calloc(1, 1 << 18);
	FILE *file;

	snprintf(full, sizeof full, "%s/%s", AWARDD_SOURCE, path);
	file = fopen(full, "re");
	assert_non_null(file);
	assert_non_null(text);
	assert_in_range(fread(text, 1, (1 << 18) - 1, file), 1, (1 << 18) - 2);
	(void)fclose(file); /* only read */
	return text;
}

/* Copies what stands between two marks from `at` on; gives where it ends. */
static const char *between(const char *at, const char *open, const char *close, char *out,
			   size_t size)
{
	const char *begin = strstr(at, open), *end;

	assert_non_null(begin);
	begin += strlen(open);
	end = strstr(begin, close);
	assert_non_null(end);
	assert_in_range(end - begin, 1, size - 1);
	memcpy(out, begin, (size_t)(end - begin));
	out[end - begin] = '\0';
	return end + strlen(close);
}

/* Takes the next recipe of the text: "In `FILE`, find …", or "Make the file
 * `FILE` in this folder, and write …". Gives where to go on; NULL at the end. */
static const char *next_recipe(const char *at, struct recipe *r)
{
	const char *change = strstr(at, "In `"), *make = strstr(at, "Make the file\n`");
	bool makes = make != NULL && (change == NULL || make < change);

	*r = (struct recipe){"", "", ""};
	if (change == NULL && make == NULL)
		return NULL;
	at = between(makes ? make : change, "`", "`", r->file, sizeof r->file);
	if (!makes) {
		assert_memory_equal(at, ",", 1);
		assert_memory_equal(at + 2, "find\n\n```lua\n", 12);
		at = between(at, "```lua\n", "\n```\n\nand write\n\n", r->from, sizeof r->from);
	}
	return between(at, "```lua\n", "\n```\n", r->to, sizeof r->to);
}

static void restore(const struct scene *s, const char *file)
{
	char path[2 * PATH_TEXT], *text;

	snprintf(path, sizeof path, AWARDD_RULES "/%s", file);
	if (access(path, R_OK) == 0) {
		snprintf(path, sizeof path, "rules/%s", file);
		text = read_source(path);
		scene_rule_write(s, file, text);
		free(text);
	} else {
		snprintf(path, sizeof path, "%s/%s", s->rules, file);
		assert_int_equal(unlink(path), 0);
	}
}

static void follow(struct scene *s, const struct recipe *r)
{
	json_t *before = called(s, "rules.get", NULL), *after;

	if (r->from[0] != '\0')
		scene_rule_replace(s, r->file, r->from, r->to);
	else
		scene_rule_write(s, r->file, r->to);
	after = called(s, "rules.reload", NULL);
	assert_string_not_equal(json_member_text(before, "digest"),
				json_member_text(after, "digest"));
	json_decref(after);
	decides(s, NULL, "{}");
	/* Going back is as the handbook says: the same digest as before. */
	restore(s, r->file);
	after = called(s, "rules.reload", NULL);
	assert_string_equal(json_member_text(before, "digest"), json_member_text(after, "digest"));
	json_decref(before);
	json_decref(after);
}

static void every_recipe_can_be_followed(void **state)
{
	char *handbook = read_source("rules/README.md");
	struct recipe r;
	size_t told = 0, followed = 0;

	for (const char *at = handbook; (at = strstr(at, "and write\n\n```lua\n")) != NULL; at++)
		told++;
	for (const char *at = handbook; (at = next_recipe(at, &r)) != NULL; followed++)
		follow(*state, &r);
	assert_true(told > 0);
	assert_int_equal(followed, told);
	free(handbook);
}

static const char level_plus[] =
	"\n\nlevel \"quality-lead-plus\" {\n\ttitle = \"Plus\",\n\tabove = \"quality-lead\",\n"
	"\tcriterion \"QP-1\" { says = \"x\", meets \"quality-lead\" },\n}\n";
static const char shared_learning[] =
	"\n\ncommendation \"shared-learning\" {\n\ttitle = \"Shared\",\n"
	"\tcriterion \"SL-1\" { says = \"x\", at_least_one \"case_studies\" },\n}\n";

#define AT_7 "every_score_at_least(7)"
#define NEW_ENTRY "{ member = 1100,"
#define QM_2 "\tcriterion \"QM-2\" {\n"
#define FROM_2022 "\tin_force_from = \"2022-01-01\","
#define PLUS "quality-lead-plus.lua"

/* Each mistake, and what the handbook shows is said of it. One without
 * `text` changes a shipped file; one with it makes a new file first. */
static const struct mistake {
	const char *file, *text, *from, *to, *said;
} mistakes[] = {
	{"quality-lead.lua", NULL, AT_7, "every_scor_at_least(8)",
	 "quality-lead.lua:10: every_scor_at_least is not a word of the rules; did you mean "
	 "every_score_at_least?"},
	{"quality-lead.lua", NULL, AT_7, "every_score_at_least(70)",
	 "quality-lead.lua:10: every_score_at_least: 70 is not on the scale of 0 to 10"},
	{"quality-lead.lua", NULL, AT_7, "every_score_at_least(\"8\")",
	 "quality-lead.lua:10: every_score_at_least needs a whole number, such as "
	 "every_score_at_least(5)"},
	{"child-first.lua", NULL, "2022-01-01", "2022-02-30",
	 "child-first.lua:3: commendation \"child-first\": in_force_from must be a real date such "
	 "as \"2017-04-01\""},
	{"outcome.lua", NULL, NEW_ENTRY, "{ member = 1,150,",
	 "outcome.lua:17: route \"new-entry\": 150 stands here without a name; a number is written "
	 "without a comma, such as 1100"},
	{"outcome.lua", NULL, NEW_ENTRY, "{ member = 1150.50,",
	 "outcome.lua:17: route \"new-entry\": member must be a whole number"},
	{"outcome.lua", NULL, "due_months = 6", "due_months = 40",
	 "outcome.lua:11: register: due_months is from 0 to the 36 months that an award is "
	 "current"},
	{"outcome.lua", NULL, "due_months = 6", "due_months = nine",
	 "outcome.lua:8: nine is not a word of the rules"},
	{"quality-mark.lua", NULL, QM_2,
	 "\tcriterion \"QM-5\" {\n\t\tsays = \"x\",\n\t\tat_least_one \"evidense\",\n\t},\n" QM_2,
	 "quality-mark.lua:14: at_least_one: a submission has no \"evidense\"; did you mean "
	 "\"evidence\"?"},
	{"quality-mark.lua", NULL, QM_2,
	 "\tcriterion \"QL-2\" { says = \"x\", at_least_one \"evidence\" },\n" QM_2,
	 "quality-mark.lua:12: criterion \"QL-2\" stands twice; the other is at "
	 "quality-lead.lua:13"},
	{"quality-mark.lua", NULL, QM_2, "\tcriterion \"QM-5\" { says = \"x\" },\n" QM_2,
	 "quality-mark.lua:12: criterion \"QM-5\" has nothing to look at: a test or check = "
	 "function is needed"},
	{PLUS, level_plus, "\"quality-lead\",\n", "\"quality-leed\",\n",
	 "quality-lead-plus.lua:3: level \"quality-lead-plus\": above names no level: "
	 "\"quality-leed\"; did you mean \"quality-lead\"?"},
	{PLUS, level_plus, "\"quality-lead\",\n", "\"quality-mark\",\n",
	 "quality-lead.lua:3: levels \"quality-lead-plus\" and \"quality-lead\" are both above "
	 "\"quality-mark\""},
	{PLUS, level_plus, "level \"quality-lead-plus\"", "level \"Quality Lead Plus\"",
	 "quality-lead-plus.lua:3: level \"Quality Lead Plus\": a name is written with small "
	 "letters, digits and hyphens"},
	{"shared-learning.lua", shared_learning, "Shared", "Shared",
	 "shared-learning.lua:3: commendation \"shared-learning\": added_to is missing"},
	{"child-first.lua", NULL, FROM_2022, FROM_2022 " in_force_until = \"2021-12-31\",",
	 "child-first.lua:3: commendation \"child-first\": in_force_until is before in_force_from, "
	 "so it could never be given"},
	{"child-first.lua", NULL, FROM_2022, FROM_2022 " in_force_untill = \"2023-12-31\",",
	 "child-first.lua:3: commendation \"child-first\": \"in_force_untill\" is not known here; "
	 "did you mean \"in_force_until\"?"},
};

static bool among(const json_t *errors, const char *said)
{
	char line[1024];
	const json_t *each;
	size_t i;

	json_array_foreach(errors, i, each) {
		snprintf(line, sizeof line, "%s:%d: %s", json_member_text(each, "file"),
			 (int)json_member_integer(each, "line", 0),
			 json_member_text(each, "message"));
		if (strcmp(line, said) == 0)
			return true;
	}
	return false;
}

static void make_mistake(struct scene *s, const struct mistake *m)
{
	json_t *data;

	if (m->text != NULL)
		scene_rule_write(s, m->file, m->text);
	scene_rule_replace(s, m->file, m->from, m->to);
	data = fails(s, "rules.reload", NULL, -32010);
	if (!among(json_object_get(data, "errors"), m->said)) {
		char *shown = json_dumps(data, 0);

		fail_msg("not said: %s\nbut: %s", m->said, shown);
	}
	json_decref(data);
	restore(s, m->file);
}

/* Quoted lines that name a file and a line. */
static size_t shown_refusals(const char *handbook)
{
	size_t count = 0;

	/* The tools' own sections have tests of their own. */
	const char *end = strstr(handbook, "\n## Checking a rule set");

	assert_non_null(end);
	for (const char *at = handbook; (at = strstr(at, "\n> ")) != NULL && at < end; at += 3) {
		char line[512];

		(void)between(at + 1, "> ", "\n", line, sizeof line);
		count += strstr(line, ".lua:") != NULL;
	}
	return count;
}

static void every_refusal_is_as_it_is_shown(void **state)
{
	char *handbook = read_source("rules/README.md"), quote[1024];

	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		make_mistake(*state, &mistakes[i]);
		/* The first is shown as awardctl prints it. */
		snprintf(quote, sizeof quote, "%s%s\n", i == 0 ? "  " : "> ", mistakes[i].said);
		if (strstr(handbook, quote) == NULL)
			fail_msg("not in the handbook: %s", quote);
	}
	assert_int_equal(shown_refusals(handbook), sizeof mistakes / sizeof mistakes[0] - 1);
	free(handbook);
}

/* The language's own messages, and what they mostly mean. */
static void what_the_language_says_is_explained(void **state)
{
	static const struct {
		const char *from, *to, *said;
	} cases[] = {
		{"least(7),\n\t},", "least(7),\n\t}",
		 "'}' expected (to close '{' at line 3) near 'criterion'; is a comma missing before "
		 "it?"},
		{"least(7)", "least(7",
		 "unexpected symbol near '}'; is something missing before it?"},
		{"both alike.\n}", "both alike.\n",
		 "unexpected symbol near <eof>; the { of line 3, or one behind it, is not closed"},
		{"or more\",", "or more,", "; is the closing quote missing?"},
		{"\"Every",
		 "\xE2\x80\x9C"
		 "Every",
		 "\xE2\x80\x9C can stand only in text and in notes; text has straight quotes: "
		 "\"\xE2\x80\xA6\""},
		{"--", "\xEF\xBB\xBF--",
		 "an invisible mark stands here: save the file as UTF-8 without BOM"},
		{AT_7 ",", "check = function() return met(\"x\")",
		 "near '}'; each function, if and for needs an end"},
	};
	char *handbook = read_source("rules/README.md");

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *data;
		const char *message;

		scene_rule_replace(*state, "quality-lead.lua", cases[i].from, cases[i].to);
		data = fails(*state, "rules.reload", NULL, -32010);
		message = json_member_text(json_pointer_get(data, "/errors/0"), "message");
		if (message == NULL || strstr(message, cases[i].said) == NULL)
			fail_msg("not said: %s, but: %s", cases[i].said, message);
		if (strstr(handbook, cases[i].said) == NULL)
			fail_msg("not in the handbook: %s", cases[i].said);
		json_decref(data);
		restore(*state, "quality-lead.lua");
	}
	free(handbook);
}

/* As in the handbook's place to practise: with the one test that all rules pass. */
static int setup(void **state)
{
	struct scene *s;
	char command[4 * PATH_TEXT];

	if (scene_group_setup(state) != 0)
		return -1;
	s = *state;
	snprintf(command, sizeof command, "rm -f '%s'/*.test.lua && cp '%s' '%s'", s->rules,
		 AWARDD_SOURCE "/examples/practice.test.lua", s->rules);
	if (system(command) != 0) /* NOLINT(cert-env33-c): what a person types */
		return -1;
	json_decref(called(s, "rules.reload", NULL));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(every_recipe_can_be_followed),
		in_new_area(every_refusal_is_as_it_is_shown),
		in_new_area(what_the_language_says_is_explained),
	};

	return cmocka_run_group_tests(tests, setup, scene_group_teardown);
}
