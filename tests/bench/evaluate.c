/*
 * How long one evaluation takes in one process, and how much of it goes to a state
 * that nothing was run in: bench-evaluate [how many]. Nothing depends on the numbers.
 */
#include <time.h>

#include "../script/rig.h"

static double now_us(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 5000;
	double prepare = 0, run = 0, opened = now_us(), begun;
	json_t *input = json_pack("{s:o, s:[]}", "submission", rig_submission(NULL), "history");
	struct buffer out;
	struct rig r;

	assert_int_equal(script_hurry(NULL), 0); /* as evaluators do */
	rig_open(&r, NULL);
	opened = now_us() - opened;
	buffer_init(&out);
	for (int i = 0; i < count; i++) {
		begun = now_us();
		script_prepare(r.script);
		prepare += now_us() - begun;
		begun = now_us();
		buffer_clear(&out);
		assert_int_equal(script_run(r.script, "decide", input, &out, &r.fault), 0);
		run += now_us() - begun;
	}
	printf("%d evaluations: %.0f a second; each %.0f µs, of which a fresh state %.0f µs "
	       "(%.0f %%); opening the rules %.0f µs\n",
	       count, count * 1e6 / (prepare + run), (prepare + run) / count, prepare / count,
	       100 * prepare / (prepare + run), opened);
	buffer_deinit(&out);
	json_decref(input);
	rig_close(&r);
	return 0;
}
