/* Has a setting that must be made, and is not. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("settings-needed", offers,
       .settings =
	       "[{\"name\": \"place\", \"type\": \"text\", \"required\": true, \"says\": \"where\"}]")
