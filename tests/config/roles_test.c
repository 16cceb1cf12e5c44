/* Whom a role names, and who has it where nobody is named. */
#include <grp.h>
#include <pwd.h>

#include "rig.h"

enum { STRANGER = 4000123 };

static uid_t user(const char *name)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL)
		fail_msg("this system has no user %s", name);
	return entry->pw_uid;
}

static gid_t group(const char *name)
{
	const struct group *entry = getgrnam(name);

	if (entry == NULL)
		fail_msg("this system has no group %s", name);
	return entry->gr_gid;
}

static bool has(const struct rig *r, uid_t uid)
{
	return config_allows(r->config, CONFIG_AUDIT, uid, NULL, 0);
}

static void users_are_named_or_numbered(void **state)
{
	struct rig *r = *state;

	READS(r, "--audit", "daemon");
	assert_true(has(r, user("daemon")));
	assert_false(has(r, STRANGER));
	/* Root is nobody special where others are named. */
	assert_false(has(r, 0));
	READS(r, "--audit", "4000123");
	assert_true(has(r, STRANGER));
	assert_false(has(r, STRANGER + 1));
	READS(r, "--audit", "4294967294");
	assert_true(has(r, 4294967294u));
}

static void several_are_divided_by_commas_and_blanks(void **state)
{
	static const char *const lists[] = {
		"daemon,4000123",        "daemon, 4000123",      "daemon 4000123",
		" daemon\t,\t4000123, ", ",,daemon,,,4000123,,", "4000123,daemon,daemon",
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		READS(r, "--audit", lists[i]);
		assert_true(has(r, user("daemon")));
		assert_true(has(r, STRANGER));
		assert_false(has(r, user("bin")));
	}
}

static void groups_have_an_at_and_any_of_a_peers_groups_counts(void **state)
{
	struct rig *r = *state;
	const gid_t of_daemon[] = {STRANGER, group("daemon")}, of_others[] = {STRANGER, 1 << 20};

	READS(r, "--audit", "@daemon");
	assert_true(config_allows(r->config, CONFIG_AUDIT, STRANGER, of_daemon, 2));
	assert_false(config_allows(r->config, CONFIG_AUDIT, STRANGER, of_daemon, 1));
	assert_false(config_allows(r->config, CONFIG_AUDIT, STRANGER, of_others, 2));
	/* A user named like the group does not have it for that. */
	assert_false(config_allows(r->config, CONFIG_AUDIT, user("daemon"), NULL, 0));
	READS(r, "--audit", "@1048576, bin");
	assert_true(config_allows(r->config, CONFIG_AUDIT, STRANGER, of_others, 2));
	assert_true(config_allows(r->config, CONFIG_AUDIT, user("bin"), of_daemon, 2));
	assert_false(config_allows(r->config, CONFIG_AUDIT, STRANGER, of_daemon, 2));
	/* Numbers of users and of groups are apart. */
	assert_false(config_allows(r->config, CONFIG_AUDIT, 1 << 20, NULL, 0));
}

static void who_does_not_exist_is_refused_by_name(void **state)
{
	struct rig *r = *state;

	REFUSES(r, "command line: audit: there is no user \"no-such-user\"", "--audit",
		"no-such-user");
	REFUSES(r, "command line: submit: there is no group \"no-such-group\"", "--submit",
		"daemon, @no-such-group");
	REFUSES(r, "command line: admin: there is no group \"\"", "--admin", "@");
	REFUSES(r, "command line: admin: there is no user \"-1\"", "--admin", "-1");
	REFUSES(r, "command line: admin: there is no user \"4294967295\"", "--admin", "4294967295");
	REFUSES(r, "command line: admin: there is no user \"18446744073709551617\"", "--admin",
		"18446744073709551617");
	REFUSES(r, "command line: admin: there is no group \"4294967295\"", "--admin",
		"@4294967295");
	REFUSES(r, "command line: admin: there is no user \"daemon;bin\"", "--admin", "daemon;bin");
}

static void a_role_that_names_nobody_is_roots_and_the_daemons(void **state)
{
	static const char *const nobody[] = {"", " ", ",", " , ,\t"};
	static const enum config_setting roles[] = {CONFIG_SUBMIT, CONFIG_AUDIT, CONFIG_ADMIN};
	struct rig *r = *state;
	const gid_t groups[] = {0};

	for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
		READS(r, "--submit", nobody[i], "--audit", nobody[i]);
		for (size_t k = 0; k < 3; k++) {
			assert_true(config_allows(r->config, roles[k], 0, NULL, 0));
			assert_true(config_allows(r->config, roles[k], geteuid(), NULL, 0));
			assert_false(config_allows(r->config, roles[k], STRANGER, NULL, 0));
			/* Root's group is not root. */
			assert_false(config_allows(r->config, roles[k], STRANGER, groups, 1));
		}
	}
}

static void root_keeps_them_where_the_daemon_is_another_user(void **state)
{
	struct rig *r = *state;
	bool root, own, other;

	if (geteuid() != 0)
		skip(); /* only root can become another user and come back */
	assert_int_equal(rig_read(r, (const char *const[]){NULL}), 0);
	assert_int_equal(seteuid(STRANGER), 0);
	root = config_allows(r->config, CONFIG_ADMIN, 0, NULL, 0);
	own = config_allows(r->config, CONFIG_ADMIN, STRANGER, NULL, 0);
	other = config_allows(r->config, CONFIG_ADMIN, STRANGER + 1, NULL, 0);
	assert_int_equal(seteuid(0), 0);
	assert_true(root && own && !other);
}

static void no_role_implies_another(void **state)
{
	struct rig *r = *state;

	READS(r, "--admin", "4000123");
	assert_true(config_allows(r->config, CONFIG_ADMIN, STRANGER, NULL, 0));
	assert_false(config_allows(r->config, CONFIG_AUDIT, STRANGER, NULL, 0));
	assert_false(config_allows(r->config, CONFIG_SUBMIT, STRANGER, NULL, 0));
}

static void naming_again_replaces_those_named_before(void **state)
{
	struct rig *r = *state;

	rig_write(r, "audit = daemon, @daemon\naudit = bin\n");
	READS(r, "--config", "FILE");
	assert_true(has(r, user("bin")));
	assert_false(has(r, user("daemon")));
	READS(r, "--config", "FILE", "--audit", "");
	assert_true(has(r, 0));
	assert_false(has(r, user("bin")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_rig(users_are_named_or_numbered),
		with_rig(several_are_divided_by_commas_and_blanks),
		with_rig(groups_have_an_at_and_any_of_a_peers_groups_counts),
		with_rig(who_does_not_exist_is_refused_by_name),
		with_rig(a_role_that_names_nobody_is_roots_and_the_daemons),
		with_rig(root_keeps_them_where_the_daemon_is_another_user),
		with_rig(no_role_implies_another),
		with_rig(naming_again_replaces_those_named_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
