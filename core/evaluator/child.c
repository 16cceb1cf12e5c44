/* The evaluator process: load once, be sealed, then answer one run after
 * another until the daemon closes the connection. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "evaluator/child.h"
#include "evaluator/evaluator.h"
#include "evaluator/frame.h"
#include "script/script.h"

struct child {
	struct script *script;
	const struct script_words *words;
	struct buffer in, out;
	struct buffer held;      /* answers that are not sent yet */
	struct json_index index; /* of the request */
};

static int send_held(struct child *c)
{
	int rv = frame_send(&c->held);

	buffer_clear(&c->held);
	return rv;
}

static void before_counting(void *ctx)
{
	struct child *c = ctx;

	if (c->held.length > 0)
		(void)send_held(c); /* where it fails, so does the next */
}

static int append_fault(json_t *faults, const struct script_fault *fault)
{
	json_t *one = json_pack("{ss si ss}", "file", fault->file, "line", fault->line, "message",
				fault->message);

	return json_array_append_new(faults, one) == 0 ? 0 : -ENOMEM;
}

static int write_faults(struct child *c, const struct script_fault *faults, size_t count)
{
	json_t *document = json_pack("{s[]}", "faults");
	int rv = document != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && rv == 0; i++)
		rv = append_fault(json_object_get(document, "faults"), &faults[i]);
	if (rv == 0) {
		buffer_clear(&c->out);
		size_t begun = frame_begin(&c->out, FRAME_FAULTS);
		rv = json_compact(document, &c->out);
		if (rv == 0)
			rv = frame_end(&c->out, begun);
	}
	json_decref(document);
	return rv;
}

static int open_script(struct child *c, const json_t *rules, struct script_faults *faults)
{
	const json_t *files = json_member(rules, "files"), *prelude = json_member(rules, "prelude");
	struct text words = {NULL, 0};
	size_t count = json_array_size(files);
	struct script_file *list = calloc(count + 1, sizeof *list);

	if (list == NULL)
		return -ENOMEM;
	bool fits = prelude == NULL || json_is_string(prelude);
	for (size_t i = 0; i < count; i++) {
		const json_t *file = json_array_get(files, i);
		const json_t *text = json_object_get(file, "text");
		list[i].path = json_member_text(file, "path");
		list[i].source = (struct text){json_string_value(text), json_string_length(text)};
		fits = fits && list[i].path != NULL && list[i].source.bytes != NULL;
	}
	if (prelude != NULL)
		words = (struct text){json_string_value(prelude), json_string_length(prelude)};
	int rv = fits ? script_open(words, list, count, c->words, &c->script, faults) : AW_ESYNTAX;
	if (rv == 0)
		script_before_counting(c->script, before_counting, c);
	free(list);
	return rv;
}

static int load(struct child *c, struct text body)
{
	struct script_faults faults = {0};
	json_t *document = json_read(body, NULL);
	int rv = document != NULL ? open_script(c, document, &faults) : AW_ESYNTAX;

	if (rv == AW_ESCRIPT) {
		rv = write_faults(c, faults.list, faults.count);
	} else if (rv == 0) {
		buffer_clear(&c->out);
		size_t begun = frame_begin(&c->out, FRAME_MANIFEST);
		rv = json_compact(script_manifest(c->script), &c->out);
		if (rv == 0)
			rv = frame_end(&c->out, begun);
	}
	script_faults_deinit(&faults);
	json_decref(document);
	return rv;
}

static int run(struct child *c, const struct json_item *request)
{
	const struct json_item *operation = json_item_get(request, "operation");
	struct script_fault fault = {0};

	if (operation == NULL || operation->kind != JSON_ITEM_STRING ||
	    json_item_get(request, "input") == NULL)
		return AW_ESYNTAX;
	buffer_clear(&c->out);
	size_t begun = frame_begin(&c->out, FRAME_RESULT);
	int rv = script_run_item(c->script, request, &c->out, &fault);
	if (rv == AW_ESCRIPT)
		return write_faults(c, &fault, 1);
	return rv == 0 ? frame_end(&c->out, begun) : rv;
}

/* One answer leaves together with the next, which saves the daemon and this process half of their
 * system calls: where that is waited for, and as long as it comes quickly. */
static int answer(struct child *c, unsigned char asked)
{
	struct frame next;
	bool first = c->held.length == 0;
	bool more = first && asked == FRAME_RUN && frame_take(&c->in, &next) == 1;

	if (first && !more)
		return frame_send(&c->out);
	int rv = buffer_append(&c->held, c->out.bytes, c->out.length);
	return rv == 0 && !more ? send_held(c) : rv;
}

/* One request and its answer. */
static int step(struct child *c)
{
	struct frame frame;
	int rv = frame_receive(&c->in, &frame);
	if (rv != 0)
		return rv;

	if (frame.type == FRAME_LOAD && c->script == NULL)
		rv = load(c, frame.body);
	else if (frame.type == FRAME_RUN && c->script != NULL)
		rv = json_index_read(&c->index, frame.body);
	else
		rv = AW_ESYNTAX;
	if (rv == 0 && frame.type == FRAME_RUN)
		rv = run(c, c->index.items);
	buffer_consume(&c->in, FRAME_HEADER + frame.body.length);
	if (rv == 0)
		rv = answer(c, frame.type);
	if (rv == 0 && c->script != NULL)
		script_prepare(c->script);
	return rv;
}

int evaluator_main(int count, char **arguments)
{
	struct child c = {0};
	struct err e = {0};

	/* The daemon alone decides when an evaluator ends; a Ctrl-C meant for the
	 * daemon reaches the whole process group. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Hashing must not need the system's chance once the seal is on. */
	json_object_seed(1);
	int rv = count > 0 ? words_load(count, arguments, &c.words, &e) : 0;
	if (rv == 0)
		(void)script_hurry(NULL); /* where it fails, all is counted */
	if (rv == 0)
		rv = evaluator_seal(&e);
	if (rv != 0) {
		(void)fprintf(stderr, "<3>%s\n", e.text);
		return EXIT_FAILURE;
	}
	while (rv == 0)
		rv = step(&c);
	script_close(&c.script);
	json_index_deinit(&c.index);
	buffer_deinit(&c.in);
	buffer_deinit(&c.out);
	buffer_deinit(&c.held);
	return rv == AW_ECLOSED ? EXIT_SUCCESS : EXIT_FAILURE;
}
