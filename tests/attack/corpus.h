/*
 * corpus: the attacks of this folder's *.txt files, one after another:
 *
 *   @ a name, which says what is tried
 *   in: file                  where the text stands: a whole file, a "step" of the outcome, a
 *                             "test" file; or a "criterion", where nothing is said
 *   gives: error 3 its words  what must come of it, see below
 *   coded: yes                <ff> is a byte, <20*x> is twenty x
 *   daemon: yes               also on the real daemon, under load
 *   the text …
 *
 * What must come of it: "refused" at load, "error" of the criterion, "fails" outside of
 * one, each with a line of the text (- where the rule is declared, 0 none, ? any;
 * other.lua:5 elsewhere) and words of the message; "met", "unmet" and its whole reason
 * (~ any); "value" and what the step gave; "decision"; "deadline". {PLANTED} is a file's path.
 */
#ifndef AW_TESTS_ATTACK_CORPUS_H
#define AW_TESTS_ATTACK_CORPUS_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { ATTACKS_MAX = 600 };

struct attack {
	char *name; /* "loops: a loop without a call" */
	char *place, *gives;
	bool coded, daemon;
	struct buffer text;
	const char *third; /* where a test plants a mistake: what differs in the third submission */
};

struct corpus {
	struct attack *list;
	size_t count;
};

/* <20*x> and <ff>. */
static inline void corpus_decode(const char *line, struct buffer *out)
{
	while (*line != '\0') {
		const char *end = *line == '<' ? strchr(line, '>') : NULL;
		char *rest = NULL;
		long number = end != NULL ? strtol(line + 1, &rest, 10) : 0;

		if (end != NULL && *rest == '*') {
			for (long i = 0; i < number; i++)
				buffer_append(out, rest + 1, (size_t)(end - rest - 1));
		} else if (end == line + 3) {
			char byte = (char)strtol(line + 1, NULL, 16);

			buffer_append(out, &byte, 1);
		} else {
			buffer_append(out, line, 1);
			end = line;
		}
		line = end + 1;
	}
}

/* "in: file" gives "file" where the key is "in: ". */
static inline const char *corpus_value(const char *line, const char *key)
{
	return strncmp(line, key, strlen(key)) == 0 ? line + strlen(key) : NULL;
}

static inline void corpus_begin(struct corpus *c, const char *kind, const char *name)
{
	struct attack *a = &c->list[c->count++];
	size_t size = strlen(kind) + strlen(name) + 1;

	if (c->count > ATTACKS_MAX || (a->name = malloc(size)) == NULL)
		abort();
	/* The kind ends in ".txt". */
	(void)snprintf(a->name, size, "%.*s: %s", (int)strlen(kind) - 4, kind, name);
	a->place = strdup("criterion");
	buffer_init(&a->text);
}

/* True for a line above the text. */
static inline bool corpus_header(struct attack *a, const char *line)
{
	const char *place = corpus_value(line, "in: "), *gives = corpus_value(line, "gives: ");

	if (a->text.length > 0)
		return false;
	if (place != NULL) {
		free(a->place);
		a->place = strdup(place);
	} else if (gives != NULL) {
		free(a->gives);
		a->gives = strdup(gives);
	} else if (strcmp(line, "coded: yes") == 0) {
		a->coded = true;
	} else if (strcmp(line, "daemon: yes") == 0) {
		a->daemon = true;
	} else {
		return false;
	}
	return true;
}

static inline void corpus_line(struct corpus *c, const char *kind, const char *line)
{
	const char *name = corpus_value(line, "@ ");
	struct attack *a;

	if (name != NULL) {
		corpus_begin(c, kind, name);
		return;
	}
	if (c->count == 0)
		abort();
	a = &c->list[c->count - 1];
	if (corpus_header(a, line))
		return;
	if (a->coded)
		corpus_decode(line, &a->text);
	else
		buffer_append_text(&a->text, line);
	buffer_append_text(&a->text, "\n");
}

static inline void corpus_read(struct corpus *c, const char *dir, const char *kind)
{
	char path[512];
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", dir, kind);
	file = fopen(path, "re");
	if (file == NULL)
		abort();
	while ((length = getline(&line, &size, file)) > 0) {
		line[length - 1] = '\0';
		corpus_line(c, kind, line);
	}
	free(line);
	(void)fclose(file); /* only read */
}

static inline int corpus_is_kind(const struct dirent *each)
{
	size_t length = strlen(each->d_name);

	return length > 4 && strcmp(each->d_name + length - 4, ".txt") == 0;
}

/* Reads all kinds, in the order of their names. */
static inline void corpus_open(struct corpus *c, const char *dir)
{
	struct dirent **kinds = NULL;
	int count = scandir(dir, &kinds, corpus_is_kind, alphasort);

	c->count = 0;
	c->list = calloc(ATTACKS_MAX, sizeof *c->list);
	if (c->list == NULL || count <= 0)
		abort();
	for (int i = 0; i < count; i++) {
		corpus_read(c, dir, kinds[i]->d_name);
		free(kinds[i]);
	}
	free(kinds);
}

static inline void corpus_close(struct corpus *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].name);
		free(c->list[i].place);
		free(c->list[i].gives);
		buffer_deinit(&c->list[i].text);
	}
	free(c->list);
}

/* ---- as a rule file ------------------------------------------------------- */

static inline bool corpus_is_in(const struct attack *a, const char *place)
{
	return strcmp(a->place, place) == 0;
}

static inline const char *corpus_file(const struct attack *a)
{
	return corpus_is_in(a, "test") ? "attack.test.lua" : "attack.lua";
}

/* Lines above the text, in the file. */
static inline int corpus_lines_above(const struct attack *a)
{
	return corpus_is_in(a, "criterion") ? 4 : corpus_is_in(a, "step") ? 2 : 0;
}

/* Appends the whole file; `change` {"{PLANTED}", "/tmp/…"} puts one text in the
 * place of another, or is NULL. */
static inline void corpus_write(const struct attack *a, const char *const change[2],
				struct buffer *out)
{
	size_t length = change != NULL ? strlen(change[0]) : 0;

	if (corpus_is_in(a, "criterion"))
		buffer_append_text(out, "local kept = {}\n"
					"commendation \"attack\" {\n"
					"\ttitle = \"Attack\", added_to = \"quality-mark\",\n"
					"\tcriterion \"AT-1\" { says = \"Nothing\", check = "
					"function(submission, history)\n");
	else if (corpus_is_in(a, "step"))
		buffer_append_text(out, "local kept = {}\noutcome \"attack\" (function(so_far)\n");
	for (size_t i = 0; i < a->text.length; i++) {
		if (change != NULL && a->text.length - i >= length &&
		    memcmp(a->text.bytes + i, change[0], length) == 0) {
			buffer_append_text(out, change[1]);
			i += length - 1;
		} else {
			buffer_append(out, a->text.bytes + i, 1);
		}
	}
	if (corpus_is_in(a, "criterion"))
		buffer_append_text(out, "\tend },\n"
					"\tcriterion \"AT-2\" { says = \"After\", check = "
					"function() return met(\"After\") end },\n}\n");
	else if (corpus_is_in(a, "step"))
		buffer_append_text(out, "end)\n");
}

#endif
