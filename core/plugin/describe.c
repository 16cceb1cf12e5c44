/* Whether what a plugin says of itself can be made use of. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "form/form.h"
#include "plugin/plugin.h"

bool plugin_name_fits(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length > 0 && length < PLUGIN_NAME && name[length] == '\0' && name[0] >= 'a';
}

static bool media_type_fits(const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash == NULL || slash == name || slash[1] == '\0' || strlen(name) > 100)
		return false;
	for (; *name != '\0'; name++) {
		if (*name <= ' ' || *name > '~')
			return false;
	}
	return true;
}

static int check_form(const json_t *members, const char *file, const char *what, struct err *e)
{
	struct form *form = NULL;
	struct err why = {0};
	int rv = form_new(members, &form, &why);

	form_free(&form);
	return rv == 0 ? 0 : err_set(e, rv, "%s: %s does not fit: %s", file, what, why.text);
}

/* ---- settings ----------------------------------------------------------- */

/* A setting is written in one line of a file, so no lists and objects. */
static int check_setting(const json_t *setting, const char *file, struct err *e)
{
	const char *name = json_member_text(setting, "name");
	const char *type = json_member_text(setting, "type");
	const json_t *otherwise = json_member(setting, "default");

	if (name == NULL || !plugin_name_fits(name))
		return err_set(e, AW_EINVALID,
			       "%s: a setting is called \"%s\": lower-case letters, digits and "
			       "hyphens are wanted",
			       file, name != NULL ? name : "");
	if (type == NULL || strcmp(type, "list") == 0 || strcmp(type, "object") == 0)
		return err_set(e, AW_EINVALID, "%s: the setting %s cannot have the type \"%s\"",
			       file, name, type != NULL ? type : "");
	if (json_member_text(setting, "says") == NULL)
		return err_set(e, AW_EINVALID, "%s: the setting %s does not say what it is for",
			       file, name);
	if (otherwise == NULL)
		return 0;
	json_t *members = json_pack("[O]", setting), *errors = json_array();
	json_t *document = json_pack("{sO}", name, otherwise);
	struct form *form = NULL;
	int rv = members != NULL && errors != NULL && document != NULL
			 ? form_new(members, &form, e)
			 : err_set(e, -ENOMEM, "%s: no memory for the setting %s", file, name);
	if (rv == 0)
		rv = form_check(form, document, errors);
	if (rv == 0 && json_array_size(errors) > 0)
		rv = err_set(e, AW_EINVALID, "%s: the default of the setting %s %s", file, name,
			     json_member_text(json_array_get(errors, 0), "message"));
	form_free(&form);
	json_decref(members);
	json_decref(errors);
	json_decref(document);
	return rv;
}

static int check_settings(const json_t *settings, const char *file, struct err *e)
{
	int rv = check_form(settings, file, "what it says of its settings", e);
	size_t i, k;
	const json_t *one, *other;

	json_array_foreach(settings, i, one) {
		if (rv == 0)
			rv = check_setting(one, file, e);
		json_array_foreach(settings, k, other) {
			if (rv == 0 && k < i &&
			    json_equal(json_object_get(one, "name"),
				       json_object_get(other, "name")))
				rv = err_set(e, AW_EINVALID, "%s: has the setting %s twice", file,
					     json_member_text(one, "name"));
		}
	}
	return rv;
}

/* ---- offers ------------------------------------------------------------- */

static bool is_role(const char *role)
{
	static const char *const roles[] = {"submit", "audit", "admin", "any"};

	for (size_t i = 0; role != NULL && i < sizeof roles / sizeof *roles; i++) {
		if (strcmp(role, roles[i]) == 0)
			return true;
	}
	return false;
}

static int check_method(const json_t *offer, const char *file, const char *name, struct err *e)
{
	const char *role = json_member_text(offer, "role");
	char what[80];

	if (!is_role(role))
		return err_set(e, AW_EINVALID,
			       "%s: the method %s has the role \"%s\"; submit, audit, admin or any "
			       "is wanted",
			       file, name, role != NULL ? role : "");
	(void)snprintf(what, sizeof what, "the form of the method %s", name);
	return check_form(json_object_get(offer, "form"), file, what, e);
}

static int check_offer(const json_t *offer, const char *file, struct err *e)
{
	const char *kind = json_member_text(offer, "kind");
	const char *name = json_member_text(offer, "name");
	const char *shown = name != NULL ? name : "";

	if (kind == NULL)
		return err_set(e, AW_EINVALID, "%s: has an offer of no kind", file);
	if (strcmp(kind, "sink") == 0 || strcmp(kind, "unknown") == 0)
		return 0;
	bool renders = strcmp(kind, "decision-renderer") == 0 ||
		       strcmp(kind, "register-renderer") == 0;
	if (renders && !media_type_fits(shown))
		return err_set(e, AW_EINVALID,
			       "%s: a %s is called \"%s\"; a media type such as image/svg+xml is "
			       "wanted",
			       file, kind, shown);
	if (!renders && !plugin_name_fits(shown))
		return err_set(e, AW_EINVALID,
			       "%s: a %s is called \"%s\"; lower-case letters, digits and hyphens "
			       "are wanted",
			       file, kind, shown);
	return strcmp(kind, "method") == 0 ? check_method(offer, file, shown, e) : 0;
}

/* The same kind and name; of sinks there is one at most, which have none. */
static bool is_same(const json_t *a, const json_t *b)
{
	const char *kind = json_member_text(a, "kind");

	if (!json_equal(json_object_get(a, "kind"), json_object_get(b, "kind")))
		return false;
	return strcmp(kind, "unknown") != 0 &&
	       (strcmp(kind, "sink") == 0 ||
		json_equal(json_object_get(a, "name"), json_object_get(b, "name")));
}

static int check_offers(const json_t *offers, const char *file, struct err *e)
{
	size_t i, k;
	const json_t *one, *other;

	json_array_foreach(offers, i, one) {
		int rv = check_offer(one, file, e);
		if (rv != 0)
			return rv;
		json_array_foreach(offers, k, other) {
			const char *name = json_member_text(one, "name");
			if (k < i && is_same(one, other))
				return err_set(e, AW_EINVALID, "%s: offers the %s %s twice", file,
					       json_member_text(one, "kind"),
					       name != NULL ? name : "of the log");
		}
	}
	return 0;
}

/* ---- the whole ---------------------------------------------------------- */

/* "/plugins/hello.so" is for the plugin "hello". */
static bool is_named_like(const char *name, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;
	size_t length = strlen(name);

	return strncmp(base, name, length) == 0 && strcmp(base + length, ".so") == 0;
}

int plugin_description_check(const json_t *description, const char *file, struct err *e)
{
	static const char *const texts[] = {"name", "version", "says"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *text = json_member_text(description, texts[i]);
		if (text == NULL || *text == '\0' || strlen(text) > 200)
			return err_set(e, AW_EINVALID,
				       "%s: its %s is \"%s\", and text of 1 to 200 bytes is wanted",
				       file, texts[i], text != NULL ? text : "");
	}
	const char *name = json_member_text(description, "name");
	if (!is_named_like(name, file))
		return err_set(e, AW_EINVALID,
			       "%s: calls itself \"%s\"; the file's name without \".so\" is wanted",
			       file, name);
	int rv = check_settings(json_object_get(description, "settings"), file, e);
	return rv == 0 ? check_offers(json_object_get(description, "offers"), file, e) : rv;
}
