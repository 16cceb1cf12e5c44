/* A form that is no JSON. */
#include "broken.h"

METHOD(method, .form = "[{]");
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("form-text", offers, .stop = NULL)
