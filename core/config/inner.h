/* inner: what the files of this room share; inside this room only. */
#ifndef AW_CONFIG_INNER_H
#define AW_CONFIG_INNER_H

#include "config/config.h"

enum { ROLES = 3 };

/* Whom a role names. */
struct role {
	uid_t *users;
	gid_t *groups;
	size_t user_count, group_count;
};

struct config {
	char *values[CONFIG_COUNT];
	char *sources[CONFIG_COUNT];
	unsigned numbers[CONFIG_COUNT];
	struct role roles[ROLES];
	struct config_plugin *plugins;
	size_t plugin_count;
};

void plugin_deinit(struct config_plugin *p);
/* Whether this is "PLUGIN.SETTING". */
bool plugin_is_named(const char *name, size_t length);
/* Sets one by such a name. -ENOMEM. */
int plugin_set(struct config *c, const char *name, size_t length, const char *value,
	       const char *source, struct err *e);

#endif
