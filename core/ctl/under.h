/*
 * under: decisions show --under.
 */
#ifndef AW_CTL_UNDER_H
#define AW_CTL_UNDER_H

#include "ctl/session.h"

/* Shows a decision of the log beside what another rule set says. */
int under_show(struct session *s);

#endif
