/* Has a setting that is configured wrongly. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("settings-wrong", offers,
       .settings = "[{\"name\": \"depth\", \"type\": \"integer\", \"says\": \"how deep\"}]")
