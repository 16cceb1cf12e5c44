/* What the data of an error say, line by line, for people. */
#include <stdio.h>
#include <string.h>

#include "ctl/session.h"

static void put_line(struct paper *p, const char *text)
{
	paper_pad(p, 2);
	paper_text(p, text);
	paper_newline(p);
}

void session_fault(const json_t *error, char *out, size_t size)
{
	const char *pointer = json_member_text(error, "pointer");
	const char *file = json_member_text(error, "file");
	const char *message = json_member_text(error, "message");
	json_int_t line = json_member_integer(error, "line", 0);

	if (message == NULL)
		message = "";
	if (file != NULL && *file != '\0' && line > 0)
		(void)snprintf(out, size, "%s:%" JSON_INTEGER_FORMAT ": %s", file, line, message);
	else if (file != NULL && *file != '\0')
		(void)snprintf(out, size, "%s: %s", file, message);
	else if (pointer != NULL)
		(void)snprintf(out, size, "%s: %s", *pointer != '\0' ? pointer : "(the whole)",
			       message);
	else
		(void)snprintf(out, size, "%s", message);
}

static void put_rule_failure(struct paper *p, const json_t *data)
{
	const char *file = json_member_text(data, "file");
	const char *reason = json_member_text(data, "reason");

	paper_pad(p, 2);
	paper_text(p, reason);
	if (file != NULL)
		paper_format(p, ": %s:%" JSON_INTEGER_FORMAT, file,
			     json_member_integer(data, "line", 0));
	paper_newline(p);
}

static void put_data(struct paper *p, const json_t *data)
{
	const json_t *errors = json_member(data, "errors");
	const char *role = json_member_text(data, "role");
	const char *decision = json_member_text(data, "decision_id");
	size_t i;
	json_t *each;
	char line[256];

	json_array_foreach(errors, i, each) {
		char fault[FAULT_TEXT];

		session_fault(each, fault, sizeof fault);
		put_line(p, fault);
	}
	if (role != NULL) {
		(void)snprintf(line, sizeof line, "the role %s would be needed", role);
		put_line(p, line);
	}
	if (decision != NULL) {
		(void)snprintf(line, sizeof line, "see the decision %s", decision);
		put_line(p, line);
	}
	if (json_member_text(data, "reason") != NULL)
		put_rule_failure(p, data);
}

void session_refusal(const struct session *s, const char *where, const struct awardd_answer *answer)
{
	const char *text = answer->data != NULL ? answer->data : "null";
	json_t *data = json_loads(text, JSON_DECODE_ANY, NULL);
	struct paper p;

	paper_init(&p, s->err);
	paper_tone(&p, TONE_BAD);
	paper_format(&p, "awardctl: %s%s%s (%lld)", where, *where != '\0' ? ": " : "",
		     answer->message != NULL ? answer->message : "refused",
		     (long long)answer->code);
	paper_tone(&p, TONE_PLAIN);
	paper_newline(&p);
	put_data(&p, data);
	if (buffer_status(&p.out) == 0)
		(void)fwrite(p.out.bytes, 1, p.out.length, stderr); /* nowhere else to say it */
	paper_deinit(&p);
	json_decref(data);
}
