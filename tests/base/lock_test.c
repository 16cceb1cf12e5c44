/* Lock files: one holder at a time, whoever removes them meanwhile, and nothing left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"

struct place {
	char dir[32], path[64];
};

static int place_setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/awardd-lock-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->path, sizeof p->path, "%s/lock", p->dir);
	*state = p;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *p = *state;
	int rv = rmdir(p->dir); /* fails where a lock file is left */

	free(p);
	return rv;
}

static void a_lock_has_one_holder_and_goes_with_it(void **state)
{
	const struct place *p = *state;
	struct stat about;
	int first = -1, second = -1;

	assert_int_equal(lock_take(p->path, 0640, &first), 0);
	assert_int_equal(stat(p->path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0640);
	assert_int_equal(lock_take(p->path, 0640, &second), AW_EBUSY);
	lock_drop(p->path, &second); /* it holds none: nothing is removed */
	assert_int_equal(second, -1);
	assert_int_equal(stat(p->path, &about), 0);
	lock_drop(p->path, &first);
	assert_int_equal(first, -1);
	assert_int_equal(stat(p->path, &about), -1);
	assert_int_equal(lock_take(p->path, 0640, &second), 0);
	lock_drop(p->path, &second);
	assert_int_equal(lock_take("/nowhere/lock", 0640, &second), -ENOENT);
}

/* What another does between our opening the file and our locking it: it had the lock, and gives
 * it back. This stands in the place of the C library's. */
static const char *given_back;
static int times;

int flock(int fd, int operation)
{
	if (times > 0) {
		times--;
		assert_int_equal(unlink(given_back), 0);
	}
	return (int)syscall(SYS_flock, fd, operation);
}

static void a_lock_that_was_removed_meanwhile_is_none(void **state)
{
	const struct place *p = *state;
	struct stat named, held;
	int fd = -1, other = -1;

	given_back = p->path;
	times = 3;
	assert_int_equal(lock_take(p->path, 0640, &fd), 0);
	assert_int_equal(times, 0);
	assert_int_equal(stat(p->path, &named), 0);
	assert_int_equal(fstat(fd, &held), 0);
	assert_int_equal(named.st_ino, held.st_ino);
	assert_int_equal(lock_take(p->path, 0640, &other), AW_EBUSY);
	lock_drop(p->path, &fd);
	/* It does not go on for ever. */
	times = 1000;
	assert_int_equal(lock_take(p->path, 0640, &fd), AW_EBUSY);
	assert_int_equal(fd, -1);
	times = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)
		IN_PLACE(a_lock_has_one_holder_and_goes_with_it),
		IN_PLACE(a_lock_that_was_removed_meanwhile_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
