/* Says that its table is a megabyte. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("size-lie", offers, .size = 1 << 20)
