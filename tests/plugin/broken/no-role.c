/* A method that does not say who may call it. */
#include "broken.h"

METHOD(method, .role = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("no-role", offers, .stop = NULL)
