/* Offers two sinks, and one position is kept. */
#include "broken.h"

METHOD(one, .kind = AWARDD_SINK, .name = NULL);
METHOD(other, .kind = AWARDD_SINK, .name = NULL);
static const struct awardd_offer *const offers[] = {&one, &other, NULL};

PLUGIN("two-sinks", offers, .stop = NULL)
