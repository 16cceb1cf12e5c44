/* An offer cannot be run. */
#include "broken.h"

METHOD(method, .run = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("no-function", offers, .stop = NULL)
