/*
 * confined UNIT USER PATH… -- PROGRAM ARGUMENT…: runs a program as systemd would by this unit,
 * where no systemd runs: the same system calls, from the sets that systemd itself names, rights
 * and limits. PATH are what it may write. What of a unit is not done here is said, and fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CALLS = 1024, LINE = 512, SETS = 1 << 17 };

static _Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)fputs("confined: ", stderr);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fprintf(stderr, " (%s)\n", strerror(errno));
	exit(121);
}

#define must(what)                                                                                 \
	do {                                                                                       \
		if ((what) != 0)                                                                   \
			die("%s", #what);                                                          \
	} while (0)

/* ---- system calls --------------------------------------------------------- */

struct calls {
	bool allowed[CALLS];
	char sets[SETS]; /* "@name", and below it, indented, what it holds */
};

static void read_sets(struct calls *c)
{
	FILE *all = popen("systemd-analyze syscall-filter --no-pager", "r");

	c->sets[0] = '\n';
	if (all == NULL || fread(c->sets + 1, 1, sizeof c->sets - 2, all) == 0)
		die("systemd-analyze names no sets");
	must(pclose(all));
}

/* One call or set, allowed or not. */
static void mark(struct calls *c, const char *name, bool allow)
{
	char begins[LINE], word[LINE];

	if (name[0] != '@') {
		int number = seccomp_syscall_resolve_name(name);
		if (number >= 0 && number < CALLS) /* else this machine has none such */
			c->allowed[number] = allow;
		return;
	}
	snprintf(begins, sizeof begins, "\n%s\n", name);
	const char *line = strstr(c->sets, begins);
	if (line == NULL)
		die("there is no set %s", name);
	line += strlen(begins);
	for (; *line == ' '; line += strcspn(line, "\n") + 1)
		if (sscanf(line, "%511s", word) == 1 && word[0] != '#')
			mark(c, word, allow);
}

static void mark_list(struct calls *c, char *list)
{
	bool allow = list[0] != '~';

	for (char *name; (name = strsep(&list, " ~")) != NULL;)
		if (*name != '\0')
			mark(c, name, allow);
}

static void rule(scmp_filter_ctx filter, int error, int call, unsigned count, struct scmp_arg_cmp a)
{
	must(seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)error), call, count, a));
}

static void apply_calls(struct calls *c)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (filter == NULL)
		die("no filter");
	mark(c, "@default", true); /* systemd adds it to every list of what is allowed */
	for (int i = 0; i < CALLS; i++)
		if (c->allowed[i])
			must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, i, 0));
	must(seccomp_load(filter));
	seccomp_release(filter);
}

/* RestrictNamespaces=user mnt, RestrictAddressFamilies=AF_UNIX, MemoryDenyWriteExecute= and
 * LockPersonality=, in a filter beside that of the calls. */
static void apply_arguments(void)
{
	static const unsigned long long kinds[] = {CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET,
						   CLONE_NEWPID, CLONE_NEWUTS};
	struct scmp_arg_cmp none = {0};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (filter == NULL)
		die("no filter");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct scmp_arg_cmp flag = SCMP_A0(SCMP_CMP_MASKED_EQ, kinds[i], kinds[i]);
		rule(filter, EPERM, SCMP_SYS(unshare), 1, flag);
		rule(filter, EPERM, SCMP_SYS(clone), 1, flag);
	}
	rule(filter, ENOSYS, SCMP_SYS(clone3), 0, none);
	rule(filter, EPERM, SCMP_SYS(setns), 0, none);
	rule(filter, EAFNOSUPPORT, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
	rule(filter, EPERM, SCMP_SYS(personality), 1, SCMP_A0(SCMP_CMP_NE, 0, 0));
	rule(filter, EPERM, SCMP_SYS(mprotect), 1,
	     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	rule(filter, EPERM, SCMP_SYS(mmap), 1,
	     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE));
	must(seccomp_load(filter));
	seccomp_release(filter);
}

/* ---- files ----------------------------------------------------------------- */

static void read_only(char **writable, char **end)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	must(unshare(CLONE_NEWNS | CLONE_NEWNET));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	/* Mounted onto themselves first, so that they can be other than what is around them. */
	for (char **path = writable; path < end; path++)
		must(mount(*path, *path, NULL, MS_BIND, NULL));
	must((int)syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof attr));
	attr = (struct mount_attr){.attr_clr = MOUNT_ATTR_RDONLY};
	/* These stay as they are under ProtectSystem=strict. */
	must((int)syscall(SYS_mount_setattr, AT_FDCWD, "/proc", AT_RECURSIVE, &attr, sizeof attr));
	must((int)syscall(SYS_mount_setattr, AT_FDCWD, "/dev", AT_RECURSIVE, &attr, sizeof attr));
	for (char **path = writable; path < end; path++)
		must((int)syscall(SYS_mount_setattr, AT_FDCWD, *path, 0, &attr, sizeof attr));
}

static void drop_rights(uid_t user)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		must(prctl(PR_CAPBSET_DROP, i, 0, 0, 0));
	must(setgroups(0, NULL));
	must(setresgid(user, user, user));
	must(setresuid(user, user, user));
	must((int)syscall(SYS_capset, &header, none));
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(prctl(PR_SET_PDEATHSIG, SIGKILL)); /* the test's, that changing the user took */
}

/* ---- the unit -------------------------------------------------------------- */

/* What is done here always, or is of no use where no systemd runs. */
static bool is_known(const char *line)
{
	static const char *const known[] = {
		"AmbientCapabilities=",
		"CapabilityBoundingSet=",
		"DevicePolicy=closed",
		"Exec",
		"Group=",
		"IPAddressDeny=any",
		"KillMode=",
		"LimitCORE=0",
		"LockPersonality=yes",
		"MemoryDenyWriteExecute=yes",
		"NoNewPrivileges=yes",
		"Private",
		"Protect",
		"ProcSubset=pid",
		"RemoveIPC=yes",
		"Restart",
		"RestrictAddressFamilies=AF_UNIX",
		"RestrictNamespaces=user mnt",
		"RestrictRealtime=yes",
		"RestrictSUIDSGID=yes",

		"StateDirectory",
		"SystemCallArchitectures=native",
		"SystemCallErrorNumber=EPERM",
		"Timeout",
		"Type=notify",
		"UMask=0027",
		"User=",
		"WatchdogSec=",
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strncmp(line, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

static void read_unit(struct calls *c, const char *path)
{
	static const char filter[] = "SystemCallFilter=";
	FILE *unit = fopen(path, "r");
	char line[LINE];
	bool service = false;

	if (unit == NULL)
		die("%s", path);
	while (fgets(line, sizeof line, unit) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '[')
			service = strcmp(line, "[Service]") == 0;
		if (!service || line[0] == '[' || line[0] == '#' || line[0] == '\0')
			continue;
		if (strncmp(line, filter, strlen(filter)) == 0)
			mark_list(c, line + strlen(filter));
		else if (!is_known(line))
			die("does not know what to do for %s", line);
	}
	must(fclose(unit));
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = {0, 0};
	struct calls *c = calloc(1, sizeof *c);
	char **rest = argv + 3;

	if (c == NULL || argc < 5)
		die("UNIT USER PATH… -- PROGRAM…");
	while (*rest != NULL && strcmp(*rest, "--") != 0)
		rest++;
	if (*rest == NULL)
		die("no --");
	read_sets(c);
	read_unit(c, argv[1]);
	read_only(argv + 3, rest);
	must(setrlimit(RLIMIT_CORE, &no_core));
	(void)umask(0027);
	drop_rights((uid_t)strtoul(argv[2], NULL, 10));
	apply_arguments();
	apply_calls(c);
	execv(rest[1], rest + 1);
	die("%s", rest[1]);
}
