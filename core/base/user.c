/*
 * Users and groups, as the system's name services know them.
 */
#include "base/base.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

/* After one of them gave nothing, errno having been 0. A service that has no such name may
 * leave anything else there. */
static int not_known_now(void)
{
	switch (errno) {
	case EINTR:
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return -errno;
	default:
		return 0;
	}
}

int user_named(const char *name, const struct passwd **found)
{
	errno = 0;
	*found = getpwnam(name);
	return *found == NULL ? not_known_now() : 0;
}

int user_numbered(uid_t uid, const struct passwd **found)
{
	errno = 0;
	*found = getpwuid(uid);
	return *found == NULL ? not_known_now() : 0;
}

int group_named(const char *name, const struct group **found)
{
	errno = 0;
	*found = getgrnam(name);
	return *found == NULL ? not_known_now() : 0;
}
