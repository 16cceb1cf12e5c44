/* A daemon that has neither root nor user namespaces: nothing could be kept from a plugin, so
 * none runs, and everything else goes on. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <unistd.h>

#include "rig.h"

/* From here on this process and all that it starts make no namespaces. */
static void forbid_namespaces(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	assert_non_null(filter);
	assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 0), 0);
	assert_int_equal(seccomp_load(filter), 0);
	seccomp_release(filter);
	assert_int_equal(unshare(CLONE_NEWUSER), -1);
}

static void a_plugin_that_the_log_cannot_be_hidden_from_is_refused_and_says_so(void **state)
{
	struct scene *s = *state;

	rig_add(s, "good/spy");
	rig_add(s, "good/bank-holidays");
	scene_drop_root(s);
	rig_start(s, NULL);
	json_t *plugin = rig_status(s, "spy");
	const char *said = json_member_text(json_object_get(plugin, "last_error"), "message");
	expect(plugin, "{'state': 'refused', 'process_id': null, 'restarts': 0}");
	assert_non_null(strstr(said, "/plugins/spy.so: is not run, since it could read the log and "
				     "its key: the folder "));
	assert_non_null(strstr(said, "cannot be hidden from it: "));
	assert_non_null(strstr(said, "ot permitted. Allow user namespaces, or start awardd as root "
				     "with plugin-user"));
	json_decref(plugin);
	json_decref(fails(s, "spy.descriptors", "{}", -32601));
	json_decref(decided(s, NULL));
}

static void words_of_one_are_missing_where_rules_ask_for_them(void **state)
{
	struct scene *s = *state;

	rig_add(s, "good/bank-holidays");
	scene_rule_write(s, "holidays.lua", "local h = words.bank_holidays.same(1)\n");
	scene_drop_root(s);
	rig_start(s, NULL);
	assert_true(scene_said(s, "bank-holidays.so: is not run"));
	assert_true(scene_said(s, "holidays.lua:1: "));
	json_t *status = called(s, "server.status", NULL);
	assert_null(json_member(json_member(status, "rules"), "digest"));
	json_decref(status);
}

/* With root they are not needed: another user cannot read the key. */
static void root_needs_no_namespace(void **state)
{
	struct scene *s = *state;

	if (geteuid() != 0)
		skip();
	rig_add(s, "good/spy");
	rig_start(s, NULL);
	json_decref(called(s, "spy.descriptors", "{}"));
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(a_plugin_that_the_log_cannot_be_hidden_from_is_refused_and_says_so),
		in_a_scene(words_of_one_are_missing_where_rules_ask_for_them),
		in_a_scene(root_needs_no_namespace),
	};

	forbid_namespaces();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
