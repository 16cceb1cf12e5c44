/* The first commands on another machine: what installs packages where it may not, and the tour
 * where the build folder is there already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAID = 2048 };

/* Runs a script with a folder of its own, $d, and programs in $d/bin that stand for the
 * system's; gives its status. */
static int run(const char *script, char said[SAID])
{
	char command[4096];

	snprintf(command, sizeof command,
		 "d=$(mktemp -d) && cd $d && mkdir bin && { %s; } 2>&1; r=$?; rm -r $d; exit $r",
		 script);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t length = fread(said, 1, SAID - 1, f);
	said[length] = '\0';
	return pclose(f);
}

#define PROGRAM(name, does)                                                                        \
	"printf '#!/bin/sh\\n" does "\\n' >bin/" name "; chmod +x bin/" name "; "

/* No package is there, and the user is not root. */
#define UNPRIVILEGED                                                                               \
	PROGRAM("dpkg-query", "exit 1")                                                            \
	PROGRAM("id", "echo 1000")                                                                 \
	"ln -s $(command -v bash) $(command -v grep) bin; "
#define INSTALL "PATH=$d/bin bash " AWARDD_SOURCE "/.ci/install build"

static void who_may_not_install_is_told(void **state)
{
	char said[SAID];

	(void)state;
	assert_int_not_equal(run(UNPRIVILEGED INSTALL, said), 0);
	assert_non_null(strstr(said, ".ci/install: this needs root, and there is no sudo; "
				     "as root, run: .ci/install build\n"));
	/* With sudo it asks that. */
	assert_int_equal(run(UNPRIVILEGED PROGRAM("sudo", "echo asked: \"$@\"") INSTALL, said), 0);
	assert_non_null(strstr(said, "asked: apt-get install "));
	assert_null(strstr(said, "this needs root"));
}

/* The tour up to what configures the build. */
#define TOUR                                                                                       \
	"mkdir examples build .ci; cp " AWARDD_SOURCE "/examples/tour examples; "                  \
	"ln -s /bin/true .ci/install; " PROGRAM("cmake", "echo \"$@\" >&2; exit 1")
#define WALK "PATH=$d/bin:$PATH examples/tour"

static void the_tour_takes_the_build_folder_as_it_is(void **state)
{
	char said[SAID];

	(void)state;
	assert_int_not_equal(run(TOUR WALK, said), 0);
	assert_non_null(strstr(said, "-B build -G Ninja "));
	assert_int_not_equal(run(TOUR "touch build/CMakeCache.txt; " WALK, said), 0);
	assert_non_null(strstr(said, "-B build -D"));
	assert_null(strstr(said, "Ninja"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_not_install_is_told),
		cmocka_unit_test(the_tour_takes_the_build_folder_as_it_is),
	};

	return cmocka_run_group_tests_name("first", tests, NULL, NULL);
}
