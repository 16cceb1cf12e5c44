/* Its magic is another's. */
#include "broken.h"

METHOD(method, .form = NULL);
static const struct awardd_offer *const offers[] = {&method, NULL};

PLUGIN("wrong-magic", offers, .magic = 0xdead)
