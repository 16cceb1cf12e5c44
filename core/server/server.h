/*
 * server: the socket. Reads lines of JSON-RPC 2.0, hands each call to the
 * service, writes each answer; knows every peer by its Unix credentials and
 * bounds what a connection may have under way.
 */
#ifndef AW_SERVER_H
#define AW_SERVER_H

#include <uv.h>

#include "base/base.h"
#include "service/service.h"

struct server;

struct server_options {
	uv_loop_t *loop;
	struct service *service;
	size_t line_limit;
	unsigned connections, in_flight;
	void (*on_log)(void *ctx, int level, const char *text);
	void *ctx;
};

/* The name of the socket, taken before anything else is started. */
struct address {
	int lock, socket; /* descriptors, -1 where there is none */
	char path[108], lock_path[108 + 8];
	bool bound;
};

/* Whether a path can be an address: -ENAMETOOLONG; -EEXIST where something is there that is no
 * socket. Takes nothing. */
int address_check(const char *path, struct err *e);
/* Takes the path: locks "<path>.lock", removes a socket that a dead daemon left,
 * and binds with these permissions. Nobody can connect yet. AW_EBUSY where
 * another daemon has it, or somebody listens there, also a second later. */
int address_take(struct address *a, const char *path, unsigned mode, struct err *e);
/* The same for a socket that was passed on and listens already at this path: name,
 * permissions and folder are whose it is, and nothing is written there. AW_EINVALID where it is none, or another one. The
 * descriptor is taken, also on failure. */
int address_adopt(struct address *a, const char *path, int passed, struct err *e);
/* Removes the socket's name, if it was bound here, and gives up the lock, whose file goes
 * with it; legal at any time. */
void address_drop(struct address *a);

/* Starts to accept on the address (its socket is taken). */
int server_open(const struct server_options *options, struct address *a, struct server **out,
		struct err *e);

/* Accepts and reads nothing more, answers what was read, closes each connection
 * when its last answer is out, or when its client takes none for ten seconds;
 * `closed` comes once, and the server is gone. */
void server_close(struct server *s, void (*closed)(void *ctx), void *ctx);

#endif
