/*
 * place: the folder of a published site. Every file comes into it whole, under its name only
 * once it is written, and only where it differs from what is there.
 */
#ifndef AW_CTL_PLACE_H
#define AW_CTL_PLACE_H

#include "json/json.h"
#include "tlog/tlog.h"

struct place {
	int dir;      /* -1: not open */
	json_t *kept; /* the paths that belong to the site, as members */
	size_t written, unchanged, removed;
};

/* Makes the folder where it is not there, and holds it against others who publish. What was
 * cut short there is gone on with. Gives AW_EINVALID where it has files and is no site of the
 * log with this checkpoint (a signed note), or one of a later state of it; AW_ESYNTAX where
 * its own checkpoint cannot be read; AW_EBUSY; an errno. Closing is always legal. */
int place_open(struct place *p, const char *path, struct text checkpoint, struct err *e);
void place_close(struct place *p);

/* Writes a file of the site, in its folder or in one within it. */
int place_write(struct place *p, const char *path, struct text bytes, struct err *e);
/* Leaves a file as it is. */
int place_keep(struct place *p, const char *path, struct err *e);
/* Whether a file is there; then its bytes are at the end of `out`. */
bool place_read(const struct place *p, const char *path, struct buffer *out);
/* Removes what ends like this in a folder of the site and was neither written nor kept. */
int place_prune(struct place *p, const char *folder, const char *ending, struct err *e);

#endif
