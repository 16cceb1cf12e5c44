/* A decision of the log written as a test. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify/inner.h"

enum { SHORT_LINE = 76, DEPTH_LIMIT = 24 };

/* ---- Lua text -------------------------------------------------------------- */

static const char *const keywords[] = {
	"and",      "break",  "do",   "else", "elseif", "end",   "false", "for",
	"function", "goto",   "if",   "in",   "local",  "nil",   "not",   "or",
	"repeat",   "return", "then", "true", "until",  "while",
};

static void write_text(struct buffer *out, const char *text, size_t length)
{
	(void)buffer_append(out, "\"", 1); /* the buffer remembers, here and below */
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			(void)buffer_printf(out, "\\%c", c);
		else if (c < ' ' || c == 127)
			(void)buffer_printf(out, "\\%03u", c);
		else
			(void)buffer_append(out, text + i, 1);
	}
	(void)buffer_append(out, "\"", 1);
}

static bool is_plain_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || (*name >= '0' && *name <= '9') ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") != length)
		return false;
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (strcmp(keywords[i], name) == 0)
			return false;
	return true;
}

static void write_name(struct buffer *out, const char *name)
{
	if (is_plain_name(name)) {
		(void)buffer_append_text(out, name);
		return;
	}
	(void)buffer_append(out, "[", 1);
	write_text(out, name, strlen(name));
	(void)buffer_append(out, "]", 1);
}

static void indent(struct buffer *out, int depth)
{
	(void)buffer_append(out, "\n", 1);
	while (depth-- > 0)
		(void)buffer_append(out, "\t", 1);
}

/* What a client may leave out, and what stands for a personal value. */
static bool is_left_out(const json_t *value)
{
	return json_is_null(value) || (json_is_object(value) && json_object_size(value) == 1 &&
				       (json_is_string(json_object_get(value, "commitment")) ||
					json_object_get(value, "erased") != NULL));
}

/* How a group or list is written. */
struct layout {
	int depth;
	bool wide;  /* over several lines where it is long */
	bool nulls; /* nothing is written where there is nothing */
};

static void write_value(struct buffer *out, const json_t *value, struct layout l);

static void separate(struct buffer *out, struct layout l, bool first)
{
	if (l.wide)
		indent(out, l.depth + 1);
	else
		(void)buffer_append_text(out, first ? " " : ", ");
}

static void write_members(struct buffer *out, const json_t *value, struct layout l)
{
	struct layout inner = {l.depth + 1, l.wide, l.nulls};
	size_t count = 0, i;
	const char **names = json_is_object(value) ? json_sorted_names(value, &count) : NULL;
	const json_t *item;
	bool first = true;

	out->failed |= json_is_object(value) && names == NULL;
	for (i = 0; names != NULL && i < count; i++) {
		item = json_object_get(value, names[i]);
		if (is_left_out(item) && !l.nulls)
			continue;
		separate(out, l, first);
		write_name(out, names[i]);
		(void)buffer_append_text(out, " = ");
		write_value(out, item, inner);
		if (l.wide)
			(void)buffer_append(out, ",", 1);
		first = false;
	}
	free(names);
	json_array_foreach(value, i, item) {
		separate(out, l, first);
		write_value(out, item, inner);
		if (l.wide)
			(void)buffer_append(out, ",", 1);
		first = false;
	}
	if (l.wide)
		indent(out, l.depth);
	else
		(void)buffer_append_text(out, first ? "" : " ");
}

/* On one line where it fits there. */
static void write_group(struct buffer *out, const json_t *value, struct layout l)
{
	struct layout narrow = {l.depth, false, l.nulls};
	struct buffer line;

	buffer_init(&line);
	(void)buffer_append(&line, "{", 1);
	write_members(&line, value, narrow);
	(void)buffer_append(&line, "}", 1);
	out->failed |= line.failed;
	if (!l.wide || line.length + 8 * (size_t)l.depth <= SHORT_LINE) {
		(void)buffer_append(out, line.bytes, line.length);
	} else {
		(void)buffer_append(out, "{", 1);
		write_members(out, value, l);
		(void)buffer_append(out, "}", 1);
	}
	buffer_deinit(&line);
}

static void write_value(struct buffer *out, const json_t *value, struct layout l)
{
	if (json_is_string(value))
		write_text(out, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value))
		(void)buffer_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		(void)buffer_append_text(out, json_is_true(value) ? "true" : "false");
	else if ((json_is_object(value) || json_is_array(value)) && l.depth < DEPTH_LIMIT)
		write_group(out, value, l);
	else
		(void)buffer_append_text(out, "nothing");
}

/* ---- the test --------------------------------------------------------------------- */

/* A copy without this member. */
static json_t *without(const json_t *document, const char *name)
{
	json_t *copy = json_copy_of((json_t *)(uintptr_t)document);

	if (copy != NULL)
		(void)json_object_del(copy, name); /* it need not be there */
	return copy;
}

static bool is_kind(const json_t *entry, const char *kind)
{
	const char *its = json_member_text(entry, "kind");

	return its != NULL && strcmp(its, kind) == 0;
}

static bool is_revoked(const json_t *entries, const json_t *entry)
{
	size_t i;
	const json_t *other;

	json_array_foreach(entries, i, other) {
		const json_t *revokes = json_member(json_member(other, "body"), "revokes");

		if (revokes != NULL &&
		    json_equal(json_member(revokes, "sequence"), json_member(entry, "sequence")))
			return true;
	}
	return false;
}

static void write_member(struct buffer *out, const char *name, const json_t *value, bool nulls)
{
	indent(out, 1);
	(void)buffer_printf(out, "%s = ", name);
	write_value(out, value, (struct layout){1, true, nulls});
	(void)buffer_append(out, ",", 1);
}

/* What went before, as documents of the language: {"given"} or {"imported"}. */
static json_t *steps_before(const json_t *entries)
{
	json_t *steps = json_array();
	size_t i, count = json_array_size(entries);

	for (i = 0; steps != NULL && i + 1 < count; i++) {
		const json_t *entry = json_array_get(entries, i),
			     *body = json_member(entry, "body");
		bool import = is_kind(entry, "import");
		json_t *step, *what;

		if (!import && !is_kind(entry, "decision"))
			continue;
		what = without(json_member(body, import ? "award" : "submission"), "submission_id");
		step = json_pack("{so}", import ? "imported" : "given", what);
		if (step != NULL && is_revoked(entries, entry) &&
		    json_put(step, "revoked", json_true()) != 0) {
			json_decref(step);
			step = NULL;
		}
		if (json_array_append_new(steps, step) != 0) {
			json_decref(steps);
			steps = NULL;
		}
	}
	return steps;
}

static int add_statuses(json_t *expect, const json_t *decision)
{
	json_t *criteria = json_object(), *given = json_object();
	size_t i, j;
	const json_t *award, *one;
	int rv = json_put(expect, "criteria", criteria);

	if (json_put(expect, "commendations", given) != 0 || rv != 0)
		return -ENOMEM;
	json_array_foreach(json_member(decision, "awards"), i, award) {
		json_array_foreach(json_member(award, "criteria"), j, one) {
			if (json_put(criteria, json_member_text(one, "id"),
				     json_incref(json_object_get(one, "status"))) != 0)
				return -ENOMEM;
		}
	}
	json_array_foreach(json_member(json_member(decision, "outcome"), "commendations"), i, one) {
		if (json_put(given, json_string_value(one), json_true()) != 0)
			return -ENOMEM;
	}
	if (json_object_size(given) == 0)
		(void)json_object_del(expect, "commendations"); /* it is there */
	return 0;
}

static json_t *expectation(const json_t *decision)
{
	json_t *outcome = without(json_member(decision, "outcome"), "award");
	json_t *expect = json_pack("{sO so}", "award",
				   json_object_get(json_member(decision, "outcome"), "award"),
				   "outcome", outcome);

	if (expect == NULL || add_statuses(expect, decision) != 0) {
		json_decref(expect);
		return NULL;
	}
	(void)json_object_del(outcome, "commendations"); /* said in their own words */
	return expect;
}

static void write_test(struct buffer *out, const json_t *entry, json_t *const parts[3])
{
	const json_t *decision = json_member(json_member(entry, "body"), "decision");
	const char *rules = json_member_text(json_member(decision, "rules"), "digest");
	const char *day = json_member_text(parts[0], "assessed_on");
	const char *partnership = json_member_text(json_member(parts[0], "partnership"), "id");
	const char *id = json_member_text(entry, "id");

	(void)buffer_printf(out, "-- Decision %s of the log", id);
	if (rules != NULL)
		(void)buffer_printf(out, ", made under %s", rules);
	(void)buffer_printf(out, ".\ntest \"%s on %s (%s)\" {", partnership, day, id);
	write_member(out, "given", parts[0], false);
	if (json_array_size(parts[1]) > 0)
		write_member(out, "before", parts[1], false);
	write_member(out, "expect", parts[2], true);
	(void)buffer_append_text(out, "\n}\n");
}

int verify_record(const json_t *entries, struct buffer *out, struct err *e)
{
	const json_t *entry = json_array_get(entries, json_array_size(entries) - 1);
	const json_t *body = json_member(entry, "body");

	if (json_array_size(entries) == 0 || !is_kind(entry, "decision"))
		return err_set(e, AW_EINVALID, "it is no decision, and only decisions are tested");
	json_t *parts[3] = {without(json_member(body, "submission"), "submission_id"),
			    steps_before(entries), expectation(json_member(body, "decision"))};
	int rv = parts[0] != NULL && parts[1] != NULL && parts[2] != NULL ? 0 : -ENOMEM;

	if (rv == 0) {
		write_test(out, entry, parts);
		rv = buffer_status(out);
	}
	for (size_t i = 0; i < 3; i++)
		json_decref(parts[i]);
	return rv == 0 ? 0 : err_set(e, rv, "no memory for the test");
}
