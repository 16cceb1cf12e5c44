/* Looks around where it runs, and says what it found. */
#include <awardd/plugin.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int answer_errno(const struct awardd_host *host, struct awardd_call *call, int failed)
{
	char text[128];

	snprintf(text, sizeof text, "\"%s\"", failed ? strerror(errno) : "done");
	return host->answer(call, (struct awardd_text){text, strlen(text)});
}

static int read_it(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	int fd = open(host->get(call, "/params/path").bytes, O_RDONLY);
	int rv = answer_errno(host, call, fd < 0);

	(void)state;
	if (fd >= 0)
		close(fd);
	return rv;
}

static int uncover(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return answer_errno(host, call,
			    umount2(host->get(call, "/params/path").bytes, MNT_DETACH) != 0);
}

/* The descriptors that are open, and what they are. */
static int descriptors(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	char text[1024];
	size_t length = (size_t)snprintf(text, sizeof text, "[");
	struct stat about;

	(void)state;
	for (int fd = 0; fd < 256; fd++) {
		if (fstat(fd, &about) == 0)
			length += (size_t)snprintf(text + length, sizeof text - length, "%s%d",
						   length > 1 ? "," : "", fd);
	}
	length += (size_t)snprintf(text + length, sizeof text - length, "]");
	return host->answer(call, (struct awardd_text){text, length});
}

#define WITH_PATH "[{\"name\":\"path\",\"type\":\"text\",\"required\":true}]"

static const struct awardd_offer reading = {.size = sizeof reading,
					    .kind = AWARDD_METHOD,
					    .name = "read",
					    .role = "audit",
					    .form = WITH_PATH,
					    .run = read_it};
static const struct awardd_offer uncovering = {.size = sizeof uncovering,
					       .kind = AWARDD_METHOD,
					       .name = "uncover",
					       .role = "audit",
					       .form = WITH_PATH,
					       .run = uncover};
static const struct awardd_offer listing = {.size = sizeof listing,
					    .kind = AWARDD_METHOD,
					    .name = "descriptors",
					    .role = "audit",
					    .run = descriptors};
static const struct awardd_offer *const offers[] = {&reading, &uncovering, &listing, NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {.size = sizeof me,
						.magic = AWARDD_MAGIC,
						.needs = AWARDD_ABI(1, 0),
						.name = "spy",
						.version = "1",
						.says = "Looks around.",
						.offers = offers};

	return &me;
}
