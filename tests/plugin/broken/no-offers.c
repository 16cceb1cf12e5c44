/* Offers nothing. */
#include "broken.h"

static const struct awardd_offer *const offers[] = {NULL};

PLUGIN("no-offers", offers, .stop = NULL)
