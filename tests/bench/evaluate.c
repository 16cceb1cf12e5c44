/*
 * How long one evaluation takes in one process, and how much of it goes to a state that
 * nothing was run in: bench-evaluate [how many [FRAMES [counted]]]. FRAMES is what an awardd
 * sent to its evaluators (standin/capture.c); without, one submission is asked again and again.
 * The digest is of all answers. Nothing depends on the numbers.
 */
#include <time.h>

#include "../script/rig.h"
#include "evaluator/frame.h"

struct bench {
	struct rig rig;
	struct buffer frames, answer;
	struct json_index index;
	struct digest answers;
	double prepare, run; /* microseconds */
};

static double now_us(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* No run is in doubt because this process was slow, or is under valgrind. */
static int64_t standing(void)
{
	return 1;
}

static void read_frames(struct bench *b, const char *path)
{
	struct err e = {0, ""};

	if (file_read(path, (size_t)1 << 30, &b->frames, &e) != 0)
		fail_msg("%s", e.text);
}

/* As pool.c makes it. */
static void make_frame(struct bench *b)
{
	json_t *request = json_pack("{s:{s:[], s:o}, s:s}", "input", "history", "submission",
				    rig_submission(NULL), "operation", "decide");
	size_t begun = frame_begin(&b->frames, FRAME_RUN);

	assert_int_equal(json_compact(request, &b->frames), 0);
	assert_int_equal(frame_end(&b->frames, begun), 0);
	json_decref(request);
}

/* All that callgrind is to count: --toggle-collect=evaluate. */
static __attribute__((noinline)) int evaluate(struct bench *b, struct text request)
{
	double begun = now_us(), ran;
	int rv = json_index_read(&b->index, request);

	buffer_clear(&b->answer);
	if (rv == 0)
		rv = script_run_item(b->rig.script, b->index.items, &b->answer, &b->rig.fault);
	ran = now_us();
	script_prepare(b->rig.script);
	b->run += ran - begun;
	b->prepare += now_us() - ran;
	return rv;
}

static void evaluate_next(struct bench *b, size_t *at)
{
	struct frame frame;

	do {
		struct buffer rest = {.bytes = b->frames.bytes + *at,
				      .length = b->frames.length - *at};
		if (*at == b->frames.length || frame_take(&rest, &frame) != 1)
			fail_msg("there are not so many requests");
		*at += FRAME_HEADER + frame.body.length;
	} while (frame.type != FRAME_RUN);
	int rv = evaluate(b, frame.body);
	if (rv != 0)
		(void)buffer_append_text(&b->answer, b->rig.fault.message);
	assert_true(rv == 0 || rv == AW_ESCRIPT);
	b->answers = digest_of_two(b->answers.bytes, sizeof b->answers.bytes, b->answer.bytes,
				   b->answer.length);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 5000;
	struct bench b = {.prepare = 0};
	char answers[2 * sizeof b.answers.bytes + 1];
	size_t at = 0;

	if (argc <= 3) /* as evaluators do */
		assert_int_equal(script_hurry(standing), 0);
	double opened = now_us();
	rig_open(&b.rig, NULL);
	opened = now_us() - opened;
	if (argc > 2)
		read_frames(&b, argv[2]);
	else
		make_frame(&b);
	for (int i = 0; i < count; i++) {
		at = argc > 2 ? at : 0;
		evaluate_next(&b, &at);
	}
	hex_format(b.answers.bytes, sizeof b.answers.bytes, answers);
	printf("%d evaluations: %.0f a second; each %.1f µs, of which a fresh state %.1f µs "
	       "(%.0f %%); opening the rules %.0f µs; answers %s\n",
	       count, count * 1e6 / (b.prepare + b.run), (b.prepare + b.run) / count,
	       b.prepare / count, 100 * b.prepare / (b.prepare + b.run), opened, answers);
	buffer_deinit(&b.answer);
	buffer_deinit(&b.frames);
	json_index_deinit(&b.index);
	rig_close(&b.rig);
	return 0;
}
