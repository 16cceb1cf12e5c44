/*
 * paper: what awardctl writes on. Text that comes from elsewhere (the daemon, a
 * file) goes through here, so that no control character of it reaches a
 * terminal, and where the locale is not UTF-8 none but ASCII does.
 */
#ifndef AW_CTL_PAPER_H
#define AW_CTL_PAPER_H

#include "base/base.h"
#include "json/json.h"
#include "wording/wording.h"

/* How a page may look. */
struct look {
	bool utf8;
	bool colour;
	bool bounded; /* tables are cut to the width */
	int width;
};

struct paper {
	struct look look;
	struct buffer out;
	int column; /* cells used on the current line */
};

enum tone { TONE_PLAIN, TONE_STRONG, TONE_FAINT, TONE_GOOD, TONE_BAD, TONE_WARN };

enum sign {
	SIGN_MET,
	SIGN_UNMET,
	SIGN_ERROR,
	SIGN_BULLET,
	SIGN_DASH,
	SIGN_ELLIPSIS,
	SIGN_RULE,
	SIGN_RANGE
};

/* The look of a stream: the locale's charset, whether it is a terminal, its
 * columns (80 where unknown), NO_COLOR and TERM. setlocale was called before. */
struct look look_of(int fd);

void paper_init(struct paper *p, struct look look);
void paper_deinit(struct paper *p);

/* Cells that `text` takes once it is made safe. */
int paper_cells(const struct paper *p, const char *text);

/* Appends text made safe: control, format and invalid characters are shown as
 * \u escapes, line breaks and tabs as one space. */
void paper_text(struct paper *p, const char *text);
/* Only the first cells of it, with an ellipsis where something is left out. */
void paper_cut(struct paper *p, const char *text, int cells);
/* The format and arguments become one text, made safe as above. */
void paper_format(struct paper *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void paper_sign(struct paper *p, enum sign sign);
void paper_newline(struct paper *p);
/* Spaces until the line has `column` cells; none where it has them already. */
void paper_pad(struct paper *p, int column);
/* Colour from here on; only where the look has colour. */
void paper_tone(struct paper *p, enum tone tone);

/* Text in lines no wider than the page, breaking at spaces; the first goes on
 * where the line stands (padded to `indent`), the others start at `indent`.
 * Ends with a line break. */
void paper_wrap(struct paper *p, int indent, const char *text);
void paper_wrap_format(struct paper *p, int indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A heading, with an empty line before it. */
void paper_heading(struct paper *p, const char *text);

#endif
