/* JSON-RPC 2.0: lines to calls, answers to lines, batches gathered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/conn.h"

/* What the answers of one batch may take; requests after that are refused. */
enum { BATCH_LIMIT = 16 << 20 };

/* A batch under way: its requests are begun as others are answered, its answers
 * gather until the last is there. */
struct batch {
	json_t *documents;
	size_t next, owed;
	bool walking; /* its walk is on the stack already */
	bool any;
	struct buffer answers;
};

struct call {
	struct request request; /* first, so that a request is its call */
	struct conn *conn;
	struct batch *batch; /* NULL for a call on its own */
	json_t *document;    /* {"jsonrpc", "method", "params", "id"} */
	const json_t *id;    /* NULL: a notification */
};

/* ---- answers ------------------------------------------------------------ */

static int write_reply(struct buffer *out, const json_t *id, const struct reply *reply)
{
	size_t begun = out->length;
	int rv = buffer_append_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");

	if (rv == 0 && id != NULL)
		rv = json_compact(id, out);
	else if (rv == 0)
		rv = buffer_append_text(out, "null");
	if (rv == 0 && reply->code == 0) {
		(void)buffer_append_text(out, ",\"result\":");
		rv = reply->result != NULL
			     ? json_compact(reply->result, out)
			     : buffer_append(out, reply->json.bytes, reply->json.length);
	} else if (rv == 0) {
		json_t *message = json_string(reply->message);
		(void)buffer_printf(out, ",\"error\":{\"code\":%d,\"message\":", reply->code);
		rv = message != NULL ? json_compact(message, out) : -ENOMEM;
		json_decref(message);
		if (rv == 0 && reply->data != NULL) {
			(void)buffer_append_text(out, ",\"data\":");
			rv = json_compact(reply->data, out);
		}
		(void)buffer_append_text(out, "}");
	}
	if (rv == 0)
		rv = buffer_append_text(out, "}");
	if (rv != 0 || out->failed) {
		out->length = begun; /* an answer is written whole or not at all */
		rv = -ENOMEM;
	}
	return rv;
}

/* Where there is no memory for an answer the connection is closed. */
static void write_line(struct conn *c, const json_t *id, const struct reply *reply)
{
	size_t begun = c->out.length;

	if (c->state == CONN_CLOSING)
		return;
	if (write_reply(&c->out, id, reply) != 0 || buffer_append(&c->out, "\n", 1) != 0) {
		/* The client waits for an answer that cannot be given: it must not
		 * take the next one for it. */
		c->out.length = begun;
		conn_close(c);
		return;
	}
	conn_touch(c);
}

void rpc_error(struct conn *c, int code, const char *message)
{
	const struct reply reply = {.code = code, .message = message};

	write_line(c, NULL, &reply);
}

static void batch_walk(struct conn *c, struct batch *b);

static void batch_add(struct batch *b, const json_t *id, const struct reply *reply)
{
	(void)buffer_append_text(&b->answers, b->any ? "," : "[");
	/* A failure stays marked in the buffer, and closes the connection. */
	if (write_reply(&b->answers, id, reply) != 0)
		b->answers.failed = true;
	b->any = true;
}

/* Everything is answered: one line for all. */
static void batch_end(struct conn *c, struct batch *b)
{
	(void)buffer_append_text(&b->answers, "]\n");
	if (c->state != CONN_CLOSING && b->any) {
		if (buffer_status(&b->answers) != 0 ||
		    buffer_append(&c->out, b->answers.bytes, b->answers.length) != 0)
			conn_close(c);
		else
			conn_touch(c);
	}
	buffer_deinit(&b->answers);
	json_decref(b->documents);
	free(b);
	c->owed--;
}

static void on_answer(struct request *r, struct reply *reply)
{
	struct call *call = (struct call *)r;
	struct conn *c = call->conn;
	struct batch *b = call->batch;

	if (call->id != NULL && b != NULL)
		batch_add(b, call->id, reply);
	else if (call->id != NULL)
		write_line(c, call->id, reply);
	json_decref(reply->result);
	json_decref(reply->data);
	json_decref(call->document);
	free(call);
	c->owed--;
	if (b != NULL) {
		b->owed--;
		batch_walk(c, b);
	}
	conn_settle(c);
}

/* ---- calls -------------------------------------------------------------- */

/* Why this is no request, or NULL. The id is set where it can be answered. */
static const char *check_request(const json_t *document, const json_t **id)
{
	const json_t *params = json_object_get(document, "params");
	const char *version = json_member_text(document, "jsonrpc");
	const json_t *given = json_object_get(document, "id");

	*id = NULL;
	if (!json_is_object(document))
		return "a request must be an object";
	if (given != NULL && !json_is_string(given) && !json_is_integer(given) &&
	    !json_is_null(given))
		return "id must be text, a whole number or null";
	*id = given;
	if (version == NULL || !text_equal(text_of(version), text_of("2.0")))
		return "jsonrpc must be \"2.0\"";
	if (!json_is_string(json_object_get(document, "method")))
		return "method must be text";
	if (params != NULL && !json_is_object(params) && !json_is_array(params))
		return "params must be an object";
	return NULL;
}

static void refuse(struct conn *c, struct batch *b, const json_t *id, int code, const char *why)
{
	const struct reply reply = {.code = code, .message = why};

	if (b != NULL)
		batch_add(b, id, &reply);
	else
		write_line(c, id, &reply);
}

/* Takes the document. */
static void start_call(struct conn *c, json_t *document, struct batch *b)
{
	const json_t *id = NULL;
	const char *wrong = check_request(document, &id);
	struct call *call = wrong == NULL ? calloc(1, sizeof *call) : NULL;

	if (call == NULL) {
		refuse(c, b, id, wrong != NULL ? CODE_REQUEST : CODE_INTERNAL,
		       wrong != NULL ? wrong : "out of memory: nothing was done");
		json_decref(document);
		return;
	}
	call->conn = c;
	call->batch = b;
	call->document = document;
	call->id = id;
	call->request = (struct request){
		.method = json_member_text(document, "method"),
		.params = json_object_get(document, "params"),
		.peer = &c->peer,
		.answer = on_answer,
	};
	c->owed++;
	if (b != NULL)
		b->owed++;
	service_call(c->server->options.service, &call->request);
}

/* Begins what there is room for; the end of the batch is the end of its walk. */
static void batch_walk(struct conn *c, struct batch *b)
{
	size_t count = json_array_size(b->documents);

	if (b->walking)
		return;
	b->walking = true;
	while (b->next < count && b->owed < c->server->options.in_flight) {
		json_t *document = json_array_get(b->documents, b->next++);
		if (b->answers.length > BATCH_LIMIT)
			refuse(c, b, json_object_get(document, "id"), CODE_OVERLOADED,
			       "the batch has too many answers: this was not done");
		else
			start_call(c, json_incref(document), b);
	}
	b->walking = false;
	if (b->next == count && b->owed == 0)
		batch_end(c, b);
}

/* Takes the list. */
static void start_batch(struct conn *c, json_t *documents)
{
	struct batch *b = json_array_size(documents) > 0 ? calloc(1, sizeof *b) : NULL;

	if (b == NULL) {
		rpc_error(c, json_array_size(documents) == 0 ? CODE_REQUEST : CODE_INTERNAL,
			  json_array_size(documents) == 0 ? "a batch must hold at least one request"
							  : "out of memory: nothing was done");
		json_decref(documents);
		return;
	}
	buffer_init(&b->answers);
	b->documents = documents;
	c->owed++; /* until the batch's own answer */
	batch_walk(c, b);
}

void rpc_line(struct conn *c, struct text line)
{
	struct err e = {0};

	if (line.length > 0 && line.bytes[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0)
		return;
	json_t *document = json_read(line, &e);
	if (document == NULL && e.status == -ENOMEM) {
		rpc_error(c, CODE_INTERNAL, "out of memory: nothing was done");
	} else if (document == NULL) {
		char message[sizeof e.text + 32];
		(void)snprintf(message, sizeof message, "the line is not well formed: %s", e.text);
		rpc_error(c, CODE_PARSE, message);
	} else if (json_is_array(document)) {
		start_batch(c, document);
	} else {
		start_call(c, document, NULL);
	}
}
