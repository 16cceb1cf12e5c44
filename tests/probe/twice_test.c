/* A rule cannot answer the same submission in two ways, so here the evaluator
 * does: one that stands between, and now and then changes a word. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"

enum { PIECE = 1 << 20, CHANGED_EVERY = 7 };

/* ---- the evaluator that stands between ------------------------------------ */

static void write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n <= 0)
			_exit(0); /* the other side has gone */
		bytes += n;
		length -= (size_t)n;
	}
}

/* Another word of the same length; frames keep theirs. */
static void change(char *bytes, size_t length)
{
	static const char from[] = "\"change\":\"first\"";
	char *at = memmem(bytes, length, from, sizeof from - 1);

	if (at != NULL)
		memcpy(at, "\"change\":\"fault\"", sizeof from - 1);
}

static int stand_between(void)
{
	static char piece[PIECE];
	unsigned long answers = 0;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return 1;
	pid_t child = fork();
	if (child == 0) {
		if (dup2(ends[1], 0) != 0 || close(ends[0]) != 0 || close(ends[1]) != 0)
			_exit(1);
		_exit(evaluator_main(0, NULL));
	}
	close(ends[1]);
	struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = ends[0], .events = POLLIN}};
	while (child > 0 && poll(both, 2, -1) > 0) {
		for (int i = 0; i < 2; i++) {
			if (both[i].revents == 0)
				continue;
			ssize_t n = read(both[i].fd, piece, sizeof piece);
			if (n <= 0)
				return 0;
			if (i == 1 && ++answers % CHANGED_EVERY == 0)
				change(piece, (size_t)n);
			write_all(both[1 - i].fd, piece, (size_t)n);
		}
	}
	return 0;
}

/* ---- the test -------------------------------------------------------------- */

static void an_answer_that_differs_is_found(void **state)
{
	static const struct edit_of_rules none[] = {{NULL, NULL, NULL}};
	static char program[PROGRAM_NAME];
	json_t *files = rig_rules(none);

	(void)state;
	assert_int_equal(evaluator_program(program), 0);
	assert_int_equal(setenv("AWARDD_PROGRAM", program, 1), 0);
	json_t *report = rig_probe(files);
	const json_t *finding = rig_finding(report, "two-answers", "");
	assert_string_equal(json_member_text(finding, "message"),
			    "the same submission was answered in two ways");
	assert_non_null(json_pointer_get(finding, "/example/submission/scores"));
	json_decref(report);
	json_decref(files);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_that_differs_is_found),
	};

	if (argc == 2 && strcmp(argv[1], EVALUATOR_ARGUMENT) == 0)
		return stand_between();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
