/* JSON-RPC 2.0: lines to calls, answers to lines, batches gathered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/conn.h"

/* What the answers of one batch may take; requests after that are refused. And how many
 * it may hold: more than fit into a line of a megabyte, but not as many as there may be of
 * what is no request, each of which would be told so while nobody else is served. */
enum { BATCH_LIMIT = 16 << 20, BATCH_MOST = 40000 };

/* After so many bytes of answers, or so many requests, a batch gives way to what else there is
 * to do. */
enum { WALK_BYTES = 1 << 18, WALK_REQUESTS = 256 };

/* A line that calls are carried out of. */
struct line {
	struct conn *conn;
	size_t size; /* bytes that it takes, as its connection counts them */
	struct buffer text;
	struct json_index index;
};

/* A batch under way: its requests are begun as others are answered, its answers
 * gather until the last is there. */
struct batch {
	struct conn *conn;
	struct batch *next_paused;
	struct line *line;
	const struct json_item *next; /* to be begun, or NULL */
	size_t owed;
	bool walking; /* its walk is on the stack already, or it has given way */
	bool any;
	struct buffer answers;
};

struct call {
	struct request request; /* first, so that a request is its call */
	struct conn *conn;
	struct batch *batch;        /* NULL for a call on its own */
	struct line *line;          /* its own, NULL in a batch */
	const struct json_item *id; /* NULL: a notification */
	char *method;
};

static void line_free(struct line **line)
{
	if (*line == NULL)
		return;
	conn_release((*line)->conn, (*line)->size);
	buffer_deinit(&(*line)->text);
	json_index_deinit(&(*line)->index);
	free(*line);
	*line = NULL;
}

/* ---- answers ------------------------------------------------------------ */

static int write_reply(struct buffer *out, const struct json_item *id, const struct reply *reply)
{
	size_t begun = out->length;
	int rv = buffer_reserve(out, reply->json.length + 64);

	if (rv == 0)
		rv = buffer_append_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");

	if (rv == 0 && id != NULL)
		rv = buffer_append(out, id->text.bytes, id->text.length);
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
static void write_line(struct conn *c, const struct json_item *id, const struct reply *reply)
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

static void batch_walk(struct batch *b);

static void batch_add(struct batch *b, const struct json_item *id, const struct reply *reply)
{
	size_t before = b->answers.length;

	(void)buffer_append_text(&b->answers, b->any ? "," : "[");
	/* A failure stays marked in the buffer, and closes the connection. */
	if (write_reply(&b->answers, id, reply) != 0)
		b->answers.failed = true;
	b->any = true;
	conn_hold(b->conn, b->answers.length - before);
}

/* Everything is answered: one line for all. */
static void batch_end(struct conn *c, struct batch *b)
{
	conn_release(c, b->answers.length);
	(void)buffer_append_text(&b->answers, "]\n");
	if (c->state != CONN_CLOSING && b->any) {
		if (buffer_status(&b->answers) != 0 ||
		    buffer_append(&c->out, b->answers.bytes, b->answers.length) != 0)
			conn_close(c);
		else
			conn_touch(c);
	}
	buffer_deinit(&b->answers);
	line_free(&b->line);
	free(b);
	c->owed--;
}

static void call_free(struct call *call)
{
	line_free(&call->line);
	free(call->method);
	free(call);
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
	call_free(call);
	c->owed--;
	if (b != NULL) {
		b->owed--;
		batch_walk(b);
	}
	conn_settle(c);
}

/* ---- calls -------------------------------------------------------------- */

static const char overloaded[] = "overloaded: this was not done, try again";

/* Why this is no request, or NULL. The id is set where it can be answered. */
static const char *check_request(const struct json_item *document, const struct json_item **id)
{
	const struct json_item *params = json_item_get(document, "params");
	const struct json_item *method = json_item_get(document, "method");
	const struct json_item *given = json_item_get(document, "id");

	*id = NULL;
	if (document->kind != JSON_ITEM_OBJECT)
		return "a request must be an object";
	if (given != NULL && given->kind != JSON_ITEM_STRING && given->kind != JSON_ITEM_INTEGER &&
	    given->kind != JSON_ITEM_REAL && given->kind != JSON_ITEM_NULL)
		return "id must be text, a number or null";
	*id = given;
	if (!json_item_is(json_item_get(document, "jsonrpc"), text_of("2.0")))
		return "jsonrpc must be \"2.0\"";
	if (method == NULL || method->kind != JSON_ITEM_STRING)
		return "method must be text";
	if (params != NULL && params->kind != JSON_ITEM_OBJECT && params->kind != JSON_ITEM_ARRAY)
		return "params must be an object";
	return NULL;
}

static void refuse(struct conn *c, struct batch *b, const struct json_item *id, int code,
		   const char *why)
{
	const struct reply reply = {.code = code, .message = why};

	if (b != NULL)
		batch_add(b, id, &reply);
	else
		write_line(c, id, &reply);
}

/* Says so to whom it concerns: a call that wants no answer gets none. */
static void leave_undone(struct conn *c, struct batch *b, const struct json_item *document,
			 const char *why)
{
	const struct json_item *id = NULL;

	if (check_request(document, &id) != NULL || id != NULL) /* a batch is no request, either */
		refuse(c, b, id, CODE_OVERLOADED, why);
}

/* A call of this document, which stands in `line` (taken), or in the batch's. */
static struct call *call_new(const struct json_item *document, struct line **line)
{
	struct call *call = calloc(1, sizeof *call);
	struct buffer method;

	if (call == NULL)
		return NULL;
	buffer_init(&method);
	if (json_item_text(json_item_get(document, "method"), &method) == 0)
		call->method = buffer_give(&method);
	buffer_deinit(&method);
	if (call->method == NULL) {
		free(call);
		return NULL;
	}
	call->line = *line;
	*line = NULL;
	return call;
}

/* Takes the line; in a batch there is none. */
static void start_call(struct conn *c, const struct json_item *document, struct line **line,
		       struct batch *b)
{
	const struct json_item *id = NULL;
	const char *wrong = check_request(document, &id);
	struct call *call = wrong == NULL ? call_new(document, line) : NULL;

	if (call == NULL) {
		refuse(c, b, id, wrong != NULL ? CODE_REQUEST : CODE_INTERNAL,
		       wrong != NULL ? wrong : "out of memory: nothing was done");
		line_free(line);
		return;
	}
	call->conn = c;
	call->batch = b;
	call->id = id;
	call->request = (struct request){
		.method = call->method,
		.given = json_item_get(document, "params"),
		.peer = &c->peer,
		.answer = on_answer,
	};
	c->owed++;
	if (b != NULL)
		b->owed++;
	service_call(c->server->options.service, &call->request);
}

static void batch_pause(struct batch *b)
{
	struct server *s = b->conn->server;

	b->next_paused = s->paused;
	s->paused = b;
	server_go_on(s);
}

/* Begins what there is room for; the end of the batch is the end of its walk. */
static void batch_walk(struct batch *b)
{
	const struct json_item *list = b->line->index.items;
	struct conn *c = b->conn;
	struct line *none = NULL;
	size_t before = b->answers.length;
	unsigned begun = 0;
	bool overload = false; /* it does not end within a walk, and all are looked at for it */

	if (b->walking)
		return;
	b->walking = true;
	while (b->next != NULL && b->owed < c->server->options.in_flight) {
		const struct json_item *document = b->next;
		b->next = json_item_next(list, document);
		overload = overload || conn_is_overloaded(c, 0);
		if (b->answers.length > BATCH_LIMIT)
			leave_undone(c, b, document,
				     "the batch has too many answers: this was not done");
		else if (overload)
			leave_undone(c, b, document, overloaded);
		else
			start_call(c, document, &none, b);
		if (b->answers.length - before > WALK_BYTES || ++begun == WALK_REQUESTS) {
			batch_pause(b);
			return;
		}
	}
	b->walking = false;
	if (b->next == NULL && b->owed == 0)
		batch_end(c, b);
}

void rpc_walk(struct server *s)
{
	struct batch *paused = s->paused;

	s->paused = NULL;
	while (paused != NULL) {
		struct batch *b = paused;
		struct conn *c = b->conn;
		paused = b->next_paused;
		b->walking = false;
		batch_walk(b); /* it may have ended, and be gone */
		conn_settle(c);
	}
}

/* Whether a list holds as many requests as a batch may. */
static bool is_batch(const struct json_item *list)
{
	const struct json_item *one = NULL;
	size_t count = 0;

	while (count <= BATCH_MOST && (one = json_item_next(list, one)) != NULL)
		count++;
	return count > 0 && count <= BATCH_MOST;
}

/* Takes the line. */
static void start_batch(struct conn *c, struct line **line)
{
	const struct json_item *list = (*line)->index.items;
	bool fits = is_batch(list);
	struct batch *b = fits ? calloc(1, sizeof *b) : NULL;

	if (b == NULL) {
		rpc_error(c, fits ? CODE_INTERNAL : CODE_REQUEST,
			  fits ? "out of memory: nothing was done"
			       : "a batch must hold at least one request, and at most 40,000");
		line_free(line);
		return;
	}
	buffer_init(&b->answers);
	b->conn = c;
	b->line = *line;
	b->next = json_item_next(list, NULL);
	*line = NULL;
	c->owed++; /* until the batch's own answer */
	batch_walk(b);
}

static int read_line(struct conn *c, struct text text, struct line **out)
{
	struct line *line = calloc(1, sizeof *line);

	if (line == NULL)
		return -ENOMEM;
	line->conn = c;
	buffer_init(&line->text);
	json_index_init(&line->index);
	int rv = buffer_append(&line->text, text.bytes, text.length);
	if (rv == 0)
		rv = json_index_read(&line->index, (struct text){line->text.bytes, text.length});
	if (rv != 0)
		line_free(&line);
	*out = line;
	return rv;
}

/* Counts what it takes; false where that is too much. */
static bool line_hold(struct line *line)
{
	size_t size = line->text.capacity + line->index.capacity * sizeof *line->index.items;

	if (conn_is_overloaded(line->conn, size))
		return false;
	conn_hold(line->conn, size);
	line->size = size;
	return true;
}

/* The index does not say what is wrong; the reader of documents does. */
static void refuse_line(struct conn *c, struct text text, int status)
{
	struct err e = {0};
	char message[sizeof e.text + 32];

	if (status != -ENOMEM)
		json_decref(json_read(text, &e));
	if (status == -ENOMEM || e.status == -ENOMEM) {
		rpc_error(c, CODE_INTERNAL, "out of memory: nothing was done");
		return;
	}
	(void)snprintf(message, sizeof message, "the line is not well formed: %s", e.text);
	rpc_error(c, CODE_PARSE, message);
}

/* Takes the line. */
static void turn_away(struct conn *c, struct line **line)
{
	leave_undone(c, NULL, (*line)->index.items, overloaded);
	line_free(line);
}

void rpc_line(struct conn *c, struct text text)
{
	struct line *line = NULL;

	if (text.length > 0 && text.bytes[text.length - 1] == '\r')
		text.length--;
	if (text.length == 0)
		return;
	int rv = read_line(c, text, &line);
	if (rv != 0)
		refuse_line(c, text, rv);
	else if (!line_hold(line))
		turn_away(c, &line);
	else if (line->index.items->kind == JSON_ITEM_ARRAY)
		start_batch(c, &line);
	else
		start_call(c, line->index.items, &line, NULL);
}
