/* Every small change of the rules that somebody might make by mistake. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/script.h"
#include "verify/inner.h"

enum { SHORT_TEXT = 64 };

/* One file, and where in it we are. */
struct walk {
	const char *file;
	struct text source;
	struct script_token token, before, before_that;
	json_t *changes;
	int rv;
};

static bool is(const struct walk *w, const struct script_token *t, const char *what)
{
	return t->length > 0 && script_token_is(w->source, t, what);
}

/* Bytes of the source from this token on up to `to` become `with`. */
static void add(struct walk *w, size_t to, const char *with, const char *change)
{
	json_t *one = json_pack("{ss si ss sI sI ss}", "file", w->file, "line", w->token.line,
				"change", change, "offset", (json_int_t)w->token.offset, "length",
				(json_int_t)(to - w->token.offset), "with", with);

	if (json_array_append_new(w->changes, one) != 0)
		w->rv = -ENOMEM;
}

static void add_token(struct walk *w, const char *with)
{
	char change[3 * SHORT_TEXT];

	(void)snprintf(change, sizeof change, "%.*s becomes %s", (int)w->token.length,
		       w->source.bytes + w->token.offset, with); /* both are short */
	add(w, w->token.offset + w->token.length, with, change);
}

/* ---- numbers and dates ------------------------------------------------------- */

static void change_number(struct walk *w)
{
	char with[SHORT_TEXT];
	size_t length = w->token.length;
	const char *text = w->source.bytes + w->token.offset;

	/* What a mark of the scale means is said to people alone. */
	if (length > 15 || (is(w, &w->before, "(") && is(w, &w->before_that, "mark")))
		return;
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return;
	long long number = strtoll(text, NULL, 10); /* ends at the sign behind it */

	(void)snprintf(with, sizeof with, "%lld", number + 1);
	add_token(w, with);
	(void)snprintf(with, sizeof with, number > 0 ? "%lld" : "(%lld)", number - 1);
	add_token(w, with);
}

static struct date day_after(struct date d)
{
	char text[DATE_TEXT];
	struct date next = {d.year, d.month, d.day + 1};

	if (next.day <= 31) {
		date_format(next, text);
		if (date_parse(text_of(text), &next))
			return next;
	}
	return date_add_months((struct date){d.year, d.month, 1}, 1);
}

static struct date day_before(struct date d)
{
	struct date before = date_add_months((struct date){d.year, d.month, 1}, -1);

	if (d.day > 1)
		return (struct date){d.year, d.month, d.day - 1};
	for (struct date next = day_after(before); next.day != 1; next = day_after(before))
		before = next;
	return before;
}

static void change_date(struct walk *w)
{
	struct text inside = {w->source.bytes + w->token.offset + 1, w->token.length - 2};
	char day[DATE_TEXT], with[SHORT_TEXT];
	struct date d;

	if (w->token.length != DATE_TEXT + 1 || !date_parse(inside, &d) || d.year < 2 ||
	    d.year > 9998)
		return;
	date_format(day_after(d), day);
	(void)snprintf(with, sizeof with, "\"%s\"", day);
	add_token(w, with);
	date_format(day_before(d), day);
	(void)snprintf(with, sizeof with, "\"%s\"", day);
	add_token(w, with);
}

/* ---- comparisons ----------------------------------------------------------------- */

static void change_sign(struct walk *w)
{
	static const char *const signs[][3] = {
		{"<", "<=", ">"},  {"<=", "<", ">="},  {">", ">=", "<"},
		{">=", ">", "<="}, {"==", "~=", NULL}, {"~=", "==", NULL},
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (!is(w, &w->token, signs[i][0]))
			continue;
		for (size_t j = 1; j < 3 && signs[i][j] != NULL; j++)
			add_token(w, signs[i][j]);
		return;
	}
}

/* ---- criteria ---------------------------------------------------------------------- */

/* criterion "id" { ... } is met by everybody; later lines stay where they are. */
static void drop_criterion(struct walk *w)
{
	struct script_token t = w->token, name;
	struct buffer with;
	char change[3 * SHORT_TEXT];
	int depth = 0;

	if (!script_token_next(w->source, &t) || t.kind != SCRIPT_TEXT)
		return;
	name = t;
	if (!script_token_next(w->source, &t) || !is(w, &t, "{"))
		return;
	do {
		depth += is(w, &t, "{") - is(w, &t, "}");
	} while (depth > 0 && script_token_next(w->source, &t));
	if (depth > 0 || name.length > SHORT_TEXT)
		return;
	buffer_init(&with);
	(void)buffer_printf(&with,
			    "criterion %.*s { says = \"dropped\", check = function() "
			    "return met(\"dropped\") end",
			    (int)name.length, w->source.bytes + name.offset);
	for (int line = w->token.line; line < t.line; line++)
		(void)buffer_append(&with, "\n", 1); /* looked at below */
	if (buffer_append(&with, "}", 1) != 0 || with.failed)
		w->rv = -ENOMEM;
	(void)snprintf(change, sizeof change, "criterion %.*s is dropped", (int)name.length,
		       w->source.bytes + name.offset); /* it is short */
	if (w->rv == 0)
		add(w, t.offset + t.length, with.bytes, change);
	buffer_deinit(&with);
}

static void change_file(struct walk *w)
{
	while (w->rv == 0) {
		w->before_that = w->before;
		w->before = w->token;
		if (!script_token_next(w->source, &w->token))
			return;
		if (w->token.kind == SCRIPT_NUMBER)
			change_number(w);
		else if (w->token.kind == SCRIPT_TEXT)
			change_date(w);
		else if (w->token.kind == SCRIPT_SIGN)
			change_sign(w);
		else if (is(w, &w->token, "criterion"))
			drop_criterion(w);
	}
}

json_t *verify_changes(const json_t *files)
{
	json_t *changes = json_array();
	int rv = changes != NULL ? 0 : -ENOMEM;
	size_t i;
	const json_t *file;

	json_array_foreach(files, i, file) {
		const json_t *text = json_object_get(file, "text");
		struct walk w = {
			.file = json_member_text(file, "path"),
			.source = {json_string_value(text), json_string_length(text)},
			.changes = changes,
		};

		if (rv != 0 || script_is_test(w.file))
			continue;
		change_file(&w);
		rv = w.rv;
	}
	if (rv != 0) {
		json_decref(changes);
		changes = NULL;
	}
	return changes;
}

static json_t *edited(const json_t *text, const json_t *change)
{
	const char *bytes = json_string_value(text);
	size_t from = (size_t)json_member_integer(change, "offset", 0);
	size_t to = from + (size_t)json_member_integer(change, "length", 0);
	struct buffer out;

	buffer_init(&out);
	(void)buffer_append(&out, bytes, from); /* a failed buffer gives NULL */
	(void)buffer_append_text(&out, json_member_text(change, "with"));
	(void)buffer_append(&out, bytes + to, json_string_length(text) - to);
	json_t *result = out.failed ? NULL : json_stringn(out.bytes, out.length);
	buffer_deinit(&out);
	return result;
}

json_t *verify_changed(const json_t *files, const json_t *change)
{
	json_t *fresh = json_array();
	size_t i;
	const json_t *file;
	int rv = fresh != NULL ? 0 : -ENOMEM;

	json_array_foreach(files, i, file) {
		json_t *text = json_object_get(file, "text");
		bool its =
			json_equal(json_object_get(file, "path"), json_object_get(change, "file"));
		json_t *one = json_pack("{sO so}", "path", json_object_get(file, "path"), "text",
					its ? edited(text, change) : json_incref(text));

		if (json_array_append_new(fresh, one) != 0)
			rv = -ENOMEM;
	}
	if (rv != 0) {
		json_decref(fresh);
		fresh = NULL;
	}
	return fresh;
}
