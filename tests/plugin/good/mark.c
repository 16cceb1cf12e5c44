/* A sink that writes down the sequence of each entry, and may kill its process
 * before it says that it is done with it: the first time that it sees the entry. */
#include <awardd/plugin.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mark {
	int fd;
	int dies;
};

/* The last line of the file so far, "" where there is none. */
static void last_line(int fd, char out[32])
{
	char bytes[32];
	off_t end = lseek(fd, 0, SEEK_END);
	off_t from = end > 31 ? end - 31 : 0;
	ssize_t got = pread(fd, bytes, 31, from);

	out[0] = '\0';
	if (got <= 1)
		return;
	bytes[got - 1] = '\0'; /* the line's end */
	char *line = strrchr(bytes, '\n');
	strcpy(out, line != NULL ? line + 1 : bytes);
}

static int mark(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct mark *mark = state;
	struct awardd_text sequence = host->get(call, "/sequence");
	char before[32], line[40];

	last_line(mark->fd, before);
	int length = snprintf(line, sizeof line, "%s\n", sequence.bytes);
	if (write(mark->fd, line, (size_t)length) != length)
		return host->refuse(call, AWARDD_LATER, "the file cannot be written");
	if (mark->dies && strcmp(before, sequence.bytes) != 0)
		kill(getpid(), SIGKILL);
	return 0;
}

/* {"dies":true,"file":"..."} */
static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	static struct mark mark;
	char path[512];
	const char *file = strstr(settings.bytes, "\"file\":\"");

	if (file == NULL || sscanf(file, "\"file\":\"%511[^\"]", path) != 1)
		return -1;
	mark.dies = strstr(settings.bytes, "\"dies\":true") != NULL;
	mark.fd = open(path, O_RDWR | O_APPEND | O_CREAT, 0666);
	if (mark.fd < 0)
		host->log(host->ctx, AWARDD_ERROR, "the file cannot be opened");
	*state = &mark;
	return mark.fd < 0 ? -1 : 0;
}

static const struct awardd_offer sink = {.size = sizeof sink, .kind = AWARDD_SINK, .run = mark};
static const struct awardd_offer *const offers[] = {&sink, NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "mark",
		.version = "1",
		.says = "Writes down what it gets.",
		.settings =
			"[{\"name\":\"file\",\"type\":\"text\",\"required\":true,\"says\":\"where\"},"
			"{\"name\":\"dies\",\"type\":\"boolean\",\"default\":false,"
			"\"says\":\"whether each entry ends it once\"}]",
		.offers = offers,
		.start = start};

	return &me;
}
