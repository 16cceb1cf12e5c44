/*
 * awardd/client.h: talking to awardd from C or C++.
 *
 * JSON-RPC 2.0 over the daemon's Unix socket, with JSON as text on both sides:
 * you bring your own JSON library, or none. The library depends on nothing but
 * libc, never raises SIGPIPE, keeps no global state, and blocks. A client
 * belongs to one thread at a time.
 *
 *	struct awardd_client *c;
 *	struct awardd_answer a;
 *
 *	if (awardd_client_new(&c) != AWARDD_OK)
 *		return;
 *	awardd_answer_init(&a);
 *	if (awardd_client_connect(c, "/run/awardd/awardd.sock") != AWARDD_OK ||
 *	    awardd_client_call(c, "assess", submission, &a) != AWARDD_OK)
 *		fprintf(stderr, "%s\n", awardd_client_error(c));
 *	else
 *		puts(a.result);
 *	awardd_answer_deinit(&a);
 *	awardd_client_free(&c);
 */
#ifndef AWARDD_CLIENT_H
#define AWARDD_CLIENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of an operation. Later versions may add others: treat what you
 * do not know as a failure. */
enum awardd_result {
	AWARDD_OK = 0,
	AWARDD_REFUSED = 1,     /* the daemon answered, with an error */
	AWARDD_UNREACHABLE = 2, /* nobody accepts connections at that path */
	AWARDD_CLOSED = 3,      /* the connection ended, or was never there */
	AWARDD_TIMEOUT = 4,     /* no progress within the time allowed */
	AWARDD_GARBLED = 5,     /* what came was not a JSON-RPC answer */
	AWARDD_MISUSE = 6,      /* the arguments cannot be sent as they are */
	AWARDD_MEMORY = 7       /* memory ran out */
};

/* One answer. The texts belong to the answer: valid until it is deinitialised
 * or used for the next one. */
struct awardd_answer {
	int64_t id;    /* of the request it answers; -1 where the daemon gave null */
	char *result;  /* JSON text, as the daemon wrote it; NULL in an error */
	int64_t code;  /* the error's code; 0 in a result */
	char *message; /* the error's message, UTF-8; NULL in a result */
	char *data;    /* the error's data as JSON text; NULL where there is none */
};

/* Makes an answer empty. After that, deinit is always legal, and leaves it empty. */
void awardd_answer_init(struct awardd_answer *answer);
void awardd_answer_deinit(struct awardd_answer *answer);

struct awardd_client;

/* Gives a client that is not connected. AWARDD_OK or AWARDD_MEMORY, and then
 * *out is NULL. */
int awardd_client_new(struct awardd_client **out);

/* Closes the connection, frees the client and clears your pointer. NULL is fine. */
void awardd_client_free(struct awardd_client **client);

/* How long an operation may go without any byte sent or received, in
 * milliseconds; 0, the default, waits without end. */
void awardd_client_set_timeout(struct awardd_client *client, int milliseconds);

/* The longest answer taken, in bytes; 64 MiB unless set. A longer one is
 * AWARDD_GARBLED, and the connection is closed. */
void awardd_client_set_limit(struct awardd_client *client, uint32_t bytes);

/* Connects to a Unix stream socket; an earlier connection is closed first.
 * AWARDD_OK, AWARDD_UNREACHABLE, AWARDD_TIMEOUT, AWARDD_MISUSE (the path is
 * empty or too long for a socket's address). */
int awardd_client_connect(struct awardd_client *client, const char *path);

/* Why the last operation that did not return AWARDD_OK failed, as a sentence
 * (UTF-8, without a full stop). Borrowed, valid until the next operation; ""
 * where nothing failed. After AWARDD_REFUSED it is the daemon's message. */
const char *awardd_client_error(const struct awardd_client *client);

/* Sends one request and waits for its answer. `params` is JSON text, an object
 * or an array, or NULL for none; line breaks between its tokens are fine.
 * AWARDD_OK: answer->result is set. AWARDD_REFUSED: answer->code, message and
 * perhaps data are set. Otherwise the answer is empty: for what was sent but
 * not answered nobody knows whether it was carried out. Must not be mixed with
 * requests of awardd_client_send that are still unanswered: AWARDD_MISUSE. */
int awardd_client_call(struct awardd_client *client, const char *method, const char *params,
		       struct awardd_answer *answer);

/* Sends one request and does not wait, so that many can be under way. `id`, 0
 * or more, is yours to choose and comes back in the answer. While the daemon
 * takes nothing, what it sends is read and kept, so sending without receiving
 * cannot lock both sides. AWARDD_OK: the whole request is with the kernel.
 * AWARDD_MISUSE: nothing was sent, and the connection goes on. Otherwise
 * nothing more can be sent before the next awardd_client_connect
 * (AWARDD_CLOSED); answers already here can still be received. */
int awardd_client_send(struct awardd_client *client, int64_t id, const char *method,
		       const char *params);

/* Takes the next answer, whichever request it belongs to: answers may come in
 * any order. AWARDD_OK or AWARDD_REFUSED as in awardd_client_call;
 * AWARDD_CLOSED where the daemon has closed and nothing is left. AWARDD_MEMORY:
 * an answer is lost, and nothing more can be sent on this connection. */
int awardd_client_receive(struct awardd_client *client, struct awardd_answer *answer);

/* How many requests have been sent and not answered yet. */
uint64_t awardd_client_pending(const struct awardd_client *client);

/* Says that nothing more will be sent; every answer still owed can be
 * received. AWARDD_OK or AWARDD_CLOSED. */
int awardd_client_finish(struct awardd_client *client);

#ifdef __cplusplus
}
#endif

#endif
