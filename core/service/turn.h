/*
 * turn: how much waits for the rules. A submission's history may be a thousand times as long as the
 * submission, so that what is looked up must not wait for an evaluator without bounds: a turn is
 * taken before the look-up and given back with the rules' answer, and who finds too many looked up,
 * or too many bytes waiting, is looked up later, in the order of arrival. Inside this room only.
 */
#ifndef AW_SERVICE_TURN_H
#define AW_SERVICE_TURN_H

#include "base/base.h"

enum {
	TURN_LOOKED_UP = 64,  /* so many at once */
	TURN_BYTES = 8 << 20, /* of histories, from where on nobody more is looked up */
};

enum turn_state { TURN_NONE, TURN_WAITS, TURN_LOOKS_UP, TURN_HELD };

struct turn {
	void (*begin)(void *ctx); /* it has come: to be weighed or ended later */
	void *ctx;
	struct turn *next;
	enum turn_state state;
	size_t bytes;
};

struct turns {
	struct turn *first, **last;
	size_t looked_up, bytes;
	bool running;
};

void turns_init(struct turns *t);

/* Begins at once, or when others have ended. */
void turn_take(struct turns *t, struct turn *turn);
/* It is looked up, and waits with so many bytes. */
void turn_weigh(struct turns *t, struct turn *turn, size_t bytes);
/* It waits no more. Nothing where it has ended already, or was never taken; not for one that has
 * not begun. */
void turn_end(struct turns *t, struct turn *turn);

#endif
