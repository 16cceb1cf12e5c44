/* inner: what the files of this room share; inside this room only. */
#ifndef AW_DAEMON_INNER_H
#define AW_DAEMON_INNER_H

#include "base/base.h"
#include "config/config.h"

/* Whether every plugin would be started, and is there if something is said for
 * it. AW_EINVALID and a sentence. */
int check_plugins(const struct config *c, struct err *e);

#endif
