/* An offer says that it ends before its function. */
#include "broken.h"

METHOD(method, .size = 8);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("offer-small", offers, .stop = NULL)
