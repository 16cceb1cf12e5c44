/* Says that its table ends before it does. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("size-small", offers, .size = 16)
