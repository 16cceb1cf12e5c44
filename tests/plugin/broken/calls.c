/* Methods that each go wrong in their own way, and one that does not. */
#include "broken.h"

#include <stdio.h>
#include <unistd.h>

static int crash(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	abort();
}

static int leave(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	exit(0);
}

static int block(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	for (;;)
		pause();
}

static int refuse(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct awardd_text code = host->get(call, "/params/code");

	(void)state;
	return host->refuse(call, code.bytes != NULL ? atoi(code.bytes) : 0, "not today");
}

static int fail(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	return 7;
}

static int babble(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, (struct awardd_text){"{\"half\":", 8});
}

/* Speaks on the connection to awardd itself. */
static int forge(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	static const char frame[] = "\x02\0\0\0Z{}";

	(void)state;
	if (write(0, frame, sizeof frame - 1) < 0)
		return -1;
	return host->answer(call, (struct awardd_text){"1", 1});
}

/* Takes memory and never gives it back, until there is none. */
static int leak(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	enum { PIECE = 16 << 20 };
	size_t pieces = 0;
	char answer[32];

	(void)state;
	for (char *piece; pieces < 1024 && (piece = malloc(PIECE)) != NULL; pieces++)
		memset(piece, 1, 4096);
	snprintf(answer, sizeof answer, "%zu", pieces);
	return host->answer(call, (struct awardd_text){answer, strlen(answer)});
}

/* Answers more than may be answered. */
static int flood(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	enum { LENGTH = 17 << 20 };
	char *bytes = calloc(1, LENGTH);

	(void)state;
	int rv = bytes != NULL ? host->answer(call, (struct awardd_text){bytes, LENGTH}) : -1;
	free(bytes);
	return rv;
}

METHOD(crashing, .name = "crash", .run = crash);
METHOD(leaving, .name = "leave", .run = leave);
METHOD(blocking, .name = "block", .run = block);
METHOD(refusing, .name = "refuse", .run = refuse,
       .form = "[{\"name\":\"code\",\"type\":\"integer\"}]");
METHOD(failing, .name = "fail", .run = fail);
METHOD(babbling, .name = "babble", .run = babble);
METHOD(forging, .name = "forge", .run = forge);
METHOD(leaking, .name = "leak", .run = leak);
METHOD(flooding, .name = "flood", .run = flood);
METHOD(good, .name = "good");
static const struct awardd_offer *const offers[] = {&crashing, &leaving,  &blocking, &refusing,
						    &failing,  &babbling, &forging,  &leaking,
						    &flooding, &good,     NULL};

PLUGIN("calls", offers, .stop = NULL)
