/*
 * progress: a bar on standard error for long work, only where that is a
 * terminal.
 */
#ifndef AW_CTL_PROGRESS_H
#define AW_CTL_PROGRESS_H

#include "ctl/paper.h"

struct progress {
	struct look look;
	const char *words; /* what those are that are counted second: "failed" */
	bool shown;        /* a bar stands on the terminal */
	int64_t drawn_ms;
};

void progress_init(struct progress *g, struct look look);

/* Draws the bar, at most ten times a second: how much of the work is behind
 * (0 to 1000), and how many are done, and failed or what `words` says. */
void progress_draw(struct progress *g, int permille, unsigned long done, unsigned long failed);

/* Takes the bar off, so that other text can be written. */
void progress_clear(struct progress *g);

#endif
