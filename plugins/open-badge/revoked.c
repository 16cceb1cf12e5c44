/* Which entries were revoked, in a file of its own, so that a status list can be
 * given at any time: the log is brought to a sink only once. */
#include "badge.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void revoked_init(struct revoked *r)
{
	*r = (struct revoked){.fd = -1};
}

void revoked_deinit(struct revoked *r)
{
	if (r->fd >= 0)
		(void)close(r->fd); /* every line was synced */
	free(r->sequences);
	revoked_init(r);
}

static bool is_known(const struct revoked *r, int64_t sequence)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->sequences[i] == sequence)
			return true;
	}
	return false;
}

static int make_room(struct revoked *r, struct why *w)
{
	if (r->count < r->room)
		return 0;
	size_t room = r->room > 0 ? 2 * r->room : 64;
	int64_t *more = realloc(r->sequences, room * sizeof *more);
	if (more == NULL)
		return why_set(w, "no memory for what was revoked");
	r->sequences = more;
	r->room = room;
	return 0;
}

/* ---- read ----------------------------------------------------------------------- */

/* Whether a line, or the beginning of one, can be one of ours. */
static bool is_ours(const char *line, size_t length)
{
	return strncmp(line, "revoked ", length < 8 ? length : 8) == 0 ||
	       strncmp(line, "log ", length < 4 ? length : 4) == 0;
}

/* `at` is where the line's last word begins. */
static bool take_log(struct revoked *r, const char *line, const char *at)
{
	size_t length = (size_t)(at - line);

	if (r->log[0] != '\0' || strncmp(line, "log ", 4) != 0 || length <= 5 ||
	    length - 5 >= sizeof r->log)
		return false;
	memcpy(r->log, line + 4, length - 5);
	r->log[length - 5] = '\0';
	return true;
}

static bool take_sequence(const struct revoked *r, const char *line, const char *at, int64_t *out)
{
	char *end = NULL;

	if (r->log[0] == '\0' || strncmp(line, "revoked ", 8) != 0)
		return false;
	*out = strtoll(line + 8, &end, 10);
	return *out > 0 && end + 1 == at;
}

static int take_line(struct revoked *r, const char *line, struct why *w)
{
	const char *space = strrchr(line, ' '), *at = space != NULL ? space + 1 : line;
	int64_t sequence = 0;

	if (strlen(at) >= sizeof r->newest)
		return why_set(w, "not what this plugin wrote: %.60s", line);
	if (take_sequence(r, line, at, &sequence)) {
		if (make_room(r, w) != 0)
			return -1;
		r->sequences[r->count++] = sequence;
	} else if (!take_log(r, line, at)) {
		return why_set(w, "not what this plugin wrote: %.60s", line);
	}
	(void)snprintf(r->newest, sizeof r->newest, "%s", at);
	return 0;
}

/* A last line without its end was never synced: the next one takes its place. */
static int take_lines(struct revoked *r, FILE *f, struct why *w)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int rv = 0;

	while (rv == 0 && (length = getline(&line, &room, f)) > 0) {
		if (line[length - 1] != '\n') {
			if (!is_ours(line, (size_t)length))
				rv = why_set(w, "not what this plugin wrote: %.60s", line);
			break;
		}
		line[length - 1] = '\0';
		rv = take_line(r, line, w);
		r->length += length;
	}
	if (rv == 0 && ferror(f) != 0)
		rv = why_set(w, "cannot be read: %s", strerror(errno));
	free(line);
	return rv;
}

int revoked_open(struct revoked *r, const char *path, struct why *w)
{
	struct why inner = {""};
	int rv = 0;

	r->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	int copy = r->fd >= 0 ? fcntl(r->fd, F_DUPFD_CLOEXEC, 0) : -1;
	FILE *f = copy >= 0 ? fdopen(copy, "r") : NULL;
	if (f == NULL)
		return why_set(w, "%s: %s", path, strerror(errno));
	rv = take_lines(r, f, &inner);
	(void)fclose(f); /* only read */
	if (rv == 0 && (ftruncate(r->fd, r->length) != 0 || folder_sync(path) != 0))
		rv = why_set(&inner, "%s", strerror(errno));
	return rv == 0 ? 0 : why_set(w, "%s: %s", path, inner.text);
}

/* ---- written --------------------------------------------------------------------- */

static int append(struct revoked *r, const char *line, const char *at, struct why *w)
{
	size_t length = strlen(line);

	/* Where the last good line ends, whatever a write that failed left there. */
	if (pwrite(r->fd, line, length, r->length) != (ssize_t)length || fsync(r->fd) != 0)
		return why_set(w, "what was revoked cannot be written: %s", strerror(errno));
	r->length += (int64_t)length;
	(void)snprintf(r->newest, sizeof r->newest, "%s", at);
	return 0;
}

int revoked_begin(struct revoked *r, const char *id, const char *at, struct why *w)
{
	char line[256];

	if (strcmp(r->log, id) == 0)
		return 0;
	if (r->log[0] != '\0')
		return why_set(w,
			       "what was revoked is kept for the log that begins with %s, not %s",
			       r->log, id);
	(void)snprintf(line, sizeof line, "log %s %s\n", id, at);
	if (append(r, line, at, w) != 0)
		return -1;
	(void)snprintf(r->log, sizeof r->log, "%s", id);
	return 0;
}

int revoked_add(struct revoked *r, int64_t sequence, const char *at, struct why *w)
{
	char line[128];

	if (is_known(r, sequence))
		return 0;
	if (make_room(r, w) != 0)
		return -1;
	(void)snprintf(line, sizeof line, "revoked %" PRId64 " %s\n", sequence, at);
	if (append(r, line, at, w) != 0)
		return -1;
	r->sequences[r->count++] = sequence;
	return 0;
}
