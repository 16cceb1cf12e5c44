/* Its start never returns. */
#include "broken.h"

#include <unistd.h>

METHOD(method, .role = "any");
static const struct awardd_offer *const offers[] = {&method, NULL};

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	(void)host;
	(void)settings;
	(void)state;
	for (;;)
		pause();
}

PLUGIN("start-blocks", offers, .start = start)
