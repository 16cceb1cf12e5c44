/* Settings that are no JSON. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("settings-text", offers, .settings = "greeting")
