/* The parts of a page, between the files that draw it. Lengths are tenths of a millimetre. */
#ifndef CERTIFICATE_PAGE_H
#define CERTIFICATE_PAGE_H

#include <stdio.h>

#include "certificate.h"
#include "text.h"

/* On white: contrast of INK 17.4, SOFT 7.0, BLUE 12.3. The others only adorn. */
#define INK "#1a1a1a"
#define SOFT "#595959"
#define BLUE "#1c3557"
#define FINE "#8c9bb0"
#define PALE "#d9d9d9"
#define PAPER "#ffffff"

enum {
	WIDTH = 2100,
	HEIGHT = 2970,
	CENTRE = WIDTH / 2,
	COLUMN = 1560, /* how wide text may be */
	LEFT = CENTRE - COLUMN / 2,
	RIGHT = CENTRE + COLUMN / 2,
	LINES_MAX = 80,
};

/* Lines one below the other, all of them centred, with gaps that may become larger. */
struct flow_line {
	struct piece text; /* empty: a short rule */
	struct face face;
	int y, stretch; /* of its base line; the gaps above it, in shares */
};

struct flow {
	struct flow_line lines[LINES_MAX];
	size_t count;
	int height, stretch;
	bool too_much; /* not all of it is in these lines */
};

/* The award and all that belongs to it, laid out so that it fits into a height. False where
 * it cannot. */
bool flow_certificate(struct flow *f, const struct certificate *c, int height);
/* A paragraph of at most so many lines, the last of which says where more was left out. */
void flow_paragraph(struct flow *f, const struct face *face, const char *text, int leading,
		    int most);
void flow_gap(struct flow *f, int height, int stretch);
/* Writes it, spread over a height. */
void flow_write(FILE *to, const struct flow *f, int top, int height);

/* One line of text, anchored "start", "middle" or "end". */
void page_text(FILE *to, const struct face *f, int x, int y, const char *anchor, struct piece text);

/* A QR code of `text`, dark on the page's white. 0; -ENOMEM; -EINVAL where it holds
 * too much. */
int page_code(FILE *to, const char *text, int x, int y, int size);

#endif
