/*
 * awardd with a constant in the place of rules: the linker puts these two functions between its
 * evaluators and the daemon. The first submission of the load is decided; every later one gets
 * that decision, with its own submission_id and partnership written in. All else is awardd's:
 * sockets, parsing, looking up, evaluator processes, entries, COMMITs.
 */
#include <stdlib.h>
#include <string.h>

#include "evaluator/frame.h"

enum { ID = 36, AREA = 12, PLACES_MOST = 16 };

/* One decision, as the frame that it was sent in. */
struct constant {
	struct buffer frame;                   /* empty: nothing was decided yet */
	size_t id, places, areas[PLACES_MOST]; /* where its submission_id and its area stand */
	char first_id[ID], first_area[AREA];   /* of the submission that is being decided */
	bool deciding;
};

int __real_frame_receive(struct buffer *in, struct frame *frame);
int __wrap_frame_receive(struct buffer *in, struct frame *frame);
int __real_frame_send(const struct buffer *out);
int __wrap_frame_send(const struct buffer *out);

/* Of an evaluator process: what stands in for its rules has no other place to keep it. */
static struct constant constant;

static const char *behind(struct text t, const char *words, size_t length)
{
	const char *found = memmem(t.bytes, t.length, words, strlen(words));

	if (found == NULL || (size_t)(t.bytes + t.length - found) < strlen(words) + length)
		return NULL;
	return found + strlen(words);
}

/* Rules' own tests have no submission_id, and are decided by the rules. */
static bool is_of_load(const struct frame *frame, const char **id, const char **area)
{
	static const char operation[] = ",\"operation\":\"decide\"}";
	struct text body = frame->body;
	size_t length = sizeof operation - 1;

	if (frame->type != FRAME_RUN || body.length < length ||
	    memcmp(body.bytes + body.length - length, operation, length) != 0)
		return false;
	*id = behind(body, "\"submission_id\":\"", ID);
	*area = behind(body, "\"id\":\"area-", AREA - 5);
	if (*id == NULL || *area == NULL)
		return false;
	*area -= 5;
	return true;
}

/* Its answer may leave behind another one, or before. */
static bool find_answer(const struct buffer *out, struct text *answer)
{
	struct buffer rest = *out; /* whose bytes stay where they are */
	struct frame frame;

	while (frame_take(&rest, &frame) == 1) {
		*answer = (struct text){rest.bytes, FRAME_HEADER + frame.body.length};
		if (memmem(answer->bytes, answer->length, constant.first_id, ID) != NULL)
			return true;
		rest.bytes += answer->length;
		rest.length -= answer->length;
	}
	return false;
}

static void keep(struct text answer)
{
	const char *found = memmem(answer.bytes, answer.length, constant.first_id, ID);

	constant.deciding = false;
	if (found == NULL || buffer_append(&constant.frame, answer.bytes, answer.length) != 0)
		abort(); /* it measures nothing then */
	constant.id = (size_t)(found - answer.bytes);
	for (size_t at = 0; constant.places < PLACES_MOST; at++) {
		found = memmem(answer.bytes + at, answer.length - at, constant.first_area, AREA);
		if (found == NULL)
			break;
		at = (size_t)(found - answer.bytes);
		constant.areas[constant.places++] = at;
	}
}

static int give(const char *id, const char *area)
{
	memcpy(constant.frame.bytes + constant.id, id, ID);
	for (size_t i = 0; i < constant.places; i++)
		memcpy(constant.frame.bytes + constant.areas[i], area, AREA);
	return __real_frame_send(&constant.frame);
}

int __wrap_frame_receive(struct buffer *in, struct frame *frame)
{
	const char *id, *area;

	for (;;) {
		int rv = __real_frame_receive(in, frame);
		if (rv != 0 || !is_of_load(frame, &id, &area))
			return rv;
		if (constant.deciding)
			return 0; /* the first one's answer waits for this one's */
		if (constant.frame.length == 0) {
			memcpy(constant.first_id, id, ID);
			memcpy(constant.first_area, area, AREA);
			constant.deciding = true;
			return 0;
		}
		rv = give(id, area);
		if (rv != 0)
			return rv;
		buffer_consume(in, FRAME_HEADER + frame->body.length);
	}
}

int __wrap_frame_send(const struct buffer *out)
{
	struct text answer;

	if (constant.deciding && find_answer(out, &answer))
		keep(answer);
	return __real_frame_send(out);
}
