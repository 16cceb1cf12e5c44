/* A method with a dot in its name. */
#include "broken.h"

METHOD(method, .name = "a.b");
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("wrong-verb", offers, .stop = NULL)
