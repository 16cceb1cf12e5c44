/* Pages: what the tables of the program say, as Markdown. */
#include <errno.h>
#include <string.h>

#include "config/config.h"
#include "ctl/ctl.h"
#include "manual/manual.h"
#include "service/service.h"

/* Text that Markdown would take for something else. */
static void put(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\*_<>[]|#", *text) != NULL)
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
}

/* A term, and what is said of it. */
static void put_item(FILE *out, const char *term, const char *value, const char *says)
{
	(void)fputs("**", out);
	put(out, term);
	(void)fputs("**", out);
	if (value != NULL && *value != '\0') {
		(void)fputs(" *", out);
		put(out, value);
		(void)fputc('*', out);
	}
	(void)fputs("\n:   ", out);
	put(out, says);
	(void)fputs("\n\n", out);
}

/* ---- awardd --------------------------------------------------------------- */

struct setting {
	const char *name, *otherwise, *takes, *help;
};

static const struct setting settings[] = {
#define SETTING(id, name, otherwise, takes, help) {name, otherwise, takes, help},
	CONFIG_SETTINGS(SETTING)
#undef SETTING
};

static int put_settings_as(FILE *out, const char *before, const char *between)
{
	char term[80], says[512];

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		const struct setting *s = &settings[i];
		(void)snprintf(term, sizeof term, "%s%s%s", before, s->name, between);
		(void)snprintf(says, sizeof says, "%s%s%s%s", s->help,
			       *s->otherwise != '\0' ? " (" : "", s->otherwise,
			       *s->otherwise != '\0' ? ")" : "");
		put_item(out, term, s->takes, says);
	}
	return 0;
}

static int put_options(FILE *out)
{
	return put_settings_as(out, "--", "");
}

static int put_settings(FILE *out)
{
	return put_settings_as(out, "", " =");
}

/* ---- awardctl ------------------------------------------------------------- */

static void put_option(FILE *out, const json_t *option)
{
	const char *letter = json_member_text(option, "letter");
	char term[80];

	(void)snprintf(term, sizeof term, "%s%s%s--%s", *letter != '\0' ? "-" : "", letter,
		       *letter != '\0' ? ", " : "", json_member_text(option, "name"));
	put_item(out, term, json_member_text(option, "value"), json_member_text(option, "says"));
}

static int put_verb_options(FILE *out, bool of_all)
{
	json_t *all = ctl_describe();
	size_t i;
	json_t *option;

	json_array_foreach(json_member(all, "options"), i, option) {
		if (json_is_true(json_member(option, "of_all")) == of_all)
			put_option(out, option);
	}
	json_decref(all);
	return all != NULL ? 0 : -ENOMEM;
}

static int put_tool_options(FILE *out)
{
	return put_verb_options(out, true);
}

static int put_other_options(FILE *out)
{
	return put_verb_options(out, false);
}

static int put_verbs(FILE *out)
{
	json_t *all = ctl_describe();
	size_t i, k;
	json_t *verb, *option;
	char says[1024];

	json_array_foreach(json_member(all, "verbs"), i, verb) {
		size_t used =
			(size_t)snprintf(says, sizeof says, "%s", json_member_text(verb, "says"));
		json_array_foreach(json_member(verb, "options"), k, option)
			used += (size_t)snprintf(says + used, sizeof says - used, "%s--%s",
						 k == 0 ? "; takes " : ", ",
						 json_string_value(option));
		if (json_is_true(json_member(verb, "csv")))
			(void)snprintf(says + used, sizeof says - used, "; also --format csv");
		if (json_is_true(json_member(verb, "junit")))
			(void)snprintf(says + used, sizeof says - used, "; also --format junit");
		put_item(out, json_member_text(verb, "name"), json_member_text(verb, "operands"),
			 says);
	}
	json_decref(all);
	return all != NULL ? 0 : -ENOMEM;
}

static int put_statuses(FILE *out)
{
	json_t *all = ctl_describe();
	size_t i;
	json_t *status;
	char number[16];

	json_array_foreach(json_member(all, "statuses"), i, status) {
		(void)snprintf(number, sizeof number, "%d",
			       (int)json_member_integer(status, "status", -1));
		put_item(out, number, NULL, json_member_text(status, "says"));
	}
	json_decref(all);
	return all != NULL ? 0 : -ENOMEM;
}

/* ---- the protocol --------------------------------------------------------- */

static void put_params(FILE *out, const json_t *params)
{
	size_t i;
	json_t *param;

	json_array_foreach(params, i, param) {
		(void)fputs(i == 0 ? " Params: " : ", ", out);
		put(out, json_member_text(param, "name"));
		if (json_is_true(json_member(param, "required")))
			(void)fputs(" (required)", out);
	}
	if (json_array_size(params) > 0)
		(void)fputc('.', out);
}

static int put_methods(FILE *out)
{
	json_t *methods = service_describe();
	size_t i;
	json_t *method;

	json_array_foreach(methods, i, method) {
		(void)fputs("**", out);
		put(out, json_member_text(method, "name"));
		(void)fprintf(out, "** (%s)\n:   %s.", json_member_text(method, "needs"),
			      json_member_text(method, "says"));
		put_params(out, json_member(method, "params"));
		(void)fputs("\n\n", out);
	}
	json_decref(methods);
	return methods != NULL ? 0 : -ENOMEM;
}

static int put_codes(FILE *out)
{
	static const struct {
		int code;
		const char *says;
	} codes[] = {
#define CODE(name, number, says) {number, says},
		SERVICE_CODES(CODE)
#undef CODE
	};
	char number[16];

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		(void)snprintf(number, sizeof number, "%d", codes[i].code);
		put_item(out, number, NULL, codes[i].says);
	}
	return 0;
}

/* ---- a page --------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*put)(FILE *out);
} things[] = {
	{"awardd's options", put_options},
	{"settings", put_settings},
	{"options of every verb", put_tool_options},
	{"options of some verbs", put_other_options},
	{"verbs", put_verbs},
	{"exit statuses", put_statuses},
	{"methods", put_methods},
	{"codes", put_codes},
};

static int put_thing(struct text name, FILE *out, struct err *e)
{
	for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
		if (text_equal(name, text_of(things[i].name))) {
			int rv = things[i].put(out);
			return rv == 0 ? 0 : err_set(e, rv, "no memory for the manual");
		}
	}
	return err_set(e, AW_EINVALID, "the program knows of no \"%.*s\"", (int)name.length,
		       name.bytes);
}

int manual_page(struct text page, FILE *out, struct err *e)
{
	int rv = 0;

	while (page.length > 0 && rv == 0) {
		const char *end = memchr(page.bytes, '\n', page.length);
		size_t length = end != NULL ? (size_t)(end - page.bytes) : page.length;
		struct text inner = {page.bytes + 1, length - 2};

		if (length > 2 && page.bytes[0] == '@' && page.bytes[length - 1] == '@')
			rv = put_thing(inner, out, e);
		else
			(void)fprintf(out, "%.*s\n", (int)length, page.bytes);
		length += end != NULL;
		page.bytes += length;
		page.length -= length;
	}
	return rv == 0 && ferror(out) != 0 ? err_set(e, -EIO, "the page cannot be written") : rv;
}
