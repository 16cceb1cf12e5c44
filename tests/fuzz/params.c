/* Parameters of every method: the first byte says which, the rest is their JSON. The
 * whole service answers, with a log and an evaluator: once, with a code that is documented;
 * what does not fit is pointed at; and assessed again, the same comes of it. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "params.h"
#include "service/service.h"

static const char *const methods[] = {
	"assess",         "decide",           "register.import", "decisions.list",
	"decisions.get",  "register.list",    "practice.list",   "statistics.get",
	"rules.show",     "decisions.revoke", "decisions.erase", "decisions.render",
	"log.proof",      "log.consistency",  "register.render", "scheme.get",
	"rules.get",      "rules.history",    "log.checkpoint",  "server.status",
	"server.metrics", "nothing",
};

static struct {
	uv_loop_t loop;
	uv_async_t ready;
	struct config *config;
	struct journal *journal;
	struct service *service;
	struct peer peer;
	gid_t groups[1];
	bool started;
} all;

static const char test[] =
	"test \"a submission needs its scores\" {\n"
	"\tgiven = { partnership = { id = \"somewhere\" }, assessed_on = \"2024-05-20\" },\n"
	"\texpect = { refused = { \"/scores\" } },\n}\n";

static void on_ready(uv_async_t *handle)
{
	(void)handle;
	journal_poll(all.journal);
	service_log_told(all.service);
}

static void poke(void *ctx)
{
	(void)ctx;
	(void)uv_async_send(&all.ready); /* fails only for another handle */
}

static void on_fatal(void *ctx, const char *why)
{
	(void)ctx;
	fuzz_must(false, "the service must end: %s", why);
}

static void on_rules(void *ctx, const char *digest, bool refused, bool more)
{
	(void)ctx;
	(void)digest;
	(void)refused;
	(void)more;
}

static void on_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	fuzz_must(level > 3, "%s", text);
}

static void on_started(void *ctx, int status)
{
	(void)ctx;
	fuzz_must(status == 0, "no start: %d", status);
	all.started = true;
}

static void make_rules(char *folder, size_t size)
{
	char command[600];

	(void)snprintf(folder, size, "%s/rules", fuzz_dir());
	(void)snprintf(command, sizeof command,
		       "mkdir '%s' && cp '%s'/*.lua '%s' && rm '%s'/*.test.lua", folder,
		       AWARDD_RULES, folder, folder);
	fuzz_must(system(command) == 0, "no rules");
	(void)fuzz_file("rules/one.test.lua", text_of(test));
}

static void read_config(const char *log, char *rules)
{
	char program[] = "awardd", log_option[300], rules_option[] = "--rules";
	char *arguments[] = {program, log_option, rules_option, rules, NULL};
	enum config_action action;
	struct err e = {0};

	(void)snprintf(log_option, sizeof log_option, "--log=%s", log);
	fuzz_must(config_read(4, arguments, &all.config, &action, &e) == 0, "%s", e.text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char log[200], rules[200];
	struct err e = {0};

	(void)argc;
	(void)argv;
	(void)snprintf(log, sizeof log, "%s/log", fuzz_dir());
	make_rules(rules, sizeof rules);
	read_config(log, rules);
	const struct journal_options journal = {
		.path = log, .clock = clock_system, .chance = chance_system, .notify = poke};
	fuzz_must(uv_loop_init(&all.loop) == 0 &&
			  uv_async_init(&all.loop, &all.ready, on_ready) == 0,
		  "no loop");
	fuzz_must(journal_open(&journal, &all.journal, &e) == 0, "%s", e.text);
	const struct service_options service = {
		.config = all.config,
		.journal = all.journal,
		.pool = {.loop = &all.loop,
			 .program = AWARDD_PROGRAM,
			 .processes = 1,
			 .deadline_ms = 60000},
		.clock = clock_system,
		.chance = chance_system,
		.on_fatal = on_fatal,
		.on_rules = on_rules,
		.on_log = on_log,
	};
	fuzz_must(service_open(&service, &all.service, &e) == 0, "%s", e.text);
	service_start(all.service, on_started, NULL);
	while (!all.started)
		(void)uv_run(&all.loop, UV_RUN_ONCE);
	all.groups[0] = getegid();
	all.peer =
		(struct peer){.actor = {.uid = geteuid()}, .groups = all.groups, .group_count = 1};
	return 0;
}

/* ---- one call ------------------------------------------------------------------ */

struct call {
	struct request request; /* first, so that a request is its call */
	struct reply reply;
	char message[1024];
	unsigned answers;
};

static void on_answer(struct request *r, struct reply *reply)
{
	struct call *c = (struct call *)r;

	c->answers++;
	c->reply = *reply;
	if (reply->code == 0 && reply->result == NULL)
		c->reply.result = json_read(reply->json, NULL);
	if (reply->code != 0)
		(void)snprintf(c->message, sizeof c->message, "%s", reply->message);
}

static void ask(struct call *c, const char *method, const json_t *params)
{
	struct json_index index;
	struct buffer text;

	json_index_init(&index);
	buffer_init(&text);
	fuzz_must(params == NULL ||
			  (json_compact(params, &text) == 0 &&
			   json_index_read(&index, (struct text){text.bytes, text.length}) == 0),
		  "what was read is not read again");
	*c = (struct call){.request = {.method = method,
				       .given = index.items,
				       .peer = &all.peer,
				       .answer = on_answer}};
	service_call(all.service, &c->request);
	while (c->answers == 0) {
		service_hand_in(all.service);
		(void)uv_run(&all.loop, UV_RUN_ONCE);
	}
	fuzz_must(c->answers == 1, "answered twice");
	json_index_deinit(&index);
	buffer_deinit(&text);
}

static void call_deinit(struct call *c)
{
	json_decref(c->reply.result);
	json_decref(c->reply.data);
}

/* Each points into the params, or at a member that is missing there. */
static void check_errors(const json_t *data, const json_t *params)
{
	const json_t *errors = json_object_get(data, "errors"), *one;
	size_t i;

	fuzz_must(json_array_size(errors) > 0, "it does not fit, and nothing is wrong");
	json_array_foreach(errors, i, one) {
		const char *pointer = json_member_text(one, "pointer");
		const char *message = json_member_text(one, "message");
		fuzz_must(pointer != NULL && message != NULL && message[0] != '\0',
			  "an error that says nothing");
		char *above = strdup(pointer), *last = strrchr(above, '/');
		if (last != NULL)
			*last = '\0';
		bool within = json_pointer_get(params, pointer) != NULL ||
			      json_pointer_get(params, above) != NULL;
		fuzz_must(*pointer == '\0' || (last != NULL && (within || *above == '\0')),
			  "%s points at nothing", pointer);
		free(above);
	}
}

static void check_answer(const struct call *c, const json_t *params)
{
	static const int codes[] = {CODE_METHOD, CODE_PARAMS, CODE_ABSENT, CODE_CONFLICT};

	if (c->reply.code == 0) {
		struct buffer text;
		buffer_init(&text);
		fuzz_must(c->reply.result != NULL && json_compact(c->reply.result, &text) == 0,
			  "no result");
		buffer_deinit(&text);
		return;
	}
	bool known = false;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		known = known || c->reply.code == codes[i];
	fuzz_must(known && c->message[0] != '\0', "%d: %s", c->reply.code, c->message);
	if (c->reply.code == CODE_PARAMS)
		check_errors(c->reply.data, params);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	return params_mutate(data, size, most, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = fuzz_text(data, size);
	const char *method = methods[fuzz_byte(&rest) % (sizeof methods / sizeof *methods)];
	json_t *params = json_read(rest, NULL);
	struct call c, again;

	/* What the socket takes. */
	if (rest.length > 0 && !json_is_object(params) && !json_is_array(params)) {
		json_decref(params);
		return 0;
	}
	/* So that the log does not grow without end, all that is decided is one submission. */
	if (strcmp(method, "decide") == 0 && json_is_object(params))
		(void)json_put(params, "submission_id", json_string("the same"));
	ask(&c, method, params);
	check_answer(&c, params);
	if (strcmp(method, "assess") == 0) {
		ask(&again, method, params);
		fuzz_must(c.reply.code == again.reply.code &&
				  json_equal(c.reply.result, again.reply.result) ==
					  1 - (c.reply.code != 0),
			  "assessed twice, with two results");
		call_deinit(&again);
	}
	call_deinit(&c);
	json_decref(params);
	return 0;
}
