/* What is said of plugins' settings: kept as text, for who knows what may stand
 * there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/inner.h"

void plugin_deinit(struct config_plugin *p)
{
	free(p->plugin);
	free(p->setting);
	free(p->value);
	free(p->source);
}

/* The row of this setting, or a new one. NULL: no memory. */
static struct config_plugin *plugin_row(struct config *c, const char *plugin, const char *setting)
{
	for (size_t i = 0; i < c->plugin_count; i++) {
		if (strcmp(c->plugins[i].plugin, plugin) == 0 &&
		    strcmp(c->plugins[i].setting, setting) == 0)
			return &c->plugins[i];
	}
	struct config_plugin *grown = realloc(c->plugins, (c->plugin_count + 1) * sizeof *grown);
	if (grown == NULL)
		return NULL;
	c->plugins = grown;
	grown[c->plugin_count] = (struct config_plugin){.plugin = NULL};
	return &grown[c->plugin_count++];
}

int plugin_set(struct config *c, const char *name, size_t length, const char *value,
	       const char *source, struct err *e)
{
	size_t dot = strcspn(name, ".");

	if (!text_is_utf8(text_of(value)))
		return err_set(e, AW_EINVALID, "%s: %.*s: must be UTF-8, not \"%s\"", source,
			       (int)length, name, value);
	struct config_plugin fresh = {
		.plugin = strndup(name, dot),
		.setting = strndup(name + dot + 1, length - dot - 1),
		.value = strdup(value),
		.source = strdup(source),
	};
	struct config_plugin *row = NULL;

	if (fresh.plugin != NULL && fresh.setting != NULL && fresh.value != NULL &&
	    fresh.source != NULL)
		row = plugin_row(c, fresh.plugin, fresh.setting);
	if (row == NULL) {
		plugin_deinit(&fresh);
		return err_set(e, -ENOMEM, "no memory for the configuration");
	}
	plugin_deinit(row);
	*row = fresh;
	return 0;
}

bool plugin_is_named(const char *name, size_t length)
{
	const char *dot = memchr(name, '.', length);

	return dot != NULL && dot != name && dot != name + length - 1;
}

size_t config_plugin_settings(const struct config *c)
{
	return c->plugin_count;
}

const struct config_plugin *config_plugin_setting(const struct config *c, size_t i)
{
	return &c->plugins[i];
}
