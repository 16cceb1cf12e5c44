/*
 * Attacks on the real daemon: reloaded one after another while submissions go on.
 * None of them is lost or late, and all are decided by one rule set or another.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "corpus.h"
#include "support.h"

enum { WINDOW = 8, EACH = 24 };

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Writes the file, or removes it, and reloads under load; gives the answer. */
static json_t *put_in_force(struct stream *st, const struct attack *a, bool there)
{
	struct buffer text;
	char path[2 * PATH_TEXT];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", st->scene->rules, corpus_file(a));
	if (there) {
		buffer_init(&text);
		corpus_write(a, NULL, &text);
		file = fopen(path, "we");
		assert_non_null(file);
		assert_int_equal(fwrite(text.bytes, 1, text.length, file), text.length);
		assert_int_equal(fclose(file), 0);
		buffer_deinit(&text);
	} else {
		assert_int_equal(unlink(path), 0);
	}
	return stream_call(st, "rules.reload");
}

static void attack(struct stream *st, const struct attack *a)
{
	bool refused = begins(a->gives, "refused"), fails = begins(a->gives, "fails");
	json_t *answer = put_in_force(st, a, true);
	json_t *error = json_object_get(answer, "error");
	size_t failed = st->failed;

	if (refused != (error != NULL))
		fail_msg("\"%s\" is %s", a->name, error != NULL ? "refused" : "in force");
	if (refused)
		expect(error, "{'code': -32010}");
	json_decref(answer);
	stream_go(st, EACH);
	if (fails != (st->failed > failed))
		fail_msg("\"%s\": %zu decisions failed", a->name, st->failed - failed);
	if (fails)
		expect(st->error, "{'code': -32008, 'data': {'reason': 'rule-error'}}");
	json_decref(put_in_force(st, a, false));
	/* Not one of the stream's partnerships: it is decided again without what is decided here. */
	decides(st->scene, "{'partnership': {'id': 'aside'}}",
		"{'outcome': {'award': 'quality-lead'}}");
}

/* Those of one file, with a scene of their own. */
static void attacks_of_a_kind_harm_nobody(struct scene *s, struct attack *const *list, size_t count)
{
	pid_t before = s->pid;
	struct stream st;

	stream_open(&st, s, WINDOW, NULL);
	for (size_t i = 0; i < count; i++)
		attack(&st, list[i]);
	stream_finish(&st);
	stream_reproduce(&st);
	stream_deinit(&st);
	assert_int_equal(s->pid, before);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
}

static size_t kind_length(const struct attack *a)
{
	return strcspn(a->name, ":");
}

static void no_attack_harms_who_submits_meanwhile(void **state)
{
	struct corpus corpus;
	struct attack *kind[ATTACKS_MAX];
	size_t count = 0, all = 0;

	corpus_open(&corpus, AWARDD_SOURCE "/tests/attack");
	for (size_t i = 0; i < corpus.count; i++) {
		struct attack *a = &corpus.list[i];

		if (a->daemon) {
			kind[count++] = a;
			all++;
		}
		if (count > 0 && (i + 1 == corpus.count ||
				  strncmp(a->name, a[1].name, kind_length(a) + 1) != 0)) {
			attacks_of_a_kind_harm_nobody(*state, kind, count);
			count = 0;
		}
	}
	assert_true(all >= 20);
	corpus_close(&corpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_attack_harms_who_submits_meanwhile, scene_setup,
						scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
