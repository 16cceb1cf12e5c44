/* Calls itself what its file is not called. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("hello", offers, .stop = NULL)
