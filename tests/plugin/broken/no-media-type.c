/* A renderer that does not say what it makes. */
#include "broken.h"

METHOD(picture, .kind = AWARDD_DECISION_RENDERER, .name = "picture", .role = NULL);
static const struct awardd_offer *const offers[] = {&picture, NULL};

PLUGIN("no-media-type", offers, .stop = NULL)
