/* The one wording of what is wrong in a rule set, or failed in it. */
#include "ruleset/ruleset.h"

static int append(const char *file, json_int_t line, const char *message, struct buffer *out)
{
	if (file != NULL && *file != '\0') {
		(void)buffer_append_text(out, file); /* the buffer remembers */
		if (line > 0)
			(void)buffer_printf(out, ":%" JSON_INTEGER_FORMAT, line); /* likewise */
		(void)buffer_append_text(out, ": ");                              /* likewise */
	}
	return buffer_append_text(out, message != NULL ? message : "");
}

int rule_fault_append(const json_t *fault, struct buffer *out)
{
	return append(json_member_text(fault, "file"), json_member_integer(fault, "line", 0),
		      json_member_text(fault, "message"), out);
}

int rule_failure_append(const struct evaluation *e, struct buffer *out)
{
	return append(e->file, e->line, e->message, out);
}
