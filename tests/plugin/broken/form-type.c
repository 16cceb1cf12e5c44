/* A form with a type that there is not. */
#include "broken.h"

METHOD(method, .form = "[{\"name\": \"a\", \"type\": \"float\"}]");
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("form-type", offers, .stop = NULL)
