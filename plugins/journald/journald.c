/* journald: sends each entry of the log to the system's journal, in whose own
 * protocol: a datagram of fields, one a line. The text is for people, the fields are
 * for journalctl AWARDD_KIND=decision. */
#include <awardd/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct journal {
	int fd;
	struct sockaddr_un address;
};

/* One field; texts of the log hold no line's end where these are taken from, but
 * what a name holds is up to whoever submitted it. */
static size_t add(char *out, size_t room, const char *field, struct awardd_text text)
{
	if (text.bytes == NULL || strlen(field) + text.length + 2 > room)
		return 0;
	char *at = stpcpy(out, field);
	*at++ = '=';
	for (size_t i = 0; i < text.length; i++, at++) {
		*at = text.bytes[i];
		if (*at == '\n')
			*at = ' ';
	}
	*at++ = '\n';
	return (size_t)(at - out);
}

static int refuse(const struct awardd_host *host, struct awardd_call *call, const char *path)
{
	char problem[256];

	(void)snprintf(problem, sizeof problem, "%s: %s", path, strerror(errno));
	return host->refuse(call, AWARDD_LATER, problem);
}

static int send_entry(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	static const struct {
		const char *field, *pointer;
	} fields[] = {
		{"AWARDD_SEQUENCE", "/sequence"},
		{"AWARDD_ID", "/entry/id"},
		{"AWARDD_KIND", "/entry/kind"},
		{"AWARDD_USER", "/entry/by/user"},
		{"AWARDD_PARTNERSHIP", "/entry/body/decision/partnership/id"},
		{"AWARDD_AWARD", "/entry/body/decision/outcome/award"},
	};
	struct journal *journal = state;
	struct awardd_text message = host->get(call, "/entry/body/decision/outcome/citation");
	char text[4096] = "SYSLOG_IDENTIFIER=awardd\nPRIORITY=6\n";
	size_t length = strlen(text);

	length += add(text + length, sizeof text - length, "MESSAGE",
		      message.bytes != NULL ? message : host->get(call, "/entry/kind"));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		length += add(text + length, sizeof text - length, fields[i].field,
			      host->get(call, fields[i].pointer));
	if (sendto(journal->fd, text, length, MSG_NOSIGNAL, (struct sockaddr *)&journal->address,
		   sizeof journal->address) < 0)
		return refuse(host, call, journal->address.sun_path);
	return 0;
}

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	static struct journal journal = {.address = {.sun_family = AF_UNIX}};

	/* {"socket":"/run/..."}: a path of at most 107 bytes. */
	if (sscanf(settings.bytes, "{\"socket\":\"%107[^\"\\]\"", journal.address.sun_path) != 1) {
		host->log(host->ctx, AWARDD_ERROR, "the socket's path may hold no \" and no \\");
		return -1;
	}
	journal.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (journal.fd < 0)
		host->log(host->ctx, AWARDD_ERROR, strerror(errno));
	*state = &journal;
	return journal.fd < 0 ? -1 : 0;
}

static void stop(void *state)
{
	struct journal *journal = state;

	close(journal->fd);
}

static const struct awardd_offer sink = {
	.size = sizeof sink, .kind = AWARDD_SINK, .run = send_entry};
static const struct awardd_offer *const offers[] = {&sink, NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "journald",
		.version = "1.0",
		.says = "Sends each entry of the log to the system's journal.",
		.settings = "[{\"name\": \"socket\", \"type\": \"text\", \"max\": 107,"
			    "  \"default\": \"/run/systemd/journal/socket\","
			    "  \"says\": \"where the journal listens\"}]",
		.offers = offers,
		.start = start,
		.stop = stop,
	};

	return &me;
}
