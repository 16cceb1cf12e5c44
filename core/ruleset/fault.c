/* The one wording of what is wrong in a rule set. */
#include "ruleset/ruleset.h"

int rule_fault_append(const json_t *fault, struct buffer *out)
{
	const char *file = json_member_text(fault, "file");
	const char *message = json_member_text(fault, "message");
	json_int_t line = json_member_integer(fault, "line", 0);

	if (file != NULL && *file != '\0') {
		(void)buffer_append_text(out, file); /* the buffer remembers */
		if (line > 0)
			(void)buffer_printf(out, ":%" JSON_INTEGER_FORMAT, line); /* likewise */
		(void)buffer_append_text(out, ": ");                              /* likewise */
	}
	return buffer_append_text(out, message != NULL ? message : "");
}
