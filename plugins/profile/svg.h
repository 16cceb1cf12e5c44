/*
 * Writes SVG. Coordinates are whole pixels, numbers are written from integers, and
 * nothing depends on locale, clock or fonts: the same call gives the same bytes.
 * Text of others is escaped, what XML forbids and what would turn the direction
 * of the text around it is left out, and text in a script that runs from right to
 * left is isolated. Running out of memory is remembered until svg_take.
 */
#ifndef PROFILE_SVG_H
#define PROFILE_SVG_H

#include <stdio.h>

#include "face.h"

/* On white: contrast of INK 17.4, SOFT 7.0, BLUE 8.5, RED 6.5, RING 5.3. The
 * others carry no meaning of their own. */
#define INK "#1a1a1a"
#define SOFT "#595959"
#define BLUE "#1f4e79"
#define RED "#b3261e"
#define RING "#6b6b6b"
#define JOIN "#8aa5c0"
#define GRID "#dedede"
#define TINT "#f7f1e6"
#define PAPER "#ffffff"

struct svg {
	FILE *to;
	char *bytes;
	size_t length;
	bool failed;
};

/* A place for lines of text: its left edge, the base line of the first line (moved on
 * by what is written), how wide lines may be and how far apart they are. */
struct box {
	int x, y, width, leading;
};

/* 0 or -ENOMEM. */
int svg_init(struct svg *s);
void svg_deinit(struct svg *s);

/* Gives the text that was written, ended by NUL, yours to free, and deinits.
 * 0 or -ENOMEM. */
int svg_take(struct svg *s, char **text, size_t *length);

/* As if memory had run out while writing. */
void svg_fail(struct svg *s);

/* Markup of ours. */
__attribute__((format(printf, 2, 3))) void svg_put(struct svg *s, const char *format, ...);

/* Text of others, within an element or an attribute in double quotes. */
void svg_words(struct svg *s, const char *text);

/* One line of text at (x, y); role as in ARIA, or NULL. Text that is NULL counts, here
 * and in a paragraph, as memory that has run out. */
void svg_text(struct svg *s, const struct face *f, int x, int y, const char *role,
	      const char *text);
/* The same for text of ours that holds numbers. */
__attribute__((format(printf, 6, 7))) void svg_format(struct svg *s, const struct face *f, int x,
						      int y, const char *role, const char *format,
						      ...);
/* As many lines as it needs. */
void svg_paragraph(struct svg *s, const struct face *f, struct box *b, const char *role,
		   const char *text);

void svg_line(struct svg *s, int x1, int y1, int x2, int y2, const char *stroke);
void svg_rect(struct svg *s, int x, int y, int width, int height, const char *fill);

/* The shapes of scores, centred. */
void svg_dot(struct svg *s, int x, int y);
void svg_ring(struct svg *s, int x, int y, int radius);
void svg_diamond(struct svg *s, int x, int y);

/* A document on its way: root, title, description, and the body, whose pictures are
 * labelled by the ids "<id>-title" and "<id>-desc". */
struct sheet {
	const char *id; /* ours */
	int width, height;
	char *title; /* the sheet's to free; NULL counts as memory that has run out */
	struct svg desc, body;
};

/* 0 or -ENOMEM; takes the title. deinit is legal after either. */
int sheet_init(struct sheet *p, const char *id, int width, char *title);
void sheet_deinit(struct sheet *p);
/* The end of the sheet: at p->height. As svg_take. */
int sheet_take(struct sheet *p, char **text, size_t *length);

#endif
