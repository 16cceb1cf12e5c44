/* Many submissions at once, every answer accounted for and decided again. */
#include "support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "trial/trial.h"

enum { EACH = 3, DEADLINE_MS = 2000, SETS_MAX = 16 };

static int64_t now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void stream_open(struct stream *st, struct scene *s, size_t window, const char *changes)
{
	*st = (struct stream){.scene = s,
			      .peer = peer_open(s),
			      .window = window,
			      .most_ms = 2 * DEADLINE_MS * SLOWER,
			      .asked = json_array(),
			      .results = json_array(),
			      .digests = json_object(),
			      .changes = changes != NULL ? quoted(changes) : NULL};
}

void stream_deinit(struct stream *st)
{
	peer_close(&st->peer);
	json_decref(st->error);
	json_decref(st->asked);
	json_decref(st->results);
	json_decref(st->digests);
	json_decref(st->changes);
	free(st->began_ms);
	*st = (struct stream){.scene = NULL};
}

/* ---- going on ------------------------------------------------------------ */

static void send_one(struct stream *st)
{
	json_t *params;

	if (st->sent % EACH == 0)
		st->scene->area++;
	params = submission(st->scene, NULL);
	if (st->changes != NULL)
		merge(params, st->changes);
	st->began_ms = realloc(st->began_ms, (st->sent + 1) * sizeof *st->began_ms);
	assert_non_null(st->began_ms);
	st->began_ms[st->sent] = now_ms();
	assert_int_equal(json_array_append(st->asked, params), 0);
	assert_int_equal(json_array_append_new(st->results, json_null()), 0);
	peer_request(st->peer, (json_int_t)st->sent++, "decide", params);
}

static void fill(struct stream *st)
{
	while (st->sent - st->answered < st->window)
		send_one(st);
}

static void count_digest(struct stream *st, const json_t *result)
{
	const char *digest = json_member_text(json_member(result, "rules"), "digest");

	assert_non_null(digest);
	assert_int_equal(
		json_object_set_new(st->digests, digest,
				    json_integer(json_member_integer(st->digests, digest, 0) + 1)),
		0);
}

static void take_one(struct stream *st)
{
	json_t *answer = peer_receive(st->peer), *result;
	json_int_t id = json_member_integer(answer, "id", -1);
	int64_t took;

	if (answer == NULL)
		fail_msg("the daemon closed the connection");
	assert_in_range(id, 0, st->sent - 1);
	assert_true(json_is_null(json_array_get(st->results, (size_t)id)));
	took = now_ms() - st->began_ms[id];
	if (took > st->slowest_ms)
		st->slowest_ms = took;
	st->answered++;
	result = json_member(answer, "result");
	if (result != NULL) {
		count_digest(st, result);
		assert_int_equal(json_array_set(st->results, (size_t)id, result), 0);
	} else {
		st->failed++;
		json_decref(st->error);
		st->error = json_incref(json_object_get(answer, "error"));
	}
	json_decref(answer);
}

void stream_go(struct stream *st, size_t answers)
{
	for (size_t target = st->answered + answers; st->answered < target;) {
		fill(st);
		take_one(st);
	}
}

/* Whether the daemon said it. */
static bool has_said(struct stream *st, const char *words)
{
	char *said = scene_errors(st->scene), *place = strstr(said + st->scene->heard, words);

	if (place != NULL)
		st->scene->heard = (size_t)(place - said) + strlen(words);
	free(said);
	return place != NULL;
}

void stream_until(struct stream *st, const char *words)
{
	int64_t begun = now_ms();

	/* Every answer is an event to look after; they do not stop coming. */
	while (!has_said(st, words)) {
		stream_go(st, 1);
		if (now_ms() - begun > ANSWER_TIMEOUT_MS)
			fail_msg("the daemon does not say \"%s\", but:\n%s", words,
				 scene_errors(st->scene));
	}
	stream_go(st, st->window); /* some that were sent after it */
}

json_t *stream_call(struct stream *st, const char *method)
{
	struct peer *p = scene_peer(st->scene);
	json_t *answer;

	peer_request(p, 0, method, NULL);
	while (peer_is_silent(p, 0))
		stream_go(st, 1);
	answer = peer_receive(p);
	/* No answer that is still to come was asked for before it. */
	while (st->answered < st->sent)
		take_one(st);
	return answer;
}

void stream_finish(struct stream *st)
{
	while (st->answered < st->sent)
		take_one(st);
	peer_shutdown(st->peer);
	assert_null(peer_line(st->peer));
	if (st->slowest_ms > st->most_ms)
		fail_msg("an answer took %lld ms", (long long)st->slowest_ms);
}

/* ---- deciding again ------------------------------------------------------ */

/* Rule sets of the log, each opened once. */
struct kept {
	char digest[80];
	struct trial *trial;
};

static struct trial *open_kept(struct stream *st, const char *digest)
{
	const char *named = getenv("AWARDD_PROGRAM");
	const struct trial_options options = {
		.program = named != NULL ? named : AWARDD_PROGRAM,
		.processes = 1,
		.deadline_ms = DEADLINE_MS,
	};
	char params[160];
	json_t *kept, *faults = json_array();
	struct trial *t = NULL;
	struct err e = {0};

	snprintf(params, sizeof params, "{'digest': '%s'}", digest);
	kept = called(st->scene, "rules.show", params);
	if (trial_open_files(&options, json_member(kept, "files"), &t, faults, &e) != 0)
		fail_msg("%s: %s: %s", digest, e.text, json_dumps(faults, JSON_COMPACT));
	assert_string_equal(generation_digest(trial_rules(t)), digest);
	json_decref(kept);
	json_decref(faults);
	return t;
}

static struct trial *find_kept(struct stream *st, struct kept sets[SETS_MAX], const char *digest)
{
	for (size_t i = 0; i < SETS_MAX; i++) {
		if (sets[i].trial == NULL) {
			snprintf(sets[i].digest, sizeof sets[i].digest, "%s", digest);
			sets[i].trial = open_kept(st, digest);
		}
		if (strcmp(sets[i].digest, digest) == 0)
			return sets[i].trial;
	}
	fail_msg("too many rule sets for one test");
	return NULL;
}

static char *bytes_of(const json_t *decision)
{
	static const char *const own[] = {"decision_id", "sequence", "decided_at", "log", "rules"};
	json_t *copy = json_deep_copy(decision);
	struct buffer b;

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		(void)json_object_del(copy, own[i]); /* a fresh decision has none */
	buffer_init(&b);
	assert_int_equal(json_canonical(copy, &b), 0);
	json_decref(copy);
	return buffer_give(&b);
}

/* One entry again, after those of its partnership before it. */
static void again(struct trial *t, const json_t *asked, const json_t *result, json_t *histories)
{
	const char *partnership = json_member_text(json_member(asked, "partnership"), "id");
	json_t *history = json_object_get(histories, partnership), *fresh = NULL;
	char *then, *now;
	struct err e = {0};

	if (history == NULL) {
		history = json_array();
		assert_int_equal(json_object_set_new(histories, partnership, history), 0);
	}
	if (trial_decide(t, asked, history, &fresh, &e) != 0)
		fail_msg("deciding again: %s", e.text);
	then = bytes_of(result);
	now = bytes_of(fresh);
	assert_string_equal(then, now);
	assert_int_equal(
		json_array_append_new(history,
				      trial_decision_row(json_member_integer(result, "sequence", 0),
							 asked, result)),
		0);
	free(then);
	free(now);
	json_decref(fresh);
}

/* Where in `results` the entry stands that comes after this one in the log. */
static bool next_entry(const struct stream *st, json_int_t after, size_t *out)
{
	json_int_t least = 0;
	size_t i;
	json_t *result;

	json_array_foreach(st->results, i, result) {
		json_int_t sequence = json_member_integer(result, "sequence", 0);

		if (sequence > after && (least == 0 || sequence < least)) {
			least = sequence;
			*out = i;
		}
	}
	return least != 0;
}

void stream_reproduce(struct stream *st)
{
	json_t *histories = json_object();
	struct kept sets[SETS_MAX] = {{.trial = NULL}};
	size_t at = 0, done = 0;

	for (json_int_t sequence = 0; next_entry(st, sequence, &at); done++) {
		const json_t *result = json_array_get(st->results, at);
		const char *digest = json_member_text(json_member(result, "rules"), "digest");

		sequence = json_member_integer(result, "sequence", 0);
		again(find_kept(st, sets, digest), json_array_get(st->asked, at), result,
		      histories);
	}
	for (size_t i = 0; i < SETS_MAX; i++)
		trial_close(&sets[i].trial);
	json_decref(histories);
	assert_int_equal(done, st->answered - st->failed);
}
