/* awardctl rules check: what it prints, and with which status it ends. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

struct folder {
	char path[64];
};

/* What one run of the verb gave. */
struct said {
	char *text;
	int status;
};

static void make_folder(struct folder *f, const struct edit_of_rules *edits)
{
	json_t *files = rig_rules(edits);
	const json_t *file;
	size_t i;

	snprintf(f->path, sizeof f->path, "/tmp/awardd-check-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	json_array_foreach(files, i, file) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", f->path, json_member_text(file, "path"));
		FILE *out = fopen(path, "w");
		assert_non_null(out);
		assert_true(fputs(json_member_text(file, "text"), out) >= 0);
		assert_int_equal(fclose(out), 0);
	}
	json_decref(files);
}

static void remove_folder(const struct folder *f)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", f->path);
	assert_int_equal(system(command), 0);
}

static struct said check(const char *path, const char *options)
{
	const char *program = getenv("AWARDCTL_PROGRAM");
	struct said said;
	struct buffer text;
	char command[512], piece[4096];
	size_t n;

	snprintf(command, sizeof command, "%s rules check %s %s 2>&1",
		 program != NULL ? program : AWARDCTL_PROGRAM, path, options);
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	buffer_init(&text);
	while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
		buffer_append(&text, piece, n);
	int status = pclose(pipe);
	assert_true(WIFEXITED(status));
	said.status = WEXITSTATUS(status);
	buffer_append(&text, "", 0);
	said.text = buffer_give(&text);
	return said;
}

static void says(const struct said *said, const char *words)
{
	if (strstr(said->text, words) == NULL)
		fail_msg("no \"%s\" in:\n%s", words, said->text);
}

static void the_shipped_rules_have_nothing_wrong(void **state)
{
	struct said said = check(AWARDD_RULES, "");

	(void)state;
	says(&said, " evaluations, nothing found\n");
	assert_int_equal(said.status, 0);
	free(said.text);
}

static void a_broken_promise_is_shown_with_its_example(void **state)
{
	const struct edit_of_rules edits[] = {
		{"quality-lead.lua", "at_least_one \"evidence\",",
		 "check = function(submission)\n"
		 "if #submission.evidence == 1 then return met(\"Yes.\") end\n"
		 "return unmet(\"No.\") end,"},
		{NULL, NULL, NULL},
	};
	struct folder f;

	(void)state;
	make_folder(&f, edits);
	struct said said = check(f.path, "");
	says(&said, "quality-lead.lua:13: one more entry in evidence loses Quality Lead: criterion "
		    "QL-2 is no longer met\n    {\"assessed_on\":\"");
	says(&said, "\n    /evidence/1\n      from nothing\n      to   {\"kind\":\"");
	says(&said, " evaluations, 1 error, 0 warnings\n");
	assert_int_equal(said.status, 3);
	free(said.text);
	remove_folder(&f);
}

static void a_warning_ends_with_3_only_where_it_is_strict(void **state)
{
	const struct edit_of_rules edits[] = {
		{"quality-lead.lua", "at_least_one \"evidence\",",
		 "check = function() return met(\"Yes.\") end,"},
		{NULL, NULL, NULL},
	};
	struct folder f;
	struct err e;

	(void)state;
	make_folder(&f, edits);
	struct said said = check(f.path, "--format json");
	json_t *document = json_read(text_of(said.text), &e);
	assert_non_null(document);
	const json_t *finding = rig_finding(document, "never-unmet", "quality-lead.lua");
	assert_string_equal(json_member_text(finding, "severity"), "warning");
	assert_int_equal(json_member_integer(finding, "line", 0), 13);
	assert_memory_equal(json_member_text(document, "digest"), "sha256:", 7);
	assert_int_equal(json_array_size(json_member(document, "faults")), 0);
	assert_true(json_member_integer(document, "evaluations", 0) > 1000);
	assert_int_equal(said.status, 0);
	json_decref(document);
	free(said.text);

	said = check(f.path, "--strict");
	says(&said, "quality-lead.lua:13: criterion QL-2 is never unmet in ");
	assert_int_equal(said.status, 3);
	free(said.text);
	remove_folder(&f);
}

static void what_does_not_load_is_told_all_at_once(void **state)
{
	const struct edit_of_rules edits[] = {
		{"quality-mark.lua", "level \"quality-mark\"", "levl \"quality-mark\""},
		{"quality-lead.lua", "every_score_at_least(7)", "every_scor_at_least(7)"},
		{"more.lua", NULL, "local x = )\n"},
		{NULL, NULL, NULL},
	};
	struct folder f;
	struct err e;

	(void)state;
	make_folder(&f, edits);
	struct said said = check(f.path, "");
	says(&said, "quality-mark.lua:3: levl ");
	says(&said, "quality-lead.lua:10: every_scor_at_least ");
	says(&said, "more.lua:1: ");
	says(&said, "does not load: ");
	assert_int_equal(said.status, 3);
	free(said.text);

	said = check(f.path, "--format json");
	json_t *document = json_read(text_of(said.text), &e);
	assert_true(json_array_size(json_member(document, "faults")) >= 3);
	assert_true(json_is_null(json_object_get(document, "digest")));
	assert_int_equal(said.status, 3);
	json_decref(document);
	free(said.text);
	remove_folder(&f);
}

static void a_folder_that_is_not_there_does_not_load(void **state)
{
	struct said said = check("/nowhere/at/all", "");

	(void)state;
	says(&said, "/nowhere/at/all");
	assert_int_equal(said.status, 3);
	free(said.text);
	said = check("", "");
	assert_int_equal(said.status, 2);
	free(said.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_have_nothing_wrong),
		cmocka_unit_test(a_broken_promise_is_shown_with_its_example),
		cmocka_unit_test(a_warning_ends_with_3_only_where_it_is_strict),
		cmocka_unit_test(what_does_not_load_is_told_all_at_once),
		cmocka_unit_test(a_folder_that_is_not_there_does_not_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
