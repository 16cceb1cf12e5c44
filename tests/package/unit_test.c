/* The units as systemd reads them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define UNITS AWARDD_BUILD "/package"

/* Gives what a command prints, without its last line's end; false where it failed. */
static bool prints(const char *command, char *out, size_t size)
{
	FILE *f = popen(command, "r");

	assert_non_null(f);
	size_t length = fread(out, 1, size - 1, f);
	out[length] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return pclose(f) == 0;
}

/* The units in a folder of their own, with the program that was built, since nothing is
 * installed; `edit` is for sed. */
static bool verify(const char *edit)
{
	char command[2048], said[512];

	snprintf(command, sizeof command,
		 "d=$(mktemp -d) && sed -e 's|^ExecStart=[^ ]*|ExecStart=" AWARDD_PROGRAM
		 "|' -e '%s'"
		 " " UNITS "/awardd.service >$d/awardd.service && cp " UNITS "/awardd.socket $d &&"
		 " systemd-analyze verify --man=no --recursive-errors=no $d/awardd.service"
		 " $d/awardd.socket 2>&1; r=$?; rm -r $d; exit $r",
		 edit);
	bool good = prints(command, said, sizeof said);
	return good && said[0] == '\0';
}

static void systemd_finds_nothing_wrong_with_the_units(void **state)
{
	(void)state;
	assert_true(verify(""));
	/* What the check is worth. */
	assert_false(verify("s/^WatchdogSec=30/WatchdogSec=often/"));
	assert_false(verify("s/^ProtectHome/ProtectHouse/"));
	assert_false(verify("s/^Type=notify/Type=notify-me/"));
}

/* Tenths, as systemd scores the exposure of a service: 0 to 100. */
static long exposure(const char *edit)
{
	char command[2048], said[512];

	snprintf(
		command, sizeof command,
		"d=$(mktemp -d) && sed -e '%s' " UNITS "/awardd.service >$d/awardd.service &&"
		" systemd-analyze security --offline=yes --no-pager $d/awardd.service |"
		" sed -n 's/.*Overall exposure level for awardd.service: \\([0-9]*\\)\\.\\([0-9]\\).*/"
		"\\1\\2/p'; rm -r $d",
		edit);
	assert_true(prints(command, said, sizeof said));
	assert_int_not_equal(said[0], '\0');
	return strtol(said, NULL, 10);
}

static void the_service_is_exposed_as_little_as_it_can_be(void **state)
{
	(void)state;
	assert_in_range(exposure(""), 0, 10);
	assert_true(exposure("/^NoNewPrivileges/d") > 10);
	assert_true(exposure("s/^CapabilityBoundingSet=$/CapabilityBoundingSet=CAP_SYS_ADMIN/") >
		    10);
}

/* With it who calls cannot be known: everybody would be nobody. */
static void callers_stay_known(void **state)
{
	(void)state;
	assert_int_not_equal(system("grep -q '^PrivateUsers' " UNITS "/awardd.service"), 0);
	assert_int_equal(system("grep -q '^SocketMode=0660$' " UNITS "/awardd.socket"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_finds_nothing_wrong_with_the_units),
		cmocka_unit_test(the_service_is_exposed_as_little_as_it_can_be),
		cmocka_unit_test(callers_stay_known),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
