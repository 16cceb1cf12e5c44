/* One line, drawn over itself. */
#include <stdio.h>
#include <time.h>

#include "ctl/progress.h"

enum { BAR_CELLS = 30, EVERY_MS = 100 };

void progress_init(struct progress *g, struct look look)
{
	*g = (struct progress){.look = look, .words = "failed"};
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_draw(struct progress *g, int permille, unsigned long done, unsigned long failed)
{
	int64_t now = g->look.bounded ? now_ms() : 0;
	int filled = permille * BAR_CELLS / 1000;

	if (!g->look.bounded || (g->drawn_ms != 0 && now - g->drawn_ms < EVERY_MS))
		return;
	g->drawn_ms = now;
	g->shown = true;
	(void)fputs("\r[", stderr); /* a bar that cannot be drawn is no loss */
	for (int i = 0; i < BAR_CELLS; i++)
		(void)fputc(i < filled ? '#' : '.', stderr); /* likewise */
	(void)fprintf(stderr, "] %3d%%  %lu done, %lu %s\033[K", permille / 10, done, failed,
		      g->words);
	(void)fflush(stderr); /* likewise */
}

void progress_clear(struct progress *g)
{
	if (!g->shown)
		return;
	(void)fputs("\r\033[K", stderr); /* likewise */
	(void)fflush(stderr);            /* likewise */
	g->shown = false;
}
