/* Needs what is still to come. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("too-new", offers, .needs = AWARDD_ABI(1, 7))
