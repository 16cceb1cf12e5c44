/*
 * outline: any JSON document for people, where its shape may grow and no
 * writing of our own is called for.
 */
#ifndef AW_CTL_OUTLINE_H
#define AW_CTL_OUTLINE_H

#include "ctl/paper.h"

/* Members as "Label: value", objects and lists indented below their name,
 * lists of flat objects as tables. */
void outline_write(struct paper *p, const json_t *document);

/* The document as JSON over several lines, safe for a terminal. */
void outline_write_json(struct paper *p, const json_t *document);

#endif
