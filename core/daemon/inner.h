/* inner: what the files of this room share; inside this room only. */
#ifndef AW_DAEMON_INNER_H
#define AW_DAEMON_INNER_H

#include "base/base.h"
#include "config/config.h"
#include "json/json.h"

/* Appends a sentence for each plugin that would not be started, and for each that is not there
 * though something is set for it; with the latter, `named` is false, and nothing starts. Where
 * they cannot be looked at: a status and a sentence. */
int check_plugins(const struct config *c, json_t *wrong, bool *named, struct err *e);

#endif
