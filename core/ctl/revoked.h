/*
 * revoked: that a decision was revoked, asked for and said to people.
 */
#ifndef AW_CTL_REVOKED_H
#define AW_CTL_REVOKED_H

#include "ctl/session.h"

/* Writes who revoked it, when and why, as a paragraph that stands above the letter; nothing
 * where `revoked` is no revocation. */
void revoked_write(struct paper *p, const json_t *revoked);

/* Asks whether a decision was revoked, on a connection of its own, opened for the first of
 * them: `client` is NULL before it, and yours to free. Gives the revocation or NULL. AWARDD_OK,
 * AWARDD_REFUSED where the daemon does not tell this user, or what the client library gives. */
int revoked_ask(const struct session *s, struct awardd_client **client, const char *decision_id,
		json_t **out);

#endif
