/*
 * awardd with a constant in the place of rules: the linker puts these two functions between its
 * evaluators and the daemon. The first submission of the load is decided; every later one gets
 * that decision, with its own submission_id and partnership written in. All else is awardd's:
 * sockets, parsing, looking up, evaluator processes, entries, COMMITs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/frame.h"

enum { ID = 36, AREA = 12, PLACES_MOST = 16 };

/* One decision, as the frame that it was sent in. */
struct constant {
	struct buffer frame;                   /* empty: nothing was decided yet */
	size_t id, places, areas[PLACES_MOST]; /* where its submission_id and its area stand */
	char first_id[ID], first_area[AREA];   /* of the submission that is being decided */
	size_t owed; /* answers that the evaluator has not sent: none may overtake them */
};

int __real_frame_receive(struct buffer *in, struct frame *frame);
int __wrap_frame_receive(struct buffer *in, struct frame *frame);
int __real_frame_send(const struct buffer *out);
int __wrap_frame_send(const struct buffer *out);
int __wrap_script_hurry(int64_t (*clock)(void));

/* Of an evaluator process: what stands in for its rules has no other place to keep it. */
static struct constant constant;

/* The few runs there are count their steps, each time in the same order, however busy the machine. */
int __wrap_script_hurry(int64_t (*clock)(void))
{
	(void)clock;
	return -ENOTSUP;
}

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

static void keep(struct text answer)
{
	const char *found = memmem(answer.bytes, answer.length, constant.first_id, ID);

	if (found == NULL)
		return; /* of another */
	if (buffer_append(&constant.frame, answer.bytes, answer.length) != 0)
		abort(); /* it measures nothing then */
	constant.id = (size_t)(found - answer.bytes);
	for (size_t at = 0; constant.places < PLACES_MOST; at += AREA) {
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
	int rv;

	while ((rv = __real_frame_receive(in, frame)) == 0 && is_of_load(frame, &id, &area)) {
		if (constant.owed > 0)
			break; /* by the rules: what is owed may wait for this one's answer */
		if (constant.frame.length == 0) {
			memcpy(constant.first_id, id, ID);
			memcpy(constant.first_area, area, AREA);
			break;
		}
		rv = give(id, area);
		if (rv != 0)
			return rv;
		buffer_consume(in, FRAME_HEADER + frame->body.length);
	}
	constant.owed += rv == 0;
	return rv;
}

int __wrap_frame_send(const struct buffer *out)
{
	struct buffer rest = *out; /* whose bytes stay where they are */
	struct frame frame;

	for (; frame_take(&rest, &frame) == 1; constant.owed--) {
		size_t length = FRAME_HEADER + frame.body.length;
		if (constant.frame.length == 0 && constant.first_id[0] != 0)
			keep((struct text){rest.bytes, length});
		rest.bytes += length;
		rest.length -= length;
	}
	return __real_frame_send(out);
}
