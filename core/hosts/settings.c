/* What is configured for plugins: texts by "NAME.SETTING", made into what each
 * plugin says its settings are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hosts/inner.h"

static const char *type_of(const json_t *setting)
{
	return json_member_text(setting, "type");
}

/* Gives the value of a text; a text that is none of its type stays a text, and
 * its form says what is wrong with it. */
static json_t *value_of(const json_t *setting, const char *text)
{
	char *end = NULL;

	if (strcmp(type_of(setting), "boolean") == 0) {
		if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
			return json_boolean(strcmp(text, "yes") == 0);
	} else if (strcmp(type_of(setting), "integer") == 0 && *text != '\0') {
		errno = 0;
		long long number = strtoll(text, &end, 10);
		if (errno == 0 && *end == '\0' && strchr(" \t+", text[0]) == NULL)
			return json_integer(number);
	}
	return json_string(text);
}

static const json_t *find(const json_t *described, const char *name)
{
	size_t i;
	const json_t *one;

	json_array_foreach(described, i, one) {
		if (strcmp(json_member_text(one, "name"), name) == 0)
			return one;
	}
	return NULL;
}

/* Only what the plugin knows. */
static int check_known(const struct config *c, const struct host *h, struct err *e)
{
	const json_t *described = json_object_get(h->description, "settings");

	for (size_t i = 0; i < config_plugin_settings(c); i++) {
		const struct config_plugin *one = config_plugin_setting(c, i);
		if (strcmp(one->plugin, h->name) == 0 && find(described, one->setting) == NULL)
			return err_set(e, AW_EINVALID, "%s: %s.%s: there is no such setting (%s)",
				       h->file, one->plugin, one->setting, one->source);
	}
	return 0;
}

static const struct config_plugin *configured(const struct config *c, const struct host *h,
					      const char *name)
{
	for (size_t i = 0; i < config_plugin_settings(c); i++) {
		const struct config_plugin *one = config_plugin_setting(c, i);
		if (strcmp(one->plugin, h->name) == 0 && strcmp(one->setting, name) == 0)
			return one;
	}
	return NULL;
}

static int check_fit(const struct config *c, const struct host *h, const json_t *settings,
		     struct err *e)
{
	struct form *form = NULL;
	json_t *errors = json_array();
	int rv = form_new(json_object_get(h->description, "settings"), &form, e);

	if (rv == 0)
		rv = form_check(form, settings, errors);
	if (rv == 0 && json_array_size(errors) > 0) {
		const json_t *error = json_array_get(errors, 0);
		const char *name = json_member_text(error, "pointer") + 1;
		const struct config_plugin *one = configured(c, h, name);
		rv = err_set(e, AW_EINVALID, "%s: the setting %s.%s %s (%s)", h->file, h->name,
			     name, json_member_text(error, "message"),
			     one != NULL ? one->source : "not set");
	}
	form_free(&form);
	json_decref(errors);
	return rv;
}

int settings_read(const struct config *c, const struct host *h, json_t **out, struct err *e)
{
	json_t *settings = json_object();
	size_t i;
	const json_t *one;
	int rv = settings != NULL ? check_known(c, h, e) : -ENOMEM;

	json_array_foreach(json_object_get(h->description, "settings"), i, one) {
		const char *name = json_member_text(one, "name");
		const struct config_plugin *given = configured(c, h, name);
		const json_t *otherwise = json_member(one, "default");
		if (rv == 0 && given != NULL)
			rv = json_put(settings, name, value_of(one, given->value));
		else if (rv == 0 && otherwise != NULL)
			rv = json_put(settings, name, json_deep_copy_of(otherwise));
	}
	if (rv == 0)
		rv = check_fit(c, h, settings, e);
	if (rv != 0) {
		json_decref(settings);
		return rv;
	}
	*out = settings;
	return 0;
}

/* ---- shown ---------------------------------------------------------------- */

static void print_value(const json_t *value, FILE *out)
{
	/* Nothing can be done here about an output that fails. */
	if (json_is_boolean(value))
		(void)fputs(json_is_true(value) ? "yes" : "no", out);
	else if (json_is_integer(value))
		(void)fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_string(value))
		(void)fputs(json_string_value(value), out);
}

static void print_one(const struct config *c, const struct host *h, FILE *out)
{
	size_t i;
	const json_t *one;

	(void)fprintf(out, "# %s %s: %s\n", h->name, json_member_text(h->description, "version"),
		      json_member_text(h->description, "says"));
	json_array_foreach(json_object_get(h->description, "settings"), i, one) {
		const char *name = json_member_text(one, "name");
		const struct config_plugin *given = configured(c, h, name);
		const json_t *value = json_object_get(h->settings, name);
		const char *source = given != NULL   ? given->source
				     : value != NULL ? "default"
						     : "not set";
		(void)fprintf(out, "# %s; %s\n%s%s.%s = ", json_member_text(one, "says"), source,
			      value != NULL ? "" : "# ", h->name, name);
		print_value(value, out);
		(void)fputc('\n', out);
	}
}

void hosts_print(const struct hosts *all, FILE *out)
{
	for (size_t i = 0; all != NULL && i < all->count; i++) {
		const struct host *h = &all->list[i];
		if (h->settings != NULL)
			print_one(all->options.config, h, out);
		else
			(void)fprintf(out, "# %s\n", h->last_error);
	}
}

static bool is_there(const struct hosts *all, const char *plugin)
{
	for (size_t i = 0; all != NULL && i < all->count; i++) {
		if (strcmp(all->list[i].name, plugin) == 0)
			return true;
	}
	return false;
}

/* What is wrong with a setting's plugin, or "". */
static void judge(const struct hosts *all, const struct config *c, const struct config_plugin *one,
		  char problem[ERROR_TEXT])
{
	problem[0] = '\0';
	if (is_there(all, one->plugin))
		return;
	if (config_text(c, CONFIG_PLUGINS)[0] == '\0')
		(void)snprintf(
			problem, ERROR_TEXT,
			"%s: %s.%s: no plugin runs, since no folder of plugins is set (plugins)",
			one->source, one->plugin, one->setting); /* it may be cut */
	else
		(void)snprintf(problem, ERROR_TEXT, "%s: %s.%s: there is no plugin %s.so in \"%s\"",
			       one->source, one->plugin, one->setting, one->plugin,
			       config_text(c, CONFIG_PLUGINS)); /* it may be cut */
}

int hosts_check(const struct hosts *all, const struct config *c, json_t *wrong)
{
	char problem[ERROR_TEXT];
	int rv = 0;

	for (size_t i = 0; all != NULL && i < all->count; i++) {
		if (all->list[i].settings == NULL &&
		    json_array_append_new(wrong, json_string(all->list[i].last_error)) != 0)
			rv = -ENOMEM;
	}
	for (size_t i = 0; i < config_plugin_settings(c); i++) {
		judge(all, c, config_plugin_setting(c, i), problem);
		if (problem[0] != '\0' && json_array_append_new(wrong, json_string(problem)) != 0)
			rv = -ENOMEM;
	}
	return rv;
}

int hosts_check_named(const struct hosts *all, const struct config *c, struct err *e)
{
	char problem[ERROR_TEXT];

	for (size_t i = 0; i < config_plugin_settings(c); i++) {
		judge(all, c, config_plugin_setting(c, i), problem);
		if (problem[0] != '\0')
			return err_set(e, AW_EINVALID, "%s", problem);
	}
	return 0;
}
