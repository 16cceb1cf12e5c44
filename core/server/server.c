/* The listening socket and all its connections. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/conn.h"

enum { BACKLOG = 511, GRACE_MS = 10000, DRAINING_MS = 5000 };
enum { PATIENCE_MS = 1000, PAUSE_MS = 20 };

/* ---- the address -------------------------------------------------------- */

static int lock_path(struct address *a, struct err *e)
{
	int rv = lock_take(a->lock_path, 0600, &a->lock);

	if (rv == AW_EBUSY)
		return err_set(e, rv, "another daemon serves the socket %s", a->path);
	int why = rv != 0 ? folder_check(a->path, "socket", e) : 0;
	if (why != 0 || rv == 0)
		return why;
	return err_set(e, rv, "the socket %s cannot be made: %s: %s", a->path, a->lock_path,
		       status_text(rv));
}

/* Whether it is somebody's: a service manager has no lock. Unless it is sure that it is nobody's;
 * it may be of another type, or for others alone. */
static bool is_served(const struct address *a)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return true;
	memcpy(name.sun_path, a->path, sizeof name.sun_path);
	bool served = connect(fd, (struct sockaddr *)&name, sizeof name) == 0 ||
		      (errno != ECONNREFUSED && errno != ENOENT);
	(void)close(fd); /* nothing was said */
	return served;
}

/* 1 where a socket is there, 0 where nothing is. */
static int look_at(const struct address *a, struct err *e)
{
	struct stat about;

	if (lstat(a->path, &about) != 0)
		return errno == ENOENT ? 0
				       : err_set(e, -errno, "%s: %s", a->path, status_text(-errno));
	if (!S_ISSOCK(about.st_mode))
		return err_set(e, -EEXIST, "%s is there already and is no socket", a->path);
	return 1;
}

/* Only while the lock is held: what is there was left by a daemon that died. */
static int remove_stale(const struct address *a, struct err *e)
{
	int rv = look_at(a, e);

	if (rv <= 0)
		return rv;
	if (is_served(a))
		return err_set(e, AW_EBUSY,
			       "another program has the socket %s, or another user left it",
			       a->path);
	if (unlink(a->path) != 0)
		return err_set(e, -errno, "cannot remove %s: %s", a->path, status_text(-errno));
	return 0;
}

static int bind_path(struct address *a, unsigned mode, struct err *e)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	memcpy(name.sun_path, a->path, sizeof name.sun_path);
	a->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->socket < 0)
		return err_set(e, -errno, "cannot make a socket: %s", status_text(-errno));
	mode_t before = umask((mode_t)~mode & 0777);
	int rv = bind(a->socket, (struct sockaddr *)&name, sizeof name) == 0 ? 0 : -errno;
	(void)umask(before);
	if (rv != 0)
		return err_set(e, rv, "cannot bind %s: %s", a->path, status_text(rv));
	a->bound = true;
	return 0;
}

static int take_path(struct address *a, const char *path, struct err *e)
{
	if (strlen(path) >= sizeof a->path)
		return err_set(e, -ENAMETOOLONG, "the socket's path is longer than %zu bytes: %s",
			       sizeof a->path - 1, path);
	memcpy(a->path, path, strlen(path) + 1);
	(void)snprintf(a->lock_path, sizeof a->lock_path, "%s.lock", path); /* fits */
	return 0;
}

int address_check(const char *path, struct err *e)
{
	struct address a = {.lock = -1, .socket = -1};
	int rv = take_path(&a, path, e);

	if (rv == 0)
		rv = look_at(&a, e);
	return rv < 0 ? rv : 0;
}

static int take_once(struct address *a, unsigned mode, struct err *e)
{
	int rv = lock_path(a, e);

	if (rv == 0)
		rv = remove_stale(a, e);
	if (rv == 0)
		rv = bind_path(a, mode, e);
	if (rv != 0)
		address_drop(a);
	return rv;
}

/* A daemon that was killed just when it started a child leaves lock and socket to that child,
 * until this has become another program. */
int address_take(struct address *a, const char *path, unsigned mode, struct err *e)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

	*a = (struct address){.lock = -1, .socket = -1};
	int rv = take_path(a, path, e);
	if (rv == 0)
		rv = take_once(a, mode, e);
	for (int waited = 0; rv == AW_EBUSY && waited < PATIENCE_MS; waited += PAUSE_MS) {
		(void)nanosleep(&pause, NULL); /* a signal only makes it shorter */
		rv = take_once(a, mode, e);
	}
	return rv;
}

/* Somebody else made it: whether it is what is configured. */
static int check_passed(const struct address *a, struct err *e)
{
	struct sockaddr_un name = {.sun_family = AF_UNSPEC};
	socklen_t size = sizeof name - 1; /* so that its path always ends */
	int type = 0, listens = 0;
	socklen_t type_size = sizeof type, listens_size = sizeof listens;

	if (getsockname(a->socket, (struct sockaddr *)&name, &size) != 0 ||
	    getsockopt(a->socket, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
	    getsockopt(a->socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0)
		return err_set(e, -errno, "descriptor %d, which was passed, is no socket: %s",
			       a->socket, status_text(-errno));
	if (name.sun_family != AF_UNIX || type != SOCK_STREAM || listens == 0)
		return err_set(e, AW_EINVALID,
			       "the socket that was passed is no Unix stream socket that listens"
			       " (ListenStream=, and not Accept=yes)");
	if (strcmp(name.sun_path, a->path) != 0)
		return err_set(e, AW_EINVALID,
			       "the socket that was passed is %s, but the setting socket is %s",
			       name.sun_path, a->path);
	return 0;
}

int address_adopt(struct address *a, const char *path, int passed, struct err *e)
{
	*a = (struct address){.lock = -1, .socket = passed};
	int rv = take_path(a, path, e);

	if (rv == 0)
		rv = check_passed(a, e);
	/* Those that are started from here are not to have it. */
	if (rv == 0 && fcntl(passed, F_SETFD, FD_CLOEXEC) != 0)
		rv = err_set(e, -errno, "the socket that was passed: %s", status_text(-errno));
	if (rv != 0)
		address_drop(a);
	return rv;
}

void address_drop(struct address *a)
{
	/* On the way out nothing more can be done about a failure. */
	if (a->bound)
		(void)unlink(a->path);
	if (a->socket >= 0)
		(void)close(a->socket);
	lock_drop(a->lock_path, &a->lock);
	a->bound = false;
	a->socket = -1;
}

/* ---- running ------------------------------------------------------------ */

static void on_connection(uv_stream_t *listener, int status)
{
	struct server *s = listener->data;

	if (status == 0)
		conn_accept(s);
	else
		s->options.on_log(s->options.ctx, 4, status_text(status));
}

static void on_flush(uv_prepare_t *handle)
{
	struct server *s = handle->data;

	while (s->dirty != NULL) {
		struct conn *c = s->dirty;
		s->dirty = c->next_dirty;
		c->dirty = false;
		conn_flush(c);
	}
	service_hand_in(s->options.service);
}

int server_open(const struct server_options *options, struct address *a, struct server **out,
		struct err *e)
{
	struct server *s = calloc(1, sizeof *s);
	if (s == NULL)
		return err_set(e, -ENOMEM, "no memory for the server");

	s->options = *options;
	/* These only set members; none can fail before its start. */
	(void)uv_pipe_init(options->loop, &s->listener, 0);
	(void)uv_prepare_init(options->loop, &s->flusher);
	(void)uv_prepare_start(&s->flusher, on_flush);
	(void)uv_idle_init(options->loop, &s->walker);
	(void)uv_timer_init(options->loop, &s->patience);
	s->listener.data = s->flusher.data = s->walker.data = s->patience.data = s;
	s->open_handles = 4;
	int rv = uv_pipe_open(&s->listener, a->socket);
	if (rv == 0) {
		a->socket = -1;
		rv = uv_listen((uv_stream_t *)&s->listener, BACKLOG, on_connection);
	}
	if (rv != 0) {
		server_close(s, NULL, NULL);
		return err_set(e, rv, "cannot listen on %s: %s", a->path, status_text(rv));
	}
	*out = s;
	return 0;
}

static void on_draining_watched(uv_timer_t *timer)
{
	struct server *s = timer->data;
	bool any = false;

	for (struct conn *c = s->conns, *next; c != NULL; c = next) {
		next = c->next;
		if (c->state != CONN_DRAINING)
			continue;
		if (c->stale && c->owed == 0)
			conn_close(c);
		c->stale = any = true;
	}
	if (!any)
		(void)uv_timer_stop(timer); /* fails never */
}

void server_watch_draining(struct server *s)
{
	if (!s->closing && !uv_is_active((uv_handle_t *)&s->patience))
		(void)uv_timer_start(&s->patience, on_draining_watched, DRAINING_MS, DRAINING_MS);
}

/* ---- closing ------------------------------------------------------------ */

void server_handle_closed(uv_handle_t *handle)
{
	struct server *s = handle->data;

	if (--s->open_handles > 0)
		return;
	void (*closed)(void *ctx) = s->closed;
	void *ctx = s->closed_ctx;
	free(s);
	if (closed != NULL)
		closed(ctx);
}

void server_conn_gone(struct server *s)
{
	if (!s->closing || s->conn_count > 0 || uv_is_closing((uv_handle_t *)&s->flusher))
		return;
	uv_close((uv_handle_t *)&s->flusher, server_handle_closed);
	uv_close((uv_handle_t *)&s->walker, server_handle_closed);
	uv_close((uv_handle_t *)&s->patience, server_handle_closed);
}

static void on_grace_over(uv_timer_t *timer)
{
	struct server *s = timer->data;

	/* What is still being decided is waited for; a client that has taken
	 * nothing of its answers for a whole period is not. */
	for (struct conn *c = s->conns, *next; c != NULL; c = next) {
		next = c->next;
		if (c->stale && c->owed == 0)
			conn_close(c);
		c->stale = true;
	}
}

void server_close(struct server *s, void (*closed)(void *ctx), void *ctx)
{
	if (s->closing)
		return;
	s->closing = true;
	s->closed = closed;
	s->closed_ctx = ctx;
	uv_close((uv_handle_t *)&s->listener, server_handle_closed);
	(void)uv_timer_start(&s->patience, on_grace_over, GRACE_MS, GRACE_MS); /* fails never */
	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		if (c->state == CONN_DRAINING)
			conn_close(c);
		else
			conn_finish(c);
	}
	server_conn_gone(s);
}
