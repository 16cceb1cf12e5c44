/*
 * publish: the parts of awardctl publish.
 */
#ifndef AW_CTL_PUBLISH_H
#define AW_CTL_PUBLISH_H

#include "ctl/place.h"
#include "ctl/session.h"

/* Asks for each award of the site what was decided, and adds it; and writes its proof, unless
 * the one that is there proves it still. An exit status; what went wrong is said. */
int publish_awards(struct session *s, struct place *p, json_t *site);

#endif
