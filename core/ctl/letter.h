/*
 * letter: a decision as a letter that a partnership can read, and its
 * benchmark profile as a drawing.
 */
#ifndef AW_CTL_LETTER_H
#define AW_CTL_LETTER_H

#include "ctl/paper.h"
#include "wording/wording.h"

/* Writes the whole letter, the profile with it. Members that are missing or of
 * another type are passed over: what stands there is what the daemon said.
 * Memory running out is seen in buffer_status(&p->out). */
void letter_write(struct paper *p, const struct vocabulary *v);

/* The same in one line: who, what came of it, and whether that was revoked. */
void letter_write_brief(struct paper *p, const struct vocabulary *v, bool revoked);

/* Statements down, the scale across, a dot at each score, a line from dot to
 * dot that passes by what is not applicable. */
void profile_write(struct paper *p, const struct vocabulary *v);

/* Every award that was looked at, with each of its criteria: met, unmet or
 * error, what it says, why, and what falls short. */
void reasons_write(struct paper *p, const struct vocabulary *v);

/* What is missing for the next level, and by how much; nothing where there is
 * no next one. */
void missing_write(struct paper *p, const struct vocabulary *v);

/* The array `list` holds the text `wanted`. */
bool list_has(const json_t *list, const char *wanted);

#endif
