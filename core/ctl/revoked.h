/*
 * revoked: that a decision was revoked, asked for and said to people.
 */
#ifndef AW_CTL_REVOKED_H
#define AW_CTL_REVOKED_H

#include "ctl/session.h"

/* Writes who revoked it, when and why, as a paragraph that stands above the letter; nothing
 * where `revoked` is no revocation. */
void revoked_write(struct paper *p, const json_t *revoked);

/* Whoever sends a submission again is answered as the first time, whatever became of the
 * decision since. Asks for that, on a connection of its own, opened for the first of them:
 * `client` is NULL before it, and yours to free. Gives the revocation or null, or NULL; that the daemon
 * did not tell is said as of `where`. Of what has no decision_id nothing is asked. */
json_t *revoked_ask(const struct session *s, struct awardd_client **client, const char *where,
		    const json_t *decision);

#endif
