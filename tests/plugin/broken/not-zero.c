/* Has something where nothing may be. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("not-zero", offers, .zero = 1)
