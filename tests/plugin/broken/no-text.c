/* Says in Latin-1 what it is for. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("no-text", offers, .says = "caf\351")
