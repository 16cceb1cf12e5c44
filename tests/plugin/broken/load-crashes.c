/* Crashes as soon as it is loaded, before anything is asked of it. */
#include "broken.h"

METHOD(method, .role = "any");
static const struct awardd_offer *const offers[] = {&method, NULL};

__attribute__((constructor)) static void crash(void)
{
	abort();
}

PLUGIN("load-crashes", offers, .stop = NULL)
