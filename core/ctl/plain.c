/* The verbs that show one document: the daemon, the rules, any call. */
#include <stdlib.h>
#include <string.h>

#include "ctl/input.h"
#include "ctl/outline.h"
#include "ctl/table.h"
#include "ctl/verb.h"

static void write_outline(struct session *s, struct paper *p, const json_t *result)
{
	(void)s;
	outline_write(p, result);
}

/* What a rule set was refused for reads better as lines than as a table. */
static void write_rules(struct session *s, struct paper *p, const json_t *result)
{
	json_t *shown = json_deep_copy(result), *each;
	json_t *errors = json_object_get(json_object_get(shown, "last_rejection"), "errors");
	struct buffer fault;
	size_t i;

	buffer_init(&fault);
	json_array_foreach(errors, i, each) {
		buffer_clear(&fault);
		/* Where it does not succeed the error is shown as it came. */
		if (session_fault(each, &fault) == 0)
			(void)json_array_set_new(errors, i, json_string(fault.bytes));
	}
	buffer_deinit(&fault);
	write_outline(s, p, shown != NULL ? shown : result);
	json_decref(shown);
}

int verb_status(struct session *s)
{
	return session_show(s, "server.status", json_null(), write_outline);
}

int verb_rules_status(struct session *s)
{
	return session_show(s, "rules.get", json_null(), write_rules);
}

int verb_rules_reload(struct session *s)
{
	return session_show(s, "rules.reload", json_null(), write_rules);
}

/* What was wrong with a rule set that was refused, below the list. */
static void write_refused(struct paper *p, const json_t *row)
{
	const json_t *errors = json_member(row, "errors");
	struct buffer fault;
	size_t i;
	json_t *each;

	buffer_init(&fault);
	json_array_foreach(errors, i, each) {
		buffer_clear(&fault);
		paper_wrap_format(p, 2, "entry %" JSON_INTEGER_FORMAT ": %s",
				  json_member_integer(row, "sequence", 0),
				  session_fault(each, &fault) == 0 ? fault.bytes
								   : "no memory to say it");
	}
	buffer_deinit(&fault);
}

static void write_history(struct session *s, struct paper *p, const json_t *result)
{
	static const char *const headings[] = {"Entry", "When", "What", "Cause", "By", "Digest"};
	const json_t *rows = json_member(result, "history");
	struct table t;
	size_t i;
	json_t *row;

	(void)s;
	if (json_array_size(rows) == 0)
		paper_wrap(p, 0, "No rule set has been tried yet.");
	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(rows, i, row) {
		table_add_integer(&t, json_member(row, "sequence"));
		table_add(&t, json_member_text(row, "at"));
		table_add(&t, json_member_text(row, "kind"));
		table_add(&t, json_member_text(row, "cause"));
		table_add(&t, json_member_text(json_member(row, "by"), "user"));
		table_add(&t, json_member_text(row, "digest"));
	}
	if (t.count > 0 || t.failed)
		table_write(&t, p);
	table_deinit(&t);
	json_array_foreach(rows, i, row)
		write_refused(p, row);
}

int verb_rules_history(struct session *s)
{
	return session_show(s, "rules.history", json_null(), write_history);
}

static void write_json(struct session *s, struct paper *p, const json_t *result)
{
	(void)s;
	outline_write_json(p, result);
}

/* PARAMS, or standard input where they are "-". */
static json_t *read_params(struct session *s)
{
	struct buffer text;
	struct err e;
	json_t *params = NULL;

	buffer_init(&text);
	if (strcmp(s->operands[1], "-") == 0 && input_read("-", &text, &e) != 0)
		(void)session_say(s, 0, "PARAMS: %s", e.text); /* NULL says it */
	else if (strcmp(s->operands[1], "-") != 0 && buffer_append_text(&text, s->operands[1]) != 0)
		(void)session_say(s, 0, "no memory for PARAMS"); /* likewise */
	else
		params = json_read((struct text){text.bytes != NULL ? text.bytes : "", text.length},
				   &e);
	if (params == NULL && text.bytes != NULL)
		(void)session_say(s, 0, "PARAMS: %s", e.text); /* likewise */
	buffer_deinit(&text);
	if (params != NULL && !json_is_object(params) && !json_is_array(params)) {
		(void)session_say(s, 0, "PARAMS is a JSON object or array"); /* likewise */
		json_decref(params);
		params = NULL;
	}
	return params;
}

int verb_call(struct session *s)
{
	json_t *params = json_null();

	if (s->count > 1) {
		params = read_params(s);
		if (params == NULL)
			return EXIT_USAGE;
	}
	return session_show(s, s->operands[0], params, write_json);
}
