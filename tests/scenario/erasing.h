/*
 * erasing: bytes looked for in the log's file and all that lies beside it, and
 * a reader that holds a state of the log: each a process of its own, since
 * closing any descriptor of the file would drop the locks of this one.
 */
#ifndef AW_TESTS_SCENARIO_ERASING_H
#define AW_TESTS_SCENARIO_ERASING_H

#include "tool.h"

/* Which files of the scene's folder hold these bytes, by the ends of their names
 * beside the log: ", -wal" and so on; "" where none does. The daemon's own
 * output is among them. free() it. */
static inline char *places_of(const struct scene *s, const char *marker)
{
	char command[3 * PATH_TEXT + 100], line[PATH_TEXT];
	struct buffer found;

	buffer_init(&found);
	assert_int_equal(buffer_append_text(&found, ""), 0);
	snprintf(command, sizeof command, "grep -laF -e '%s' '%s' '%s'* 2>/dev/null", marker,
		 s->errors, s->log);
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	while (fgets(line, sizeof line, pipe) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(buffer_printf(&found, "%s%s", found.length > 0 ? ", " : "",
					       strrchr(line, '/') + 1),
				 0);
	}
	(void)pclose(pipe); /* 1 where nothing was found */
	return found.bytes != NULL ? buffer_give(&found) : strdup("");
}

static inline bool is_somewhere(const struct scene *s, const char *marker)
{
	char *places = places_of(s, marker);
	bool is = *places != '\0';

	free(places);
	return is;
}

static inline void is_nowhere(const struct scene *s, const char *marker)
{
	char *places = places_of(s, marker);

	if (*places != '\0')
		fail_msg("%s is still in %s", marker, places);
	free(places);
}

/* A "sqlite3 -readonly" in the middle of a transaction. */
struct holder {
	pid_t pid;
	int in, out;
};

static inline void holder_open(struct holder *h, const struct scene *s)
{
	static const char begin[] = "BEGIN; SELECT count(*) > 0 FROM entry;\n";
	int in[2], out[2];
	char answer;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	h->pid = fork();
	assert_int_not_equal(h->pid, -1);
	if (h->pid == 0) {
		if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
			_exit(125);
		execlp("sqlite3", "sqlite3", "-readonly", s->log, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(close(in[0]) + close(out[1]), 0);
	h->in = in[1];
	h->out = out[0];
	assert_int_equal(write(h->in, begin, sizeof begin - 1), sizeof begin - 1);
	assert_int_equal(read(h->out, &answer, 1), 1); /* it has its state now */
	assert_int_equal(answer, '1');
}

static inline void holder_close(struct holder *h)
{
	int status;

	assert_int_equal(close(h->in), 0);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(close(h->out), 0);
	assert_int_equal(status, 0);
}

/* Every entry has the leaf hash of its bytes, by other code than the daemon's:
 * SQLite's shell writes them out and sha256sum hashes them. */
static inline void leaves_hold(const struct scene *s)
{
	int64_t newest = scene_sql_number(s, "SELECT max(sequence) FROM entry");
	char command[500];

	snprintf(
		command, sizeof command,
		"cd '%s' && sqlite3 -readonly log \"SELECT writefile('leaf-' || sequence,"
		" CAST(x'00' || entry AS BLOB)), 0 FROM entries\" >/dev/null && for n in $(seq 1 %d); do"
		" sha256sum leaf-$n | cut -d' ' -f1; done >hashed && sqlite3 -readonly log"
		" 'SELECT leaf_hash FROM entries ORDER BY sequence' | cmp - hashed && rm leaf-*",
		s->dir, (int)newest);
	assert_int_equal(system(command), 0);
}

#endif
