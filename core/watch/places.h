/* places: what inotify is told to look at; inside this room only. */
#ifndef AW_WATCH_PLACES_H
#define AW_WATCH_PLACES_H

#include "base/base.h"

struct inotify_event;

/* One folder: of the rules, or above them. */
struct place {
	int wd;
	const char *name; /* above the rules only this name matters; NULL: any rule */
	size_t name_length;
};

struct places {
	struct place *list;
	size_t count, capacity;
	int status; /* of what could not be watched; 0 */
};

/* Looks at the folder, every folder in it that can hold rules, and the folders
 * above it, for the day when one is exchanged. What was looked at before and
 * is no longer there is let go. `dir` is borrowed. Can be called again at any time. */
void places_look_at(struct places *p, int inotify, const char *dir);
void places_deinit(struct places *p);

/* Whether the event can mean that the rules changed. */
bool places_matters(const struct places *p, const struct inotify_event *event);

#endif
