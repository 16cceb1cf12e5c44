/*
 * awardd with a constant in the place of rules: the linker puts these two functions where its
 * evaluators would run the rules. The first submission of the load is decided; every later one
 * gets that decision, with its own submission_id and partnership written in. All else is
 * awardd's: sockets, parsing, looking up, evaluator processes, entries, COMMITs.
 */
#include <stdlib.h>
#include <string.h>

#include "script/script.h"

enum { ID = 36, AREA = 12, PLACES_MOST = 16 };

struct constant {
	char *text; /* NULL: nothing was decided yet */
	size_t length, places, at[PLACES_MOST];
	size_t id; /* where the submission_id stands, the areas at `at` */
};

int __real_script_run(struct script *s, const char *operation, const json_t *input,
		      struct buffer *out, struct script_fault *fault);
int __wrap_script_run(struct script *s, const char *operation, const json_t *input,
		      struct buffer *out, struct script_fault *fault);
void __real_script_prepare(struct script *s);
void __wrap_script_prepare(struct script *s);

/* Of an evaluator process: what stands in for its rules has no other place to keep it. */
static struct constant constant;

static void keep(const char *text, size_t length, const char *id, const char *area)
{
	struct constant made = {.text = malloc(length), .length = length};
	const char *found = memmem(text, length, id, ID);

	if (made.text == NULL || found == NULL)
		abort(); /* it measures nothing then */
	memcpy(made.text, text, length);
	made.id = (size_t)(found - text);
	for (found = text; made.places < PLACES_MOST; found++) {
		found = memmem(found, length - (size_t)(found - text), area, AREA);
		if (found == NULL)
			break;
		made.at[made.places++] = (size_t)(found - text);
	}
	constant = made;
}

static int give(const char *id, const char *area, struct buffer *out)
{
	memcpy(constant.text + constant.id, id, ID);
	for (size_t i = 0; i < constant.places; i++)
		memcpy(constant.text + constant.at[i], area, AREA);
	return buffer_append(out, constant.text, constant.length);
}

int __wrap_script_run(struct script *s, const char *operation, const json_t *input,
		      struct buffer *out, struct script_fault *fault)
{
	const json_t *submission = json_member(input, "submission");
	const char *id = json_member_text(submission, "submission_id");
	const char *area = json_member_text(json_member(submission, "partnership"), "id");
	bool of_load = strcmp(operation, "decide") == 0 && id != NULL && strlen(id) == ID &&
		       area != NULL && strlen(area) == AREA;
	size_t begun = out->length;

	if (of_load && constant.text != NULL)
		return give(id, area, out);
	int rv = __real_script_run(s, operation, input, out, fault);
	if (rv == 0 && of_load)
		keep(out->bytes + begun, out->length - begun, id, area);
	return rv;
}

/* No state was used up. */
void __wrap_script_prepare(struct script *s)
{
	if (constant.text == NULL)
		__real_script_prepare(s);
}
