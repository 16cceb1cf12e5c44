/* What is installed is enough to build and run a plugin, far from the source. */
#include "rig.h"

#include <stdlib.h>

/* Runs it in the scene's folder; it must exit with 0. */
static void run(const struct scene *s, const char *command)
{
	char whole[4096];

	(void)snprintf(whole, sizeof whole, "cd %s && { %s; } >>commands 2>&1", s->dir, command);
	if (system(whole) != 0) {
		(void)snprintf(whole, sizeof whole, "cat %s/commands", s->dir);
		(void)system(whole); /* the failure is told below */
		fail_msg("failed: %s", command);
	}
}

static void install(const struct scene *s)
{
	run(s, "cmake --install " AWARDD_BUILD " --prefix \"$PWD/usr\"");
	/* It may be moved. */
	run(s, "mv usr installed");
	run(s, "mkdir plugins");
}

#define PKG_CONFIG "$(PKG_CONFIG_PATH=$(echo installed/lib*/pkgconfig) pkg-config --cflags --libs "

static void greets(struct scene *s)
{
	rig_start(s, NULL);
	calls(s, "hello.greet", "{'who': 'a stranger'}", "{'says': 'Hello, a stranger'}");
	json_t *plugin = rig_status(s, "hello");
	expect(plugin, "{'state': 'running', 'version': '1.0'}");
	json_decref(plugin);
}

static void the_example_builds_by_cmake_from_what_is_installed(void **state)
{
	struct scene *s = *state;

	install(s);
	run(s, "cp -R " AWARDD_SOURCE "/examples/hello-plugin hello-plugin");
	run(s, "cmake -S hello-plugin -B made -DCMAKE_PREFIX_PATH=$PWD/installed");
	run(s, "cmake --build made");
	run(s, "cp made/hello.so plugins/");
	greets(s);
}

static void the_example_builds_by_one_line(void **state)
{
	struct scene *s = *state;

	install(s);
	run(s, "cp " AWARDD_SOURCE "/examples/hello-plugin/hello.c .");
	run(s, "cc -std=c11 -pedantic -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden"
	       " -o plugins/hello.so hello.c " PKG_CONFIG "awardd-plugin)");
	greets(s);
}

/* The first C text of the guide is the plugin that it says it is. */
static void the_guide_tells_the_truth(void **state)
{
	struct scene *s = *state;

	install(s);
	run(s, "sed -n '/^```c$/,/^```$/p' " AWARDD_SOURCE
	       "/plugins/README.md | sed '1d;/^```$/,$d' >hello.c");
	run(s, "cc -std=c11 -pedantic -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden"
	       " -o plugins/hello.so hello.c " PKG_CONFIG "awardd-plugin)");
	rig_start(s, NULL);
	calls(s, "hello.greet", "{'who': 'the clerk'}", "{'hello': 'the clerk'}");
}

/* Its commands, to the letter, but for where awardd is installed, and that it is waited for
 * before it is called; with the answer that the guide shows. */
static void the_commands_of_the_guide_do_what_it_says(void **state)
{
	struct scene *s = *state;

	if (SANITIZED)
		skip(); /* the programs that are installed would say so beside the answer */
	run(s, "cmake --install " AWARDD_BUILD " --prefix \"$PWD/installed\"");
	run(s, "guide=" AWARDD_SOURCE "/plugins/README.md;"
	       " part() { sed -n \"/^\\`\\`\\`$1\\$/,/^\\`\\`\\`\\$/p\" $guide |"
	       "   sed '1d;/^```$/,$d'; };"
	       " part c >hello.c; part json >wanted;"
	       " part sh | sed -e \"s|/usr/local|$PWD/installed|\" -e 's|&$|2>err \\&|'"
	       "   -e 's|^awardctl|exec 3<err; grep -q -m1 ready <\\&3; &|' >commands.sh;"
	       " echo 'kill $!; wait $!' >>commands.sh; test $(wc -l <commands.sh) -eq 5;"
	       " mkfifo err");
	run(s, "PATH=$PWD/installed/bin:$PATH"
	       " PKG_CONFIG_PATH=$(echo $PWD/installed/lib*/pkgconfig)"
	       " sh -e commands.sh >said; diff wanted said");
}

/* The word of the guide, in a plugin whose table is added, asked by a rule. */
static void the_word_of_the_guide_is_one(void **state)
{
	static const char rule[] =
		"level \"quality-mark\" {\n"
		"	title = \"Quality Mark\",\n"
		"	in_force_from = \"2017-04-01\",\n"
		"	criterion \"QM-1\" {\n"
		"		says = \"The day is no holiday\",\n"
		"		check = function(submission)\n"
		"			if words.holidays.is_holiday(\"2026-12-25\") and\n"
		"			   not words.holidays.is_holiday(submission.assessed_on) then\n"
		"				return met(\"It is none.\")\n"
		"			end\n"
		"			return unmet(\"It is one.\", {})\n"
		"		end,\n"
		"	},\n"
		"}\n";
	struct scene *s = *state;

	install(s);
	run(s, "{ echo '#include <awardd/plugin.h>'; echo '#include <string.h>';"
	       " sed -n '/^## A word$/,/^## /p' " AWARDD_SOURCE "/plugins/README.md |"
	       "   sed -n '/^```c$/,/^```$/{/^```/!p}'; echo 'static const struct awardd_offer"
	       " *const offers[] = {&holiday, NULL};"
	       " const struct awardd_plugin *awardd_plugin_v1(void) {"
	       " static const struct awardd_plugin me = {.size = sizeof me,"
	       " .magic = AWARDD_MAGIC, .needs = AWARDD_ABI(1, 0), .name = \"holidays\","
	       " .version = \"1\", .says = \"Knows days.\", .offers = offers};"
	       " return &me; }'; } >holidays.c");
	run(s, "cc -std=c11 -pedantic -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden"
	       " -o plugins/holidays.so holidays.c " PKG_CONFIG "awardd-plugin)");
	scene_rule_write(s, "quality-mark.lua", rule);
	rig_start(s, NULL);
	json_t *result = decided(s, NULL);
	assert_string_equal(criterion_status(result, "QM-1"), "met");
	json_decref(result);
}

static void headers_and_client_stand_alone_in_c_plus_plus_too(void **state)
{
	struct scene *s = *state;

	if (SANITIZED)
		skip(); /* the library would need the sanitizer where it is used */
	install(s);
	run(s, "printf '#include <awardd/plugin.h>\\n#include <awardd/client.h>\\n"
	       "int main() { struct awardd_client *c; int rv = awardd_client_new(&c);"
	       " awardd_client_free(&c); return rv; }\\n' >main.cc");
	run(s, "c++ -pedantic -Wall -Wextra -Werror -o main main.cc " PKG_CONFIG "awardd-client)"
	       " && ./main");
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(the_example_builds_by_cmake_from_what_is_installed),
		in_a_scene(the_example_builds_by_one_line),
		in_a_scene(the_guide_tells_the_truth),
		in_a_scene(the_commands_of_the_guide_do_what_it_says),
		in_a_scene(the_word_of_the_guide_is_one),
		in_a_scene(headers_and_client_stand_alone_in_c_plus_plus_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
