/* The process of one plugin: load, start, then one call after another until the
 * daemon closes the connection. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "plugin/inner.h"
#include "wire/wire.h"

enum { LOG_TEXT = 1001 };

struct holder {
	struct plugin *plugin;
	json_t *load;
	bool started;
	struct buffer in;
};

/* ---- saying something --------------------------------------------------- */

/* A plugin's threads may say something while an answer is sent. The lock is the
 * process's, as the connection is. */
static int send_frame(struct buffer *frame, size_t begun)
{
	static pthread_mutex_t connection = PTHREAD_MUTEX_INITIALIZER;
	int rv = frame_end(frame, begun);

	if (rv == 0) {
		(void)pthread_mutex_lock(&connection); /* fails for no lock of this kind */
		rv = frame_send(frame);
		(void)pthread_mutex_unlock(&connection);
	}
	return rv;
}

/* Takes the document. */
static int send_document(unsigned char type, json_t *document)
{
	struct buffer frame;

	buffer_init(&frame);
	size_t begun = frame_begin(&frame, type);
	int rv = document != NULL ? json_compact(document, &frame) : -ENOMEM;
	if (rv == 0)
		rv = send_frame(&frame, begun);
	buffer_deinit(&frame);
	json_decref(document);
	return rv;
}

static int send_bytes(const struct buffer *bytes)
{
	struct buffer frame;

	buffer_init(&frame);
	size_t begun = frame_begin(&frame, PLUGIN_ANSWER);
	int rv = bytes->length > 0 ? buffer_append(&frame, bytes->bytes, bytes->length) : 0;
	if (rv == 0)
		rv = send_frame(&frame, begun);
	buffer_deinit(&frame);
	return rv;
}

/* Text of a plugin may be anything; what is no UTF-8 is shown as "?". */
static json_t *shown(const char *text)
{
	char copy[LOG_TEXT];

	(void)snprintf(copy, sizeof copy, "%s", text); /* it may be cut */
	text_mend(copy);
	return json_string(copy);
}

static void on_log(int level, const char *text)
{
	/* Nobody is left to be told where the connection is gone. */
	(void)send_document(PLUGIN_LOG, json_pack("{si so}", "level", level, "text", shown(text)));
}

static int send_refusal(int code, const char *message)
{
	return send_document(PLUGIN_REFUSED,
			     json_pack("{si so}", "code", code, "message", shown(message)));
}

/* ---- what the daemon asks ----------------------------------------------- */

static int load(struct holder *h, json_t *document)
{
	struct err e = {0};
	json_t *description = NULL;

	h->load = json_incref(document);
	int rv = plugin_confine(document, &e);
	if (rv == 0)
		rv = plugin_open(PLUGIN_OBJECT, json_member_text(document, "file"), &h->plugin, &e);
	(void)close(PLUGIN_OBJECT); /* only read */
	if (rv == 0)
		rv = plugin_describe(h->plugin, &description, &e);
	return rv == 0 ? send_document(PLUGIN_LOADED, description)
		       : send_refusal(AWARDD_FAILED, e.text);
}

static int start(struct holder *h, const json_t *settings)
{
	struct err e = {0};
	int rv = plugin_start(h->plugin, settings, on_log, &e);

	if (rv != 0)
		return send_refusal(AWARDD_FAILED, e.text);
	h->started = true;
	return send_document(PLUGIN_STARTED, json_object());
}

static int run(struct holder *h, const json_t *document)
{
	struct plugin_answer answer = {.code = 0};

	buffer_init(&answer.bytes);
	int rv = plugin_run(h->plugin, (size_t)json_member_integer(document, "offer", 0),
			    json_object_get(document, "call"), &answer);
	rv = rv == 0 ? send_bytes(&answer.bytes) : send_refusal(answer.code, answer.message);
	buffer_deinit(&answer.bytes);
	return rv;
}

/* One request and its answer. */
static int step(struct holder *h)
{
	struct frame frame;
	int rv = frame_receive(&h->in, &frame);
	if (rv != 0)
		return rv;

	json_t *document = json_read(frame.body, NULL);
	if (document == NULL)
		return AW_ESYNTAX;
	buffer_consume(&h->in, FRAME_HEADER + frame.body.length);
	if (frame.type == PLUGIN_LOAD && h->load == NULL)
		rv = load(h, document);
	else if (frame.type == PLUGIN_START && h->plugin != NULL && !h->started)
		rv = start(h, document);
	else if (frame.type == PLUGIN_CALL && h->started)
		rv = run(h, document);
	else
		rv = AW_ESYNTAX;
	json_decref(document);
	return rv;
}

int plugin_main(void)
{
	struct holder h = {.plugin = NULL};
	int rv = 0;

	/* The daemon alone decides when a host ends; a Ctrl-C meant for the daemon
	 * reaches the whole process group. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* None is left open by mistake; on a kernel without this call there is none. */
	(void)close_range(PLUGIN_OBJECT + 1, ~0U, 0);
	while (rv == 0)
		rv = step(&h);
	if (h.started)
		plugin_stop(h.plugin);
	json_decref(h.load);
	buffer_deinit(&h.in);
	return rv == AW_ECLOSED ? EXIT_SUCCESS : EXIT_FAILURE;
}
