/* What bash offers after Tab, asked of a real bash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/ctl.h"

/* What is offered for the last of these words, one after another; by the files of the
 * folder COMPLETION, if that is set. */
static void offered(const char *words, char *out, size_t size)
{
	char command[1024];

	/* As readline does: the function that `complete` names, with the words, and its reply. */
	snprintf(command, sizeof command,
		 "cd %s && bash --norc --noprofile -ec 'source ${COMPLETION:-" AWARDD_BUILD
		 "/manual/completion}/$1; shopt -s progcomp; compopt() { :; };"
		 " COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
		 " f=$(complete -p $1 | sed \"s/.*-F \\([^ ]*\\) .*/\\1/\"); $f || true;"
		 " echo \" ${COMPREPLY[*]} \"' bash %s",
		 AWARDD_SOURCE, words);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t length = fread(out, 1, size - 1, f);
	out[length] = '\0';
	if (pclose(f) != 0)
		fail_msg("%s failed", words);
}

static void each_word_leads_to_the_next(void **state)
{
	static const struct {
		const char *words, *has, *has_not;
	} cases[] = {
		{"awardctl ''", " decisions ", " list "},
		{"awardctl ''", " submit ", "--"},
		{"awardctl dec", " decisions ", " submit "},
		{"awardctl decisions ''", " list ", " import "},
		{"awardctl decisions ''", " revoke ", " decisions "},
		{"awardctl --format json decisions ''", " show ", " json "},
		{"awardctl decisions list --f", " --failed-criterion ", " --force "},
		{"awardctl decisions list --", " --format ", " --coverage "},
		{"awardctl --", " --socket ", " --award "},
		{"awardctl status --format ''", " json ", " status "},
		{"awardctl register list --status ''", " lapsed ", " list "},
		{"awardctl log verify READ", " README.md ", " core "},
		{"awardctl submit exam", " examples ", " README.md "},
		{"awardctl log ''", " rotate ", " list "},
		{"awardctl heal", " health ", " help "},
		{"awardctl decisions list --limit ''", "  ", " list "},
		{"awardd --me", " --metrics-file ", " --log "},
		{"awardd --ch", " --check-config ", " --config "},
		{"awardd --rules ru", " rules ", " --rules "},
		{"awardd --watch ''", " no ", " --watch "},
		{"awardd --config CM", " CMakeLists.txt ", " core "},
	};
	char said[8192];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		offered(cases[i].words, said, sizeof said);
		if (strstr(said, cases[i].has) == NULL || strstr(said, cases[i].has_not) != NULL)
			fail_msg("%s: %s", cases[i].words, said);
	}
}

/* The first verb that is not offered, or NULL. free() it. */
static char *missing_verb(void)
{
	json_t *all = ctl_describe();
	char words[128], wanted[64], said[8192];
	size_t i;
	json_t *verb;
	char *missing = NULL;

	json_array_foreach(json_object_get(all, "verbs"), i, verb) {
		const char *name = json_string_value(json_object_get(verb, "name"));
		const char *space = strchr(name, ' '), *last = space != NULL ? space + 1 : name;
		snprintf(words, sizeof words, "awardctl %.*s''", (int)(last - name), name);
		snprintf(wanted, sizeof wanted, " %s ", last);
		offered(words, said, sizeof said);
		if (missing == NULL && strstr(said, wanted) == NULL)
			missing = strdup(name);
	}
	json_decref(all);
	return missing;
}

static void every_verb_is_offered(void **state)
{
	char *missing = missing_verb();

	(void)state;
	if (missing != NULL)
		fail_msg("%s is not offered", missing);
}

static void a_verb_that_is_left_out_is_missed(void **state)
{
	char folder[] = "/tmp/awardd-completion-XXXXXX", command[256];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof command,
		 "sed 's/\\<revoke\\>//g' " AWARDD_BUILD "/manual/completion/awardctl >%s/awardctl",
		 folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(setenv("COMPLETION", folder, 1), 0);
	char *missing = missing_verb();
	assert_int_equal(unsetenv("COMPLETION"), 0);
	assert_string_equal(missing, "decisions revoke");
	free(missing);
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_leads_to_the_next),
		cmocka_unit_test(every_verb_is_offered),
		cmocka_unit_test(a_verb_that_is_left_out_is_missed),
	};

	return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
