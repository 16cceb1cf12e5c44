/* register import: a roll in CSV or JSON, told apart by its first character. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/csv.h"
#include "ctl/input.h"
#include "ctl/verb.h"

struct roll_file {
	const char *name;
	json_t *params;
	int *lines; /* of each award; NULL for JSON */
};

static bool looks_like_json(struct text t)
{
	size_t i = t.length >= 3 && memcmp(t.bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	while (i < t.length && strchr(" \t\r\n", t.bytes[i]) != NULL)
		i++;
	return i < t.length && (t.bytes[i] == '{' || t.bytes[i] == '[');
}

/* {"awards": […]} as it is, or a bare array of awards. */
static json_t *read_json(struct text t, struct err *e)
{
	size_t mark = t.length >= 3 && memcmp(t.bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	json_error_t error;
	json_t *document = json_load_whole((struct text){t.bytes + mark, t.length - mark},
					   JSON_REJECT_DUPLICATES, &error);

	if (document == NULL) {
		char problem[256];

		input_explain(&error, problem, sizeof problem);
		(void)err_set(e, AW_ESYNTAX, "%d: %s", error.line, problem); /* NULL says it */
		return NULL;
	}
	return json_is_array(document) ? json_pack("{s:o}", "awards", document) : document;
}

static int read_roll(struct session *s, struct roll_file *r)
{
	struct buffer text;
	struct err e;
	int status = EXIT_DONE;

	buffer_init(&text);
	if (input_read(s->operands[0], &text, &e) != 0) {
		status = session_say(s, EXIT_UNEXPECTED, "%s: %s", r->name, e.text);
	} else {
		struct text t = {text.bytes, text.length};

		r->params = looks_like_json(t) ? read_json(t, &e) : roll_read(t, &r->lines, &e);
		if (r->params == NULL)
			status = session_say(s, EXIT_UNEXPECTED, "%s:%s", r->name, e.text);
	}
	buffer_deinit(&text);
	return status;
}

/* Splits "/awards/3/award": the award's index and what follows; -1 where it
 * points elsewhere. */
static long award_index(const char *pointer, const char **rest)
{
	static const char head[] = "/awards/";
	char *end;

	if (strncmp(pointer, head, sizeof head - 1) != 0)
		return -1;
	long index = strtol(pointer + sizeof head - 1, &end, 10);

	*rest = *end == '/' ? end + 1 : end;
	return end == pointer + sizeof head - 1 ? -1 : index;
}

/* Each error where it stands in the file. */
static void say_errors(const struct session *s, const struct roll_file *r, const json_t *errors)
{
	size_t i;
	json_t *each;

	json_array_foreach(errors, i, each) {
		const char *pointer = json_member_text(each, "pointer");
		const char *message = json_member_text(each, "message"), *rest = "";
		long index = pointer != NULL ? award_index(pointer, &rest) : -1;

		if (index < 0 || (size_t)index >= json_array_size(json_member(r->params, "awards")))
			(void)session_say(s, 0, "%s: %s: %s", r->name, pointer, message);
		else if (r->lines != NULL)
			(void)session_say(s, 0, "%s:%d: %s: %s", r->name, r->lines[index], rest,
					  message);
		else
			(void)session_say(s, 0, "%s: award %ld: %s: %s", r->name, index + 1, rest,
					  message);
	}
}

static void write_count(struct paper *p, const json_t *result)
{
	json_int_t imported = json_member_integer(result, "imported", 0);
	json_int_t known = json_member_integer(result, "already_known", 0);
	char count[DAY_TEXT];

	wording_number(imported, count);
	paper_format(p, "%s %s imported", count, imported == 1 ? "award" : "awards");
	if (known > 0) {
		wording_number(known, count);
		paper_format(p, ", %s known already", count);
	}
	paper_newline(p);
}

static int print_count(struct session *s, const char *text)
{
	json_t *result = json_read(text_of(text), NULL);
	struct paper p;
	int status;

	if (s->json) {
		json_decref(result);
		return session_print_json(s, text, true);
	}
	if (result == NULL)
		return session_say(
			s, EXIT_UNEXPECTED,
			"the awards are imported, and there is no memory to read how many");
	paper_init(&p, s->out);
	write_count(&p, result);
	status = session_print(s, &p);
	paper_deinit(&p);
	json_decref(result);
	return status;
}

/* Where the daemon refuses the awards one by one, the file's lines are more use
 * than pointers. */
static void say_refusal(struct session *s, const struct roll_file *r, struct awardd_answer *answer)
{
	json_t *data = answer->data != NULL ? json_read(text_of(answer->data), NULL) : NULL;
	const json_t *errors = json_member(data, "errors");

	if (json_array_size(errors) > 0) {
		free(answer->data);
		answer->data = NULL;
	}
	session_refusal(s, r->name, answer);
	say_errors(s, r, errors);
	json_decref(data);
}

int verb_register_import(struct session *s)
{
	struct roll_file r = {.name = input_name(s->operands[0])};
	struct awardd_answer answer;
	int status = read_roll(s, &r);

	if (status == EXIT_DONE) {
		status = session_ask(s, "register.import", json_incref(r.params), &answer);
		if (status == EXIT_REFUSED)
			say_refusal(s, &r, &answer);
		else if (status == EXIT_DONE)
			status = print_count(s, answer.result);
		awardd_answer_deinit(&answer);
	}
	json_decref(r.params);
	free(r.lines);
	return status;
}
