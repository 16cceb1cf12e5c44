/* Turns: see turn.h. */
#include <assert.h>

#include "service/turn.h"

void turns_init(struct turns *t)
{
	*t = (struct turns){.looked_up = 0};
	t->last = &t->first;
}

static void run(struct turns *t)
{
	if (t->running)
		return;
	t->running = true;
	while (t->first != NULL && t->looked_up < TURN_LOOKED_UP && t->bytes < TURN_BYTES) {
		struct turn *turn = t->first;
		t->first = turn->next;
		if (t->first == NULL)
			t->last = &t->first;
		turn->state = TURN_LOOKS_UP;
		t->looked_up++;
		turn->begin(turn->ctx); /* may be gone after this */
	}
	t->running = false;
}

void turn_take(struct turns *t, struct turn *turn)
{
	assert(turn->state == TURN_NONE);
	turn->state = TURN_WAITS;
	turn->next = NULL;
	*t->last = turn;
	t->last = &turn->next;
	run(t);
}

void turn_weigh(struct turns *t, struct turn *turn, size_t bytes)
{
	assert(turn->state == TURN_LOOKS_UP);
	turn->state = TURN_HELD;
	turn->bytes = bytes;
	t->looked_up--;
	t->bytes += bytes;
	run(t);
}

void turn_end(struct turns *t, struct turn *turn)
{
	assert(turn->state != TURN_WAITS);
	if (turn->state == TURN_LOOKS_UP)
		t->looked_up--;
	else if (turn->state == TURN_HELD)
		t->bytes -= turn->bytes;
	turn->state = TURN_NONE;
	run(t);
}
