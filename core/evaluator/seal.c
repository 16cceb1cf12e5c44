/* What an evaluator may still do once it has its rules: compute, and talk over
 * descriptor 0. Sanitizers need more than that, so builds with one are sealed
 * by limits alone. */
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "evaluator/frame.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { ADDRESS_SPACE = 512 << 20 };

static int limit(int resource, rlim_t most)
{
	struct rlimit l = {most, most};

	return setrlimit((__rlimit_resource_t)resource, &l) == 0 ? 0 : -errno;
}

static int apply_filter(void)
{
	static const int allowed[] = {
		SCMP_SYS(read),         SCMP_SYS(write),
		SCMP_SYS(brk),          SCMP_SYS(munmap),
		SCMP_SYS(mremap),       SCMP_SYS(madvise),
		SCMP_SYS(futex),        SCMP_SYS(exit),
		SCMP_SYS(exit_group),   SCMP_SYS(restart_syscall),
		SCMP_SYS(rt_sigreturn),
	};
	/* Lua asks for the time when it makes a state, only to scatter its hashes;
	 * where that is no call into the kernel it is not seen here at all. */
	static const int refused[] = {
		SCMP_SYS(time),
		SCMP_SYS(gettimeofday),
		SCMP_SYS(clock_gettime),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return -ENOMEM;

	int rv = 0;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed && rv == 0; i++)
		rv = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < sizeof refused / sizeof *refused && rv == 0; i++)
		rv = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	/* New memory, but none that is backed by a file or can be executed. */
	if (rv == 0)
		rv = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0),
				      SCMP_A4(SCMP_CMP_MASKED_EQ, 0xFFFFFFFF, 0xFFFFFFFF));
	if (rv == 0)
		rv = seccomp_load(filter);
	seccomp_release(filter);
	return rv;
}

static int compare_bytes(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* glibc asks the kernel how much memory there is when it first sorts more than
 * a kilobyte, and remembers it: it must have asked before the filter. */
static void sort_once(void)
{
	unsigned char bytes[4096] = {1};

	qsort(bytes, sizeof bytes, 1, compare_bytes);
}

int evaluator_seal(struct err *e)
{
	int rv = limit(RLIMIT_CORE, 0);

	sort_once();

	if (rv == 0)
		rv = limit(RLIMIT_FSIZE, 0);
	if (rv == 0 && !SANITIZED)
		rv = limit(RLIMIT_AS, ADDRESS_SPACE);
	if (rv == 0)
		rv = limit(RLIMIT_NOFILE, SANITIZED ? 64 : 0);
	if (rv == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		rv = -errno;
	if (rv == 0 && !SANITIZED)
		rv = apply_filter();
	if (rv != 0)
		return err_set(e, rv, "cannot seal the evaluator: %s", status_text(rv));
	return 0;
}
