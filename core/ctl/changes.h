/*
 * changes: what impact finds, written as it comes: a table with totals, records
 * of CSV, or one JSON document.
 */
#ifndef AW_CTL_CHANGES_H
#define AW_CTL_CHANGES_H

#include "ctl/session.h"
#include "ctl/table.h"
#include "wording/wording.h"

enum changes_format { CHANGES_TEXT, CHANGES_JSON, CHANGES_CSV };

struct changes {
	struct session *session;
	enum changes_format format;
	struct vocabulary titles; /* borrowed; manifests of both rule sets */
	struct table table;       /* rows that are not written yet */
	bool begun;
	int status; /* an exit status; not EXIT_DONE once writing failed */
};

/* After init, deinit is always legal. */
void changes_init(struct changes *c, struct session *s, enum changes_format format);
void changes_deinit(struct changes *c);

/* Writes one entry that differs, as impact gives it (borrowed). */
void changes_add(struct changes *c, const json_t *change);
/* Writes the rest: `summary` as impact gives it. */
void changes_end(struct changes *c, const json_t *summary);

#endif
