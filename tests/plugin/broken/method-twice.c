/* Offers a method twice. */
#include "broken.h"

METHOD(one, .role = "any");
METHOD(other, .role = "admin");
static const struct awardd_offer *const offers[] = {&one, &other, NULL};

PLUGIN("method-twice", offers, .stop = NULL)
