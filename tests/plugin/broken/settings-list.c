/* A setting that does not fit on a line. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("settings-list", offers,
       .settings = "[{\"name\": \"a\", \"type\": \"object\", \"members\": [], \"says\": \"x\"}]")
