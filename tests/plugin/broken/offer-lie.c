/* An offer says that it is four gigabytes. */
#include "broken.h"

METHOD(method, .size = 0xffffffff);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("offer-lie", offers, .stop = NULL)
