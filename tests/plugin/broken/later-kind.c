/* No fault: beside a method it offers something of a kind that is still to come. */
#include "broken.h"

METHOD(method, .role = "any");
METHOD(later, .kind = 77, .name = "later");
static const struct awardd_offer *const offers[] = {&later, &method, NULL};

PLUGIN("later-kind", offers, .stop = NULL)
