/* inner: what the files of this room share; inside this room only. */
#ifndef AW_PLUGIN_INNER_H
#define AW_PLUGIN_INNER_H

#include "awardd/plugin.h"
#include "plugin/plugin.h"

/* The version of the interface that this program has. */
enum { ABI_MAJOR = 1, ABI_MINOR = 0 };

struct awardd_host_context {
	plugin_log_cb log;
};

struct plugin {
	const char *file;
	const struct awardd_plugin *table;
	size_t offers;
	struct awardd_host_context context;
	struct awardd_host host;
	void *state;
};

/* The functions that a plugin is given. */
void host_table_init(struct awardd_host *host, struct awardd_host_context *ctx);

#endif
