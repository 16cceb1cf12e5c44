/* A default that its own setting does not allow. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("settings-default", offers,
       .settings =
	       "[{\"name\": \"a\", \"type\": \"integer\", \"max\": 3, \"default\": 4, \"says\": \"x\"}]")
