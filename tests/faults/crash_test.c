/*
 * Crashes of the real daemon: SIGKILL at any step that changes the log, at any moment under
 * load, while it starts, and of its evaluators. What was acknowledged is in the log, byte for
 * byte; what was not is there once at most, and once when it is sent again. AWARDD_SEED and
 * AWARDD_CRASHES choose the moments and their number.
 */
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../scenario/tool.h"
#include "preload/kill.h"
#include "preloaded.h"

enum {
	CRASHES_SHORT = 12,
	AT_ONCE = 12,
	STEPS = 90,
	PLACES = 9,
	VERIFIED_EACH = 25,
	AGAIN_EACH = 100,
	TOLD_EACH = 100,
	ANEW_EACH = 3,
	ANEW_ROUNDS = 60 /* at most, until a WAL is begun anew: some ten */
};

/* So that it writes the WAL into the log after some 130 pages of it. */
static const char *const limited[] = {"--wal-limit=8388608", NULL};

struct campaign {
	struct scene *scene;
	struct preloaded preloaded;
	struct kill_at *kill;
	uint64_t chance;
	json_t *known; /* by submission_id: the leaf of the decision acknowledged since the last look */
	json_t *owed; /* by submission_id: sent, and not acknowledged */
	int serial;
	long crashes, steps, starts, evaluators, moments; /* by what was hit */
	long decided, verified, reproduced;
	long lost, lossy; /* findings; crashes after which there were any */
	char says[300];
};

static uint64_t next(struct campaign *c)
{
	c->chance ^= c->chance << 13; /* xorshift64 */
	c->chance ^= c->chance >> 7;
	c->chance ^= c->chance << 17;
	return c->chance;
}

static int number_of(const char *variable, int otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? atoi(text) : otherwise;
}

static void begin(struct campaign *c, void **state)
{
	struct scene *s = *state;

	*c = (struct campaign){.scene = s, .known = json_object(), .owed = json_object()};
	c->chance = 0x9E3779B97F4A7C15u * (uint64_t)(number_of("AWARDD_SEED", 1) + 1);
	preloaded_open(&c->preloaded, s, "AWARDD_KILL", AWARDD_KILL_MODULE, sizeof *c->kill);
	c->kill = c->preloaded.memory;
	snprintf(c->kill->log, sizeof c->kill->log, "%s", s->log);
	atomic_store(&c->kill->after, -1);
	s->environment = c->preloaded.environment;
}

static void arm(struct campaign *c, long after)
{
	atomic_store(&c->kill->moment, (int)(next(c) % MOMENTS));
	atomic_store(&c->kill->after, after);
}

/* ---- a load ------------------------------------------------------------------------ */

static bool send_one(struct campaign *c, struct peer *p, const char *id)
{
	char changes[160];
	int place = atoi(id + strlen("crash-")) % PLACES;

	snprintf(changes, sizeof changes,
		 "{'submission_id': '%s', 'partnership': {'id': 'place-%d'}}", id, place);
	json_t *request = json_pack("{s:s, s:s, s:s, s:o}", "jsonrpc", "2.0", "id", id, "method",
				    "decide", "params", submission(c->scene, changes));
	char *line = json_dumps(request, JSON_COMPACT);
	bool sent = peer_try_send(p, line, strlen(line)) && peer_try_send(p, "\n", 1);

	assert_int_equal(json_object_set_new(c->owed, id, json_true()), 0);
	free(line);
	json_decref(request);
	return sent;
}

/* Takes an answer; false at the end. One that tells of an evaluator that died leaves the
 * submission owed. */
static bool take_one(struct campaign *c, struct peer *p)
{
	json_t *answer = peer_receive(p);
	const char *id = json_member_text(answer, "id");
	const json_t *log = json_object_get(json_object_get(answer, "result"), "log");
	json_int_t code = json_member_integer(json_object_get(answer, "error"), "code", 0);

	if (answer == NULL)
		return false;
	assert_non_null(id);
	if (log != NULL) {
		c->decided++;
		assert_int_equal(json_object_set(c->known, id, json_object_get(log, "leaf_hash")),
				 0);
		(void)json_object_del(c->owed, id); /* it may be a second answer */
	} else if (code != -32008) {
		fail_msg("%s: %s", id, json_dumps(answer, 0));
	}
	json_decref(answer);
	return true;
}

/* What is owed is sent again, and new ones; gives how many are on their way. */
static int send_many(struct campaign *c, struct peer *p)
{
	json_t *again = json_deep_copy(c->owed), *one;
	const char *id;
	int count = 0;

	json_object_foreach(again, id, one) {
		if (!send_one(c, p, id))
			break;
		count++;
	}
	json_decref(again);
	for (int i = 0; i < AT_ONCE; i++) {
		char fresh[32];
		snprintf(fresh, sizeof fresh, "crash-%d", c->serial++);
		if (!send_one(c, p, fresh))
			break;
		count++;
	}
	return count;
}

static void kill_evaluators(struct campaign *c)
{
	pid_t each[EVALUATORS_MAX];
	size_t count = scene_evaluators(c->scene, each);

	for (size_t i = 0; i < count; i++)
		if (next(c) % 2 == 0)
			(void)kill(each[i], SIGKILL); /* it may have ended */
}

/* ---- a crash ----------------------------------------------------------------------- */

/* Until its children are gone, too: one that it had not yet made an evaluator of holds the
 * socket, and the next daemon would find it served. This process is given them; see main. */
static void await_orphans(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
}

static void killed(struct campaign *c)
{
	int status = scene_wait(c->scene);

	await_orphans();
	atomic_store(&c->kill->after, -1);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("it ended with wait status %d:\n%s", status, scene_errors(c->scene));
	c->crashes++;
}

/* A load until old frames stand behind the newest, for the next crash. */
static void load_until_anew(struct campaign *c, struct peer *p)
{
	long before = atomic_load(&c->kill->anew);

	for (int i = 0; i < ANEW_ROUNDS && atomic_load(&c->kill->anew) == before; i++)
		for (int owed = send_many(c, p); owed > 0; owed--)
			assert_true(take_one(c, p));
}

/* Under load, until it is gone. */
static void crash(struct campaign *c)
{
	struct peer *p = peer_open(c->scene);
	bool by_step = next(c) % 4 != 0, evaluators = next(c) % 4 == 0;
	bool there = true;

	if (c->crashes % ANEW_EACH == 0)
		load_until_anew(c, p);
	if (by_step)
		arm(c, (long)(next(c) % STEPS));
	for (int round = 0; there && round < 12; round++) {
		int owed = send_many(c, p);
		if (evaluators)
			kill_evaluators(c);
		if (!by_step) {
			(void)poll(NULL, 0, (int)(next(c) % 12)); /* any moment will do */
			assert_int_equal(kill(c->scene->pid, SIGKILL), 0);
		}
		while (owed-- > 0 && there)
			there = take_one(c, p);
	}
	while (there && !by_step)
		there = take_one(c, p);
	if (there) /* the step did not come: it is killed where it rests */
		assert_int_equal(kill(c->scene->pid, SIGKILL), 0);
	killed(c);
	c->steps += by_step && !there;
	c->moments += !by_step || there;
	c->evaluators += evaluators;
	peer_close(&p);
}

/* Starts it; now and then that is where it is killed. */
static void start(struct campaign *c)
{
	if (next(c) % 5 == 0) {
		arm(c, (long)(next(c) % 12));
		if (!scene_starts(c->scene, limited)) {
			killed(c);
			c->starts++;
			scene_start(c->scene, limited);
		}
		atomic_store(&c->kill->after, -1);
	} else {
		scene_start(c->scene, limited);
	}
}

/* ---- and what is there --------------------------------------------------------------- */

static void is_lost(struct campaign *c, const char *id, const char *what)
{
	c->lost++;
	if (c->says[0] == '\0')
		snprintf(c->says, sizeof c->says, "%s %s, after %ld crashes", id, what, c->crashes);
}

static int64_t counted(sqlite3 *db, const char *sql, const char *id, const char *leaf)
{
	sqlite3_stmt *s = NULL;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	if (id != NULL) {
		assert_int_equal(sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC), SQLITE_OK);
		assert_int_equal(sqlite3_bind_text(s, 2, leaf, -1, SQLITE_STATIC), SQLITE_OK);
	}
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(s, 0);
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	return number;
}

static void look(struct campaign *c)
{
	sqlite3 *db = NULL;
	const char *id;
	json_t *leaf;
	long lost = c->lost;

	assert_int_equal(sqlite3_open_v2(c->scene->log, &db, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, ANSWER_TIMEOUT_MS), SQLITE_OK);
	json_object_foreach(c->known, id, leaf) {
		if (counted(db,
			    "SELECT count(*) FROM decision d JOIN entry e USING (sequence)"
			    " WHERE d.submission_id = ?1 AND lower(hex(e.leaf_hash)) = ?2",
			    id, json_string_value(leaf)) != 1)
			is_lost(c, id, "was acknowledged, and is not in the log as it was");
	}
	json_object_clear(c->known);
	if (counted(db, "SELECT max(sequence) - count(*) FROM entry", NULL, NULL) != 0)
		is_lost(c, "an entry", "is missing between others");
	if (counted(db, "SELECT count(*) - count(DISTINCT submission_id) FROM decision", NULL,
		    NULL) != 0)
		is_lost(c, "a submission", "was decided twice");
	c->lossy += c->lost > lost && c->lossy < c->crashes;
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void prove(struct campaign *c, long round)
{
	if (round % VERIFIED_EACH == 0) {
		free(TOOL_OUT(c->scene, 0, "log", "verify", c->scene->log));
		c->verified++;
	}
	if (round % AGAIN_EACH == 0) {
		free(TOOL_OUT(c->scene, 0, "log", "reproduce", c->scene->log));
		c->reproduced++;
	}
}

static void tell(const struct campaign *c)
{
	print_message("seed %d: %ld crashes, %ld survived: %ld at a step of a commit, %ld at a"
		      " moment, %ld while it started; evaluators killed in %ld;"
		      " %ld checkpoints under load, the WAL begun anew %ld times;"
		      " %ld decisions acknowledged, %ld times verified, %ld reproduced, %ld lost\n",
		      number_of("AWARDD_SEED", 1), c->crashes, c->crashes - c->lossy, c->steps,
		      c->moments, c->starts, c->evaluators, atomic_load(&c->kill->checkpoints),
		      atomic_load(&c->kill->anew), c->decided, c->verified, c->reproduced, c->lost);
}

static void end(struct campaign *c)
{
	tell(c);
	c->scene->environment = NULL;
	preloaded_close(&c->preloaded);
	json_decref(c->known);
	json_decref(c->owed);
}

static void whenever_it_is_killed_nothing_acknowledged_is_lost(void **state)
{
	struct campaign c;
	int wanted = number_of("AWARDD_CRASHES", CRASHES_SHORT);

	begin(&c, state);
	scene_start(c.scene, limited);
	for (long round = 1; c.crashes < wanted; round++) {
		crash(&c);
		start(&c);
		look(&c);
		prove(&c, round);
		if (round % TOLD_EACH == 0)
			tell(&c);
	}
	struct peer *p = peer_open(c.scene);
	for (int owed = send_many(&c, p); owed > 0; owed--)
		assert_true(take_one(&c, p));
	peer_close(&p);
	assert_int_equal(json_object_size(c.owed), 0);
	look(&c);
	scene_stop(c.scene);
	prove(&c, 0);
	long checkpoints = atomic_load(&c.kill->checkpoints), anew = atomic_load(&c.kill->anew);
	end(&c);
	if (c.lost > 0)
		fail_msg("%s", c.says);
	/* What is usual in service was there to be killed in. */
	assert_true(checkpoints > 0);
	assert_true(anew > 0);
}

/* The campaign finds what it is for: an answer that leaves before its COMMIT. */
static void an_answer_before_the_commit_is_found(void **state)
{
	struct campaign c;

	begin(&c, state);
	scene_start(c.scene, NULL);
	atomic_store(&c.kill->early, true);
	struct peer *p = peer_open(c.scene);
	for (int owed = send_many(&c, p); owed > 0; owed--)
		assert_true(take_one(&c, p));
	peer_close(&p);
	scene_kill(c.scene);
	await_orphans();
	c.crashes++;
	assert_int_equal(atomic_load(&c.kill->checkpoints), 0); /* in the usual step */
	atomic_store(&c.kill->early, false);
	scene_start(c.scene, NULL);
	look(&c);
	end(&c);
	assert_true(c.lost > 0);
	assert_int_equal(c.lossy, c.crashes);
	print_message("found: %s\n", c.says);
}

int main(void)
{
#define IN_A_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_SCENE(whenever_it_is_killed_nothing_acknowledged_is_lost),
		IN_A_SCENE(an_answer_before_the_commit_is_found),
	};

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
