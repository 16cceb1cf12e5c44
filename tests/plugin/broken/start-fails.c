/* Its start gives an error, each time. */
#include "broken.h"

METHOD(method, .role = "any");
static const struct awardd_offer *const offers[] = {&method, NULL};

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	(void)settings;
	(void)state;
	host->log(host->ctx, AWARDD_ERROR, "the moon is in the wrong place");
	return -3;
}

PLUGIN("start-fails", offers, .start = start)
