/* log tail: the last entries of a log, and those that come, as they are written. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/offline.h"
#include "ctl/verb.h"

enum {
	LAST = 10,
	HELD = 1 << 16, /* bytes that are collected before they are written */
	/* A commit is seen by readers only after its sync, and that is no event: from a write on it
	 * is looked again after so many milliseconds, then after twice as many, and so on. */
	LOOK_FIRST_MS = 10,
	LOOK_LAST_MS = 1280,
};

struct tail {
	struct session *session;
	char *path; /* absolute, links followed: the WAL is beside it */
	struct stat file;
	struct journal_reader *log;
	const char *kind; /* NULL: any */
	int64_t after;
	bool follow, closed;  /* nobody reads standard output any more */
	int changes, signals; /* -1 where not followed */
	struct paper page;
	int status; /* an exit status; not EXIT_DONE once something failed */
};

/* ---- writing ------------------------------------------------------------- */

static int flush(struct tail *t)
{
	struct buffer *out = &t->page.out;
	size_t length = out->length;

	if (buffer_status(out) != 0)
		t->status = session_say(t->session, EXIT_UNEXPECTED, "no memory for an entry");
	else if (length > 0 &&
		 (fwrite(out->bytes, 1, length, stdout) != length || fflush(stdout) != 0))
		t->closed = t->follow && errno == EPIPE;
	else
		length = 0;
	if (length > 0 && !t->closed && t->status == EXIT_DONE)
		t->status =
			session_say(t->session, EXIT_UNEXPECTED, "writing: %s", strerror(errno));
	paper_deinit(&t->page);
	paper_init(&t->page, t->session->out);
	return t->status != EXIT_DONE || t->closed ? 1 : 0;
}

/* The next column begins at least two cells on. */
static void put_cell(struct paper *p, const char *text, int next)
{
	paper_text(p, text != NULL ? text : "");
	paper_text(p, "  ");
	paper_pad(p, next);
}

static void put_line(struct paper *p, const struct tail_entry *entry)
{
	char number[24], uid[24];
	bool named = entry->user != NULL && *entry->user != '\0';

	(void)snprintf(number, sizeof number, "%" PRId64, entry->sequence); /* fits */
	(void)snprintf(uid, sizeof uid, "%lu", (unsigned long)entry->uid);  /* likewise */
	put_cell(p, number, 8);
	put_cell(p, entry->at, 34);
	put_cell(p, named ? entry->user : uid, 44);
	put_cell(p, entry->kind, 56);
	put_cell(p, entry->partnership, 74);
	paper_text(p, entry->what != NULL ? entry->what : "");
	paper_newline(p);
}

static int on_entry(void *ctx, const struct tail_entry *entry)
{
	struct tail *t = ctx;
	struct buffer bytes;

	if (!t->session->json) {
		put_line(&t->page, entry);
	} else if (!t->page.look.bounded) {
		/* buffer_status at the flush tells of these. */
		(void)buffer_append(&t->page.out, entry->bytes.bytes, entry->bytes.length);
		(void)buffer_append_text(&t->page.out, "\n");
	} else {
		buffer_init(&bytes);
		(void)buffer_append(&bytes, entry->bytes.bytes, entry->bytes.length);
		t->page.out.failed = t->page.out.failed || bytes.failed;
		paper_text(&t->page, bytes.bytes != NULL ? bytes.bytes : "");
		paper_newline(&t->page);
		buffer_deinit(&bytes);
	}
	t->after = entry->sequence;
	return t->page.out.length >= HELD ? 1 : 0;
}

/* Everything that was not shown yet. Written between two looks at the log: whoever reads may
 * take long, and must not keep the daemon from emptying its WAL meanwhile. */
static int show(struct tail *t)
{
	struct err e = {.status = 0};
	int rv;

	do {
		rv = reader_tail(t->log, t->kind, t->after, on_entry, t, &e);
		if (rv < 0 && t->status == EXIT_DONE)
			t->status =
				session_say(t->session, EXIT_UNEXPECTED, "%s: %s", t->path, e.text);
		if (flush(t) != 0)
			return 1;
	} while (rv > 0);
	return rv;
}

/* ---- following ----------------------------------------------------------- */

static int say_trouble(struct tail *t, const char *doing)
{
	t->status = session_say(t->session, EXIT_UNEXPECTED, "%s %s: %s", doing, t->path,
				strerror(errno));
	return t->status;
}

/* A log that nobody has written since it was copied has no WAL yet: it comes into the folder. */
static int watch_wal(struct tail *t, char *name)
{
	if (inotify_add_watch(t->changes, name, IN_MODIFY) >= 0)
		return 0;
	if (errno == ENOENT) {
		name[strrchr(name, '/') - name + 1] = '\0';
		if (inotify_add_watch(t->changes, name, IN_CREATE | IN_MOVED_TO) >= 0)
			return 0;
	}
	return say_trouble(t, "watching the WAL of");
}

static int watch(struct tail *t)
{
	struct buffer name;
	int rv = 0;

	buffer_init(&name);
	if (buffer_printf(&name, "%s-wal", t->path) != 0)
		t->status = session_say(t->session, EXIT_UNEXPECTED, "no memory for a file name");
	else if (inotify_add_watch(t->changes, t->path, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF) < 0)
		rv = say_trouble(t, "watching");
	else
		rv = watch_wal(t, name.bytes);
	buffer_deinit(&name);
	return rv != 0 ? rv : t->status;
}

static int begin_following(struct tail *t)
{
	sigset_t interrupt;

	(void)signal(SIGPIPE, SIG_IGN); /* a write says it; neither can fail */
	(void)sigemptyset(&interrupt);
	(void)sigaddset(&interrupt, SIGINT);
	t->changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (sigprocmask(SIG_BLOCK, &interrupt, NULL) == 0)
		t->signals = signalfd(-1, &interrupt, SFD_CLOEXEC);
	if (t->changes < 0 || t->signals < 0)
		return say_trouble(t, "following");
	return watch(t);
}

/* Reads and forgets: what changed is seen in the log. */
static bool drain(int fd)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool any = false;

	while (read(fd, events, sizeof events) > 0)
		any = true;
	return any;
}

static bool is_in_place(struct tail *t)
{
	struct stat now;

	if (stat(t->path, &now) == 0 && now.st_dev == t->file.st_dev &&
	    now.st_ino == t->file.st_ino)
		return true;
	t->status = session_say(t->session, EXIT_UNEXPECTED, "%s was removed or replaced", t->path);
	return false;
}

/* Waits for a change, or so long; false where it is over. */
static bool await(struct tail *t, int *look_ms)
{
	struct pollfd fds[] = {{.fd = t->changes, .events = POLLIN},
			       {.fd = t->signals, .events = POLLIN},
			       {.fd = STDOUT_FILENO}}; /* POLLERR is always told */
	int count = poll(fds, sizeof fds / sizeof *fds, *look_ms);

	if (count < 0 && errno != EINTR) {
		(void)say_trouble(t, "following"); /* it is kept */
		return false;
	}
	if (fds[1].revents != 0 || (fds[2].revents & (POLLERR | POLLHUP)) != 0)
		return false;
	if (drain(t->changes))
		*look_ms = LOOK_FIRST_MS;
	else if (count == 0)
		*look_ms = *look_ms < LOOK_LAST_MS ? *look_ms * 2 : -1;
	return is_in_place(t) && watch(t) == EXIT_DONE;
}

/* What was at rest when it was opened is read as it was then. Whoever began to write it may not
 * have made all that stands beside it yet. */
static bool reopen(struct tail *t, int *look_ms)
{
	struct err e = {.status = 0};

	if (reader_is_still(t->log, 0, &e) == 0)
		return true;
	reader_close(&t->log);
	while (reader_open(t->path, &t->log, &e) != 0) {
		if (*look_ms < 0)
			t->status = session_say(t->session, EXIT_UNEXPECTED, "%s", e.text);
		if (*look_ms < 0 || !await(t, look_ms))
			return false;
	}
	return true;
}

static void follow(struct tail *t)
{
	int look_ms = LOOK_FIRST_MS; /* a commit may have been under way */

	while (show(t) == 0 && await(t, &look_ms) && reopen(t, &look_ms))
		;
}

/* ---- the command line ---------------------------------------------------- */

static int find_log(struct tail *t)
{
	char *named = NULL;
	int status = offline_log(t->session, &named);

	if (status != EXIT_DONE)
		return status;
	t->path = realpath(named, NULL);
	if (t->path == NULL || stat(t->path, &t->file) != 0)
		status = session_say(t->session, EXIT_UNEXPECTED, "the log %s: %s", named,
				     strerror(errno));
	free(named);
	return status;
}

static int read_limit(const struct tail *t, int64_t *limit)
{
	const char *text = session_option(t->session, OPTION_LIMIT);
	char *end;

	*limit = LAST;
	if (text == NULL)
		return EXIT_DONE;
	errno = 0;
	*limit = strtoll(text, &end, 10);
	bool follow = session_option(t->session, OPTION_FOLLOW) != NULL;
	if (errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && (*limit > 0 || follow))
		return EXIT_DONE;
	return session_say(t->session, EXIT_USAGE,
			   "--limit: a whole number, 1 or more (0 with --follow), not \"%s\"",
			   text);
}

/* A kind that was never logged is said: it may be a slip. */
static void say_kinds(struct tail *t)
{
	struct err e = {.status = 0};
	struct buffer words;
	json_t *counts = NULL;
	const char *name;
	json_t *count;

	if (t->kind == NULL || reader_counts(t->log, &counts, &e) != 0 ||
	    json_object_get(counts, t->kind) != NULL) {
		json_decref(counts);
		return;
	}
	buffer_init(&words);
	json_object_foreach(counts, name, count)
		(void)buffer_printf(&words, " %s", name); /* only a hint */
	(void)session_say(t->session, EXIT_DONE, "no %s is in the log; there are:%s", t->kind,
			  words.bytes != NULL ? words.bytes : " none");
	buffer_deinit(&words);
	json_decref(counts);
}

static int run(struct tail *t)
{
	struct err e = {.status = 0};
	int64_t limit;
	int status = read_limit(t, &limit);

	if (status == EXIT_DONE)
		status = find_log(t);
	if (status != EXIT_DONE)
		return status;
	if (reader_open(t->path, &t->log, &e) != 0 ||
	    reader_tail_start(t->log, t->kind, limit, &t->after, &e) != 0)
		return session_say(t->session, EXIT_UNEXPECTED, "%s", e.text);
	say_kinds(t);
	if (!t->follow)
		(void)show(t); /* its status is kept */
	else if (begin_following(t) == EXIT_DONE)
		follow(t);
	return t->status;
}

int verb_log_tail(struct session *s)
{
	struct tail t = {
		.session = s,
		.kind = session_option(s, OPTION_KIND),
		.follow = session_option(s, OPTION_FOLLOW) != NULL,
		.changes = -1,
		.signals = -1,
	};
	int status;

	paper_init(&t.page, s->out);
	status = run(&t);
	paper_deinit(&t.page);
	reader_close(&t.log);
	free(t.path);
	if (t.changes >= 0)
		(void)close(t.changes); /* only read */
	if (t.signals >= 0)
		(void)close(t.signals); /* likewise */
	return status;
}
