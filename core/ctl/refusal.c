/* What the data of an error say, line by line, for people. */
#include <stdio.h>
#include <string.h>

#include "ctl/session.h"
#include "ruleset/ruleset.h"

static void put_line(struct paper *p, const char *text)
{
	paper_pad(p, 2);
	paper_text(p, text);
	paper_newline(p);
}

int session_fault(const json_t *error, struct buffer *out)
{
	const char *pointer = json_member_text(error, "pointer");

	if (pointer != NULL)
		(void)buffer_printf(
			out, "%s: ", *pointer != '\0' ? pointer : "(the whole)"); /* remembered */
	return rule_fault_append(error, out);
}

static void put_rule_failure(struct paper *p, const json_t *data)
{
	const char *file = json_member_text(data, "file");
	const char *reason = json_member_text(data, "reason");
	const char *plugin = json_member_text(data, "plugin");

	paper_pad(p, 2);
	if (plugin != NULL)
		paper_format(p, "by the plugin %s: ", plugin);
	paper_text(p, reason);
	if (file != NULL && *file != '\0')
		paper_format(p, ": %s:%" JSON_INTEGER_FORMAT, file,
			     json_member_integer(data, "line", 0));
	paper_newline(p);
}

/* The option that the parameter was given by, or NULL. */
static const char *option_of(const struct session *s, const char *pointer)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%s",
		       strcmp(pointer, "/media_type") == 0 ? "/as" : pointer); /* may be cut */
	for (char *c = strchr(name, '_'); c != NULL; c = strchr(c, '_'))
		*c = '-';
	for (int i = 0; i < OPTION_COUNT; i++)
		if (*name == '/' && strcmp(option_texts[i].name, name + 1) == 0)
			return session_option(s, (enum option)i) != NULL ? option_texts[i].name
									 : NULL;
	return NULL;
}

static int append_fault(const struct session *s, const json_t *error, struct buffer *out)
{
	const char *pointer = json_member_text(error, "pointer");
	const char *option = pointer != NULL ? option_of(s, pointer) : NULL;

	if (option == NULL)
		return session_fault(error, out);
	(void)buffer_printf(out, "--%s: ", option); /* the buffer remembers */
	return rule_fault_append(error, out);
}

static void put_data(const struct session *s, struct paper *p, const json_t *data)
{
	const json_t *errors = json_member(data, "errors");
	const char *role = json_member_text(data, "role");
	const char *decision = json_member_text(data, "decision_id");
	size_t i;
	json_t *each;
	char line[256];
	struct buffer fault;

	buffer_init(&fault);
	json_array_foreach(errors, i, each) {
		buffer_clear(&fault);
		put_line(p,
			 append_fault(s, each, &fault) == 0 ? fault.bytes : "no memory to say it");
	}
	buffer_deinit(&fault);
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
	json_t *data = json_read(text_of(text), NULL);
	struct paper p;

	paper_init(&p, s->err);
	paper_tone(&p, TONE_BAD);
	paper_format(&p, "awardctl: %s%s%s (%lld)", where, *where != '\0' ? ": " : "",
		     answer->message != NULL ? answer->message : "refused",
		     (long long)answer->code);
	paper_tone(&p, TONE_PLAIN);
	paper_newline(&p);
	put_data(s, &p, data);
	session_complain(&p);
	paper_deinit(&p);
	json_decref(data);
}
