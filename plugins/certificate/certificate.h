/*
 * A certificate: what it says, and its page. What it says is read from the call of
 * a decision renderer alone; nothing here knows awards, statements or their titles.
 */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum { DATE_TEXT = 32 };

/* What was configured. Texts are borrowed; NULL where they are not set. */
struct certificate_settings {
	const char *base_url, *body, *signatory;
};

/* What became of an earlier award with this one. */
enum certificate_words {
	WORDS_NONE,         /* a new entry, or a lower level */
	WORDS_REDESIGNATED, /* an import that does not say what was held */
	WORDS_MAINTAINED,
	WORDS_ATTAINED
};

/* Lengthy texts belong to it, the others to the call and the settings. */
struct certificate {
	const char *scheme, *body, *signatory; /* NULL where there is none */
	const char *name, *award;
	char *with; /* "with Child First Commendation"; NULL where there is none */
	enum certificate_words words;
	char **improved; /* titles of statements, only where WORDS_ATTAINED */
	size_t improved_count;
	char *improved_ids;             /* "statements 1, 4a and 10" */
	char improved_total[DATE_TEXT]; /* "in 11 statements" */
	char awarded[DATE_TEXT], expires[DATE_TEXT], today[DATE_TEXT];
	char dates[3 * DATE_TEXT]; /* "Awarded 20 May 2024 · Expires 20 May 2027" */
	const char *id, *log;
	char *address;     /* BASE/ID */
	const char *stamp; /* "REVOKED" and the like; NULL where it is current */
	char *notice;      /* what the stamp means */
	char *also;        /* that it lapsed besides; or NULL */
};

/* 0; -ENOMEM; -EINVAL where there can be no certificate, with a sentence in *problem
 * (static). deinit is legal after each. */
int certificate_read(struct certificate *c, const json_t *call,
		     const struct certificate_settings *settings, const char **problem);
void certificate_deinit(struct certificate *c);

/* Gives the page as SVG, A4, ended by NUL, to be freed. Its text needs the fonts that it names;
 * the page is the same everywhere. 0, or an error as above. */
int certificate_draw(const struct certificate *c, char **page, size_t *length,
		     const char **problem);

/* Gives "REVOKED: Harrowdale, Quality Lead", without markup, to be freed; NULL where
 * memory runs out. */
char *certificate_title(const struct certificate *c);

/* What a page becomes with the fonts that are installed, to be freed; the same for the same page,
 * and needing no font. In the SVG letters are outlines, beside the text itself, which is not
 * seen; it is ended by NUL. `day` is an ISO date. As above. */
int certificate_svg(const char *page, char **svg, size_t *length, const char **problem);
int certificate_pdf(const char *page, const char *title, const char *day, char **pdf,
		    size_t *length, const char **problem);

#endif
