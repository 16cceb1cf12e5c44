/*
 * page: a page rendered by awardctl, looked at line by line and cell by cell.
 */
#ifndef AW_TESTS_CTL_PAGE_H
#define AW_TESTS_CTL_PAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/letter.h"

enum { PAGE_LINES = 400, PAGE_CELLS = 300 };

/* A page as code points: cells[line][column], each one cell wide here, or 0. */
struct page {
	uint32_t cells[PAGE_LINES][PAGE_CELLS];
	int lengths[PAGE_LINES];
	int lines;
	char *text;
};

/* Takes the paper's text apart; fails the test where it is not UTF-8, has a
 * control character, or a line wider than `width`. */
static inline void page_read(struct page *page, struct paper *p, int width)
{
	const unsigned char *s;
	int column = 0;

	assert_int_equal(buffer_status(&p->out), 0);
	memset(page, 0, sizeof *page);
	page->text = buffer_give(&p->out);
	assert_non_null(page->text);
	for (s = (const unsigned char *)page->text; *s != '\0';) {
		uint32_t c = *s;
		int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;

		c &= more == 0 ? 0x7Fu : 0x3Fu >> more;
		for (s++; more > 0; more--, s++) {
			assert_int_equal(*s & 0xC0, 0x80);
			c = c << 6 | (*s & 0x3F);
		}
		if (c == '\n') {
			page->lengths[page->lines++] = column;
			column = 0;
			continue;
		}
		assert_true(c >= 0x20 && (c < 0x7F || c >= 0xA0));
		assert_true(page->lines < PAGE_LINES && column < PAGE_CELLS);
		page->cells[page->lines][column++] = c;
		assert_true(column <= width);
	}
	assert_int_equal(column, 0);
}

static inline void page_drop(struct page *page)
{
	free(page->text);
	page->text = NULL;
}

/* The text stands on the page, line breaks and indentation counting as one
 * space. */
static inline bool page_has(const struct page *page, const char *wanted)
{
	char *flat = calloc(1, strlen(page->text) + 1), *put = flat;
	bool found;

	assert_non_null(flat);
	for (const char *c = page->text; *c != '\0'; c++) {
		bool blank = *c == ' ' || *c == '\n';

		if (!blank)
			*put++ = *c;
		else if (put > flat && put[-1] != ' ')
			*put++ = ' ';
	}
	found = strstr(flat, wanted) != NULL;
	free(flat);
	return found;
}

static inline json_t *document(const char *quoted)
{
	char *text = strdup(quoted);
	json_error_t error;

	assert_non_null(text);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (value == NULL)
		fail_msg("%s at %d of %s", error.text, error.position, text);
	free(text);
	return value;
}

static const struct look plain_look = {.utf8 = true, .width = 80};
static const struct look ascii_look = {.utf8 = false, .width = 80};

#endif
