/* A method for a role that there is not. */
#include "broken.h"

METHOD(method, .role = "root");
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("wrong-role", offers, .stop = NULL)
