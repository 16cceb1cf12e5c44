/* Needs a major version that is gone. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("too-old", offers, .needs = AWARDD_ABI(0, 9))
