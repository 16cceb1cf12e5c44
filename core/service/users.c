/* Who has something under way: few at a time, so a list is enough. */
#include <stdlib.h>

#include "service/read.h"

struct user *user_find(struct service *s, uid_t uid)
{
	struct user *u = s->users;

	while (u != NULL && u->uid != uid)
		u = u->next;
	if (u != NULL)
		return u;
	u = calloc(1, sizeof *u);
	if (u == NULL)
		return NULL;
	u->uid = uid;
	u->last = &u->first;
	u->next = s->users;
	s->users = u;
	return u;
}

void user_leave(struct service *s, struct user *u)
{
	struct user **link = &s->users;

	if (u->submissions > 0 || u->reads > 0 || u->first != NULL)
		return;
	while (*link != u)
		link = &(*link)->next;
	*link = u->next;
	free(u);
}
