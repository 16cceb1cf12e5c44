/* conn: one connection, and the calls made over it; inside this room only. */
#ifndef AW_SERVER_CONN_H
#define AW_SERVER_CONN_H

#include "server/server.h"

/*
 *   OPEN ──end of input, or the server closes──▶ FINISHING ──all answered──▶ CLOSING
 *     └──a line too long──▶ DRAINING (answers, then reads into nothing) ──────▲
 *   an error of the connection leads from each to CLOSING
 */
enum conn_state { CONN_OPEN, CONN_FINISHING, CONN_DRAINING, CONN_CLOSING, CONN_STATES };

struct conn {
	struct server *server;
	struct conn *next, **link; /* among all connections */
	struct conn *next_dirty;
	bool dirty, reading, shut;
	bool paused;  /* it has taken its lines of this round, and has more */
	bool ended;   /* the client has shut down its writing side */
	bool stale;   /* nothing was taken from it or by it for a whole period */
	bool refused; /* there were too many: it takes nobody's place */
	enum conn_state state;
	uv_pipe_t pipe;
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct peer peer;
	struct buffer in, out, sending;
	size_t scanned; /* bytes of `in` known to hold no end of line */
	size_t owed;    /* calls whose answers are not written yet */
	size_t drained;
	size_t held;    /* bytes of its buffers, as the server counts them */
	size_t pending; /* of lines that are being carried out, and of answers to batches */
	bool closed;    /* its handle is; freed with its last call */
};

struct server {
	struct server_options options;
	uv_pipe_t listener;
	uv_prepare_t flusher; /* writes what the last round of callbacks answered */
	uv_idle_t walker;     /* goes on with who has given way to others */
	struct batch *paused;
	uv_timer_t patience; /* with clients that do not read, or never end */
	struct conn *conns, *dirty;
	uv_pipe_t refusal;      /* a connection that there is no memory for */
	bool refusing, waiting; /* it is open; and another one came meanwhile */
	size_t conn_count, open_handles;
	size_t held, pending; /* by all connections */
	bool closing;
	void (*closed)(void *ctx);
	void *closed_ctx;
	char scratch[65536];
};

/* ---- conn.c ------------------------------------------------------------- */
void conn_accept(struct server *s);
/* An answer stands in `out`: to be written before the loop waits again. */
void conn_touch(struct conn *c);
/* A call is answered: reads on, closes or frees as is due. */
void conn_settle(struct conn *c);
void conn_flush(struct conn *c);
/* Reads no more; closes when all is answered. */
void conn_finish(struct conn *c);
/* Whoever has given way goes on in the loop's next round. */
void server_go_on(struct server *s);
void conn_close(struct conn *c);

/* ---- held.c ------------------------------------------------------------- */
/* Counts its buffers; who holds most gives way where that is too much. */
void conn_weigh(struct conn *c);
/* Bytes more, or less, that are pending. */
void conn_hold(struct conn *c, size_t bytes);
void conn_release(struct conn *c, size_t bytes);
/* Whether so much is pending, of this user or of all, that these bytes more are too many; a little
 * each connection may always have. */
bool conn_is_overloaded(const struct conn *c, size_t more);

/* ---- rpc.c -------------------------------------------------------------- */
/* One line without its end. Every call it holds is answered in time. */
void rpc_line(struct conn *c, struct text line);
/* Goes on with the batches that gave way. */
void rpc_walk(struct server *s);
/* Writes an error that belongs to no call. */
void rpc_error(struct conn *c, int code, const char *message);

void server_conn_gone(struct server *s);
/* The close callback of each of the server's own handles. */
void server_handle_closed(uv_handle_t *handle);
/* Ends connections that drain for too long. */
void server_watch_draining(struct server *s);

#endif
