/* What a host gives up before any of a plugin's code runs: the log's folder
 * with the key in it, rights, and memory without end. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plugin/inner.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { ADDRESS_SPACE = 1 << 30, DESCRIPTORS = 256 };

static int limit(int resource, rlim_t most)
{
	struct rlimit l = {most, most};

	return setrlimit((__rlimit_resource_t)resource, &l) == 0 ? 0 : -errno;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t n = write(fd, text, strlen(text));
	int rv = n == (ssize_t)strlen(text) ? 0 : -errno;
	(void)close(fd); /* the kernel took it with the write */
	return rv;
}

/* The same user, in a namespace where that is all it is. */
static int map_user(uid_t uid, gid_t gid)
{
	char line[64];

	(void)snprintf(line, sizeof line, "%u %u 1", uid, uid);
	int rv = write_file("/proc/self/uid_map", line);
	if (rv == 0)
		rv = write_file("/proc/self/setgroups", "deny");
	(void)snprintf(line, sizeof line, "%u %u 1", gid, gid);
	return rv == 0 ? write_file("/proc/self/gid_map", line) : rv;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capset, &header, none) == 0 ? 0 : -errno;
}

/* An empty folder over the log's. What is put there later, such as the next key,
 * is under it too; and what a process outside of this namespace has open is out of reach, since
 * only those who may trace it can look. */
static int hide_folder(const char *folder)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return -errno;
	int rv = map_user(uid, gid);
	if (rv == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		rv = -errno;
	if (rv == 0 &&
	    mount("none", folder, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k") != 0)
		rv = -errno;
	int dropped = drop_capabilities();
	return rv == 0 ? dropped : rv;
}

static int become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return -errno;
	return 0;
}

/* Whatever was done above: it is tried out. */
static bool can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return fd >= 0;
}

static int part_from_key(const json_t *load, struct err *e)
{
	const char *folder = json_member_text(load, "folder");
	const char *key = json_member_text(load, "key");
	json_int_t uid = json_member_integer(load, "uid", -1);
	int rv = uid >= 0          ? become((uid_t)uid, (gid_t)json_member_integer(load, "gid", -1))
		 : *folder != '\0' ? hide_folder(folder)
				   : 0;

	if (rv == 0 && !can_read(key))
		return 0;
	if (uid >= 0)
		return err_set(e, rv != 0 ? rv : AW_EINVALID, "%s: cannot be run as user %lld%s%s",
			       json_member_text(load, "file"), (long long)uid,
			       rv != 0 ? ": " : ", who can read the log's key: set plugin-user",
			       rv != 0 ? status_text(rv) : "");
	return err_set(e, rv != 0 ? rv : AW_EINVALID,
		       "%s: is not run, since it could read the log and its key: the folder %s "
		       "cannot be hidden from it: %s. Allow user namespaces, or start awardd as "
		       "root with plugin-user",
		       json_member_text(load, "file"), folder,
		       rv != 0 ? status_text(rv) : "it is still there");
}

int plugin_confine(const json_t *load, struct err *e)
{
	int rv = part_from_key(load, e);

	if (rv != 0)
		return rv;
	rv = limit(RLIMIT_CORE, 0);
	if (rv == 0 && !SANITIZED)
		rv = limit(RLIMIT_AS, ADDRESS_SPACE);
	if (rv == 0)
		rv = limit(RLIMIT_NOFILE, DESCRIPTORS);
	if (rv == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		rv = -errno;
	/* Changing the user clears what was asked for before. */
	if (rv == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		rv = -errno;
	if (rv != 0)
		return err_set(e, rv, "%s: cannot be confined: %s", json_member_text(load, "file"),
			       status_text(rv));
	return 0;
}
