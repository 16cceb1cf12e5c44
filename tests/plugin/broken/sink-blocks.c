/* A sink that never gives an entry back, and ignores every signal it can. */
#include "broken.h"

#include <signal.h>
#include <unistd.h>

static int block(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

METHOD(sink, .kind = AWARDD_SINK, .name = NULL, .run = block);
static const struct awardd_offer *const offers[] = {&sink, NULL};

PLUGIN("sink-blocks", offers, .stop = NULL)
