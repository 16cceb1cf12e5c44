/* Two plugins whose hosts say anything, at any time, and die: every call is answered
 * once, not before it was made, and everything is closed at the end. */
#include "process.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosts/hosts.h"

enum { CALLS = 64, ROUNDS_MOST = 1000000 };

static struct journal *journal;
static struct config *config;
static char log_path[200];

struct state {
	uv_loop_t loop;
	struct hosts *hosts;
	bool calling; /* hosts_call has not returned */
	unsigned settled, closed, called, answered;
	bool done[CALLS];
};

struct call {
	struct state *state;
	unsigned number;
};

static void on_notify(void *ctx)
{
	(void)ctx; /* journal_poll is called in every round */
}

static void make_log(void)
{
	const struct journal_options options = {.path = log_path,
						.clock = clock_system,
						.chance = chance_system,
						.notify = on_notify};
	struct err e = {0};

	(void)snprintf(log_path, sizeof log_path, "%s/log", fuzz_dir());
	fuzz_must(journal_open(&options, &journal, &e) == 0, "%s", e.text);
}

static void on_appended(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
			const struct err *e)
{
	(void)receipts;
	(void)count;
	fuzz_must(status == 0, "%s", e->text);
	*(bool *)ctx = true;
}

/* Something for sinks. */
static void add_entries(void)
{
	for (int i = 0; i < 3; i++) {
		bool there = false;
		json_t *body = json_pack("{ss}", "reason", "a test");
		struct journal_draft draft = {.kind = "stop", .body = body};
		fuzz_must(journal_append(journal, &draft, 1, on_appended, &there) == 0,
			  "no memory");
		while (!there)
			journal_poll(journal);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char program[] = "awardd", log[220], plugins[220];
	char *arguments[] = {program, log, plugins, NULL};
	enum config_action action;
	struct err e = {0};

	(void)argc;
	(void)argv;
	make_log();
	add_entries();
	(void)snprintf(plugins, sizeof plugins, "%s/plugins", fuzz_dir());
	fuzz_must(mkdir(plugins, 0700) == 0, "no folder");
	(void)fuzz_file("plugins/one.so", text_of("one"));
	(void)fuzz_file("plugins/two.so", text_of("two"));
	(void)snprintf(plugins, sizeof plugins, "--plugins=%s/plugins", fuzz_dir());
	(void)snprintf(log, sizeof log, "--log=%s", log_path);
	fuzz_must(config_read(3, arguments, &config, &action, &e) == 0, "%s", e.text);
	return 0;
}

static void on_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	fuzz_must(level >= 3 && level <= 6 && text[0] != '\0', "a line of level %d: \"%s\"", level,
		  text);
}

static void on_settled(void *ctx)
{
	((struct state *)ctx)->settled++;
}

static void on_closed(void *ctx)
{
	((struct state *)ctx)->closed++;
}

static void on_answer(void *ctx, const struct host_answer *a)
{
	struct call *c = ctx;
	struct buffer copy;

	fuzz_must(!c->state->calling, "answered before it was called");
	fuzz_must(!c->state->done[c->number], "answered twice");
	c->state->done[c->number] = true;
	c->state->answered++;
	fuzz_must(a->plugin != NULL && (a->status == 0 || a->message != NULL), "no sentence");
	buffer_init(&copy);
	if (a->status == 0)
		(void)buffer_append(&copy, a->bytes.bytes, a->bytes.length);
	buffer_deinit(&copy);
}

static void call(struct state *s, struct call *calls, unsigned which)
{
	const struct host_offer *o = hosts_method(s->hosts, which % 2 == 0 ? "one.greet" : "two.a");
	struct call *c = &calls[s->called];
	struct err e = {0};

	if (which % 3 == 2 &&
	    hosts_renderer(s->hosts, "decision-renderer", "text/plain", NULL, &o, &e) != 0) {
		fuzz_must(e.text[0] != '\0', "refused without a sentence");
		return;
	}
	if (o == NULL || s->called == CALLS)
		return;
	*c = (struct call){s, s->called};
	json_t *document = json_object();
	s->calling = true;
	int rv = hosts_call(o, document, on_answer, c, &e);
	s->calling = false;
	fuzz_must(rv == 0 || e.text[0] != '\0', "refused without a sentence");
	s->called += rv == 0;
	json_decref(document);
}

static void round_of(struct state *s)
{
	journal_poll(journal);
	(void)uv_run(&s->loop, UV_RUN_NOWAIT);
}

static void play(struct state *s, struct call *calls, struct text rest)
{
	while (rest.length > 0) {
		unsigned what = fuzz_byte(&rest);
		if (what % 4 == 0)
			call(s, calls, what >> 2);
		else if (what % 4 == 1)
			(void)process_say(&rest, what >> 2 & 3); /* it may be gone */
		else if (what % 16 == 2)
			process_die(what >> 4 & 3, what >= 128 ? SIGSEGV : 0);
		else if (what % 16 == 6)
			json_decref(hosts_describe(s->hosts));
		else if (what % 16 == 10)
			hosts_on_commit(s->hosts);
		else
			round_of(s);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call calls[CALLS];
	struct state s = {.settled = 0};
	const struct hosts_options options = {.loop = &s.loop,
					      .program = "none",
					      .config = config,
					      .journal = journal,
					      .failures_most = 3,
					      .clock = clock_system,
					      .on_log = on_log,
					      .ctx = &s};
	struct err e = {0};
	char position[240];

	(void)snprintf(position, sizeof position, "%s.one.position", log_path);
	(void)unlink(position); /* it may not be there */
	fuzz_must(uv_loop_init(&s.loop) == 0, "no loop");
	fuzz_must(hosts_open(&options, &s.hosts, on_settled, &e) == 0, "%s", e.text);
	round_of(&s);
	play(&s, calls, fuzz_text(data, size));
	hosts_close(&s.hosts, on_closed, &s);
	process_die_all();
	for (int rounds = 0; s.closed == 0; rounds++) {
		fuzz_must(rounds < ROUNDS_MOST, "it does not close");
		(void)sched_yield(); /* what runs beside the loop has to end first */
		round_of(&s);
	}
	fuzz_must(s.closed == 1 && s.settled <= 1, "closed %u times, settled %u", s.closed,
		  s.settled);
	fuzz_must(s.answered == s.called, "%u called, %u answered", s.called, s.answered);
	process_reset();
	(void)uv_run(&s.loop, UV_RUN_DEFAULT);
	fuzz_must(uv_loop_close(&s.loop) == 0, "something is left open");
	return 0;
}
