/* The configuration file: what is taken is printed as a file that says the same. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static struct config *read_text(struct text bytes, struct err *e)
{
	char program[] = "awardd", option[] = "--config", path[256];
	char *arguments[] = {program, option, path, NULL};
	struct config *c = NULL;
	enum config_action action;

	(void)snprintf(path, sizeof path, "%s", fuzz_file("config", bytes));
	int rv = config_read(3, arguments, &c, &action, e);
	fuzz_must((rv == 0) == (c != NULL), "%d, and a configuration or none", rv);
	fuzz_must(rv == 0 || e->text[0] != '\0', "refused without a sentence");
	fuzz_must(action == CONFIG_RUN, "a file asked for something to be done");
	return c;
}

static void put_plugins(const struct config *c, FILE *out)
{
	for (size_t i = 0; i < config_plugin_settings(c); i++) {
		const struct config_plugin *p = config_plugin_setting(c, i);
		(void)fprintf(out, "%s.%s = %s\n", p->plugin, p->setting, p->value);
	}
}

/* Roles are asked by number, since a name may be of any user. */
static void same(const struct config *a, const struct config *b)
{
	const gid_t groups[] = {0, 1000};

	for (int s = 0; s < CONFIG_COUNT; s++) {
		enum config_setting setting = (enum config_setting)s;
		fuzz_must(strcmp(config_text(a, setting), config_text(b, setting)) == 0,
			  "setting %d is \"%s\", then \"%s\"", s, config_text(a, setting),
			  config_text(b, setting));
		fuzz_must(config_number(a, setting) == config_number(b, setting),
			  "setting %d has two numbers", s);
	}
	for (uid_t uid = 0; uid < 4; uid++) {
		fuzz_must(config_allows(a, CONFIG_ADMIN, uid, groups, 2) ==
				  config_allows(b, CONFIG_ADMIN, uid, groups, 2),
			  "user %u is an administrator once", uid);
	}
	fuzz_must(config_plugin_settings(a) == config_plugin_settings(b),
		  "settings of plugins: %zu, then %zu", config_plugin_settings(a),
		  config_plugin_settings(b));
	for (size_t i = 0; i < config_plugin_settings(a); i++)
		fuzz_must(strcmp(config_plugin_setting(a, i)->value,
				 config_plugin_setting(b, i)->value) == 0,
			  "a plugin's setting is another");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = {0};
	struct config *c = read_text(fuzz_text(data, size), &e);
	char *printed = NULL;
	size_t length = 0;

	if (c == NULL)
		return 0;
	FILE *out = open_memstream(&printed, &length);
	fuzz_must(out != NULL, "no memory");
	config_print(c, out);
	put_plugins(c, out);
	fuzz_must(fclose(out) == 0, "no memory");
	struct config *second = read_text((struct text){printed, length}, &e);
	fuzz_must(second != NULL, "what is printed is refused: %s\n%s", e.text, printed);
	same(c, second);
	config_free(&second);
	config_free(&c);
	free(printed);
	return 0;
}
