/* The manual's pages as they were built: nothing that the programs know is left out, and
 * what reads pages finds no error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "ctl/ctl.h"
#include "manual/manual.h"
#include "service/service.h"

enum { PAGE_LIMIT = 1 << 20, NAME = 64, NAMES = 128 };

/* What a page must name. */
struct names {
	char list[NAMES][NAME];
	size_t count;
};

static char *page(const char *name)
{
	struct buffer text;
	struct err e = {0};
	char path[256];

	buffer_init(&text);
	snprintf(path, sizeof path, AWARDD_BUILD "/manual/%s", name);
	if (file_read(path, PAGE_LIMIT, &text, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(buffer_append(&text, "", 1), 0);
	return buffer_give(&text);
}

static void add(struct names *n, const char *before, const char *name)
{
	assert_true(n->count < NAMES);
	snprintf(n->list[n->count++], NAME, "%s%s", before, name);
}

static void add_settings(struct names *n, const char *before)
{
#define SETTING(id, name, otherwise, takes, help) add(n, before, name);
	CONFIG_SETTINGS(SETTING)
#undef SETTING
}

static void add_members(struct names *n, const char *list, const char *member, const char *before)
{
	json_t *all = ctl_describe();
	size_t i;
	json_t *row;
	char number[16];

	json_array_foreach(json_object_get(all, list), i, row) {
		const json_t *value = json_object_get(row, member);
		snprintf(number, sizeof number, "%d", (int)json_integer_value(value));
		add(n, before, json_is_string(value) ? json_string_value(value) : number);
	}
	json_decref(all);
}

static void add_methods(struct names *n)
{
	json_t *methods = service_describe();
	size_t i;
	json_t *method;

	json_array_foreach(methods, i, method)
		add(n, "", json_string_value(json_object_get(method, "name")));
	json_decref(methods);
#define CODE(name, number, says) add(n, "", #number);
	SERVICE_CODES(CODE)
#undef CODE
}

/* The first name that the page does not set out as a term of its own, or NULL. */
static const char *left_out(const struct names *n, const char *text)
{
	for (size_t i = 0; i < n->count; i++) {
		char term[NAME + 16], letter[NAME + 16];
		snprintf(term, sizeof term, "\n\\fB%s", n->list[i]);
		snprintf(letter, sizeof letter, ", %s\\fR", n->list[i]); /* "-h, --help" */
		const char *at = strstr(text, term);
		bool ends = at != NULL && strchr("\\ ", at[strlen(term)]) != NULL;
		while (at != NULL && !ends) { /* "--log" is not "--login" */
			at = strstr(at + 1, term);
			ends = at != NULL && strchr("\\ ", at[strlen(term)]) != NULL;
		}
		if (!ends && strstr(text, letter) == NULL)
			return n->list[i];
	}
	return NULL;
}

/* Removes every line that begins with this term. */
static void omit(char *text, const char *name)
{
	char term[NAME + 16];

	snprintf(term, sizeof term, "\\fB%s", name);
	for (char *at = text; (at = strstr(at, term)) != NULL;)
		memmove(at, at + 4, strlen(at + 4) + 1);
}

static void names_all(const char *name, const struct names *n)
{
	char *text = page(name);
	const char *missing = left_out(n, text);

	assert_true(n->count > 5);
	if (missing != NULL)
		fail_msg("%s says nothing of %s", name, missing);
	/* Each of them would be missed. */
	for (size_t i = 0; i < n->count; i++) {
		char *less = strdup(text);
		assert_non_null(less);
		omit(less, n->list[i]);
		if (strncmp(n->list[i], "--help", 6) != 0 &&
		    strncmp(n->list[i], "--version", 9) != 0)
			assert_non_null(left_out(n, less));
		free(less);
	}
	free(text);
}

static void awardd_names_every_option_and_status(void **state)
{
	static const char *const statuses[] = {"0", "1", "2", "3"}; /* of main.c */
	struct names n = {.count = 0};

	(void)state;
	add_settings(&n, "--");
	add(&n, "", "--config");
	add(&n, "", "--print-config");
	add(&n, "", "--check-config");
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		add(&n, "", statuses[i]);
	names_all("awardd.8", &n);
}

static void awardd_conf_names_every_setting(void **state)
{
	struct names n = {.count = 0};

	(void)state;
	add_settings(&n, "");
	names_all("awardd.conf.5", &n);
}

static void awardctl_names_every_verb_option_and_status(void **state)
{
	struct names n = {.count = 0};

	(void)state;
	add_members(&n, "verbs", "name", "");
	add_members(&n, "options", "name", "--");
	add_members(&n, "statuses", "status", "");
	names_all("awardctl.1", &n);
}

static void the_protocol_names_every_method_and_code(void **state)
{
	struct names n = {.count = 0};

	(void)state;
	add_methods(&n);
	names_all("awardd-protocol.7", &n);
}

static void a_page_that_asks_for_what_there_is_not_is_refused(void **state)
{
	struct err e = {0};
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(manual_page(text_of("# NAME\n@verbs@\n"), out, &e), 0);
	assert_int_equal(manual_page(text_of("@everything@\n"), out, &e), AW_EINVALID);
	assert_non_null(strstr(e.text, "everything"));
	assert_int_equal(fclose(out), 0);
}

static void no_page_has_an_error(void **state)
{
	(void)state;
	assert_int_equal(system("cd " AWARDD_BUILD "/manual && ls *.[1578] | wc -l | grep -qx 6 &&"
				" mandoc -T lint -W error *.[1578]"),
			 0);
	/* What that is worth. */
	assert_int_not_equal(system("(cat " AWARDD_BUILD "/manual/awardd.8; echo .Nonsense) |"
				    " mandoc -T lint -W error >/dev/null"),
			     0);
}

/* Names with underscores are not taken for emphasis; in a table they may break, and nothing is
 * stretched in it, which its columns are too narrow for. */
static void tables_hold_names_as_they_are(void **state)
{
	char *text = page("awardd-log.5");
	size_t count = 0;

	(void)state;
	assert_non_null(strstr(text, "decision_\\:id, decided_\\:at, "));
	for (const char *at = text; (at = strstr(at, "\n.TS\n")) != NULL; at++, count++)
		assert_memory_equal(at - 4, "\n.na", 4);
	assert_true(count > 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(awardd_names_every_option_and_status),
		cmocka_unit_test(awardd_conf_names_every_setting),
		cmocka_unit_test(awardctl_names_every_verb_option_and_status),
		cmocka_unit_test(the_protocol_names_every_method_and_code),
		cmocka_unit_test(a_page_that_asks_for_what_there_is_not_is_refused),
		cmocka_unit_test(no_page_has_an_error),
		cmocka_unit_test(tables_hold_names_as_they_are),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
