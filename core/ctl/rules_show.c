/* The verbs that look at rule sets of the log: show, diff. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/diff.h"
#include "ctl/kept.h"
#include "ctl/table.h"
#include "ctl/verb.h"

static struct text text_in(const json_t *string)
{
	return (struct text){string != NULL ? json_string_value(string) : "",
			     string != NULL ? json_string_length(string) : 0};
}

/* One line of a rule file: as it is for a program, made safe for a terminal. */
static void put_source(struct paper *p, struct text line)
{
	char cell[8];

	if (!p->look.bounded) {
		(void)buffer_append(&p->out, line.bytes, line.length); /* the buffer remembers */
		return;
	}
	while (line.length > 0) {
		const char *tab = memchr(line.bytes, '\t', line.length);
		size_t length = tab != NULL ? (size_t)(tab - line.bytes) : line.length;
		char *part = strndup(line.bytes, length);
		paper_text(p, part != NULL ? part : "");
		free(part);
		if (tab != NULL) {
			(void)snprintf(cell, sizeof cell, "%*s", 8 - p->column % 8, "");
			paper_text(p, cell);
			length++;
		}
		line.bytes += length;
		line.length -= length;
	}
}

static void put_line(struct paper *p, struct text line)
{
	put_source(p, line);
	paper_newline(p);
}

static int print_json(const struct session *s, const json_t *document)
{
	struct buffer text;
	int status;

	buffer_init(&text);
	if (document == NULL || json_compact(document, &text) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "no memory for the answer");
	else
		status = session_print_json(s, text.bytes, true);
	buffer_deinit(&text);
	return status;
}

/* ---- show --------------------------------------------------------------- */

static json_int_t count_lines(struct text t)
{
	json_int_t lines = 0;

	for (size_t i = 0; i < t.length; i++)
		lines += t.bytes[i] == '\n' || i + 1 == t.length;
	return lines;
}

static void write_list(struct paper *p, const json_t *kept)
{
	static const char *const headings[] = {"File", "Lines", "SHA-256"};
	struct table t;
	size_t i;
	const json_t *file;

	paper_format(p, "%s", json_member_text(kept, "digest"));
	paper_newline(p);
	if (json_member_text(kept, "at") != NULL)
		paper_wrap_format(p, 0, "put in force at %s", json_member_text(kept, "at"));
	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(json_member(kept, "files"), i, file) {
		json_t *lines = json_integer(count_lines(text_in(json_member(file, "text"))));
		table_add(&t, json_member_text(file, "path"));
		table_add_integer(&t, lines);
		table_add(&t, json_member_text(file, "sha256"));
		json_decref(lines);
	}
	table_write(&t, p);
	table_deinit(&t);
}

static int write_file(const struct session *s, struct paper *p, const json_t *kept)
{
	const json_t *text = kept_text(kept, s->operands[1]);
	struct text rest = text_in(text);

	if (text == NULL)
		return session_say(s, EXIT_REFUSED, "%s has no file %s",
				   json_member_text(kept, "digest"), s->operands[1]);
	if (!p->look.bounded)
		put_source(p, rest);
	while (p->look.bounded && rest.length > 0) {
		const char *end = memchr(rest.bytes, '\n', rest.length);
		size_t length = end != NULL ? (size_t)(end - rest.bytes) : rest.length;
		put_line(p, (struct text){rest.bytes, length});
		length += end != NULL;
		rest.bytes += length;
		rest.length -= length;
	}
	return EXIT_DONE;
}

/* Gives the document with one file only. */
static json_t *only(const json_t *kept, const char *path)
{
	json_t *copy = json_deep_copy(kept), *files = json_object_get(copy, "files");
	size_t i = json_array_size(files);

	while (i-- > 0) {
		const char *name = json_member_text(json_array_get(files, i), "path");
		if (name == NULL || strcmp(name, path) != 0)
			(void)json_array_remove(files, i); /* it is there */
	}
	return copy;
}

int verb_rules_show(struct session *s)
{
	json_t *kept = NULL, *one = NULL;
	struct paper p;
	int status = kept_find(s, s->operands[0], false, &kept);

	paper_init(&p, s->out);
	if (status == EXIT_DONE && s->json) {
		one = s->count > 1 ? only(kept, s->operands[1]) : json_incref(kept);
		status = print_json(s, one);
		json_decref(one);
	} else if (status == EXIT_DONE) {
		if (s->count > 1)
			status = write_file(s, &p, kept);
		else
			write_list(&p, kept);
		if (status == EXIT_DONE)
			status = session_print(s, &p);
	}
	paper_deinit(&p);
	json_decref(kept);
	return status;
}

/* ---- diff --------------------------------------------------------------- */

static void write_line(void *ctx, char mark, struct text line)
{
	struct paper *p = ctx;
	char first[2] = {mark, '\0'};

	paper_tone(p, mark == '+'   ? TONE_GOOD
		      : mark == '-' ? TONE_BAD
		      : mark == '@' ? TONE_FAINT
				    : TONE_PLAIN);
	if (mark != '@')
		paper_text(p, first);
	put_source(p, line);
	paper_tone(p, TONE_PLAIN);
	paper_newline(p);
}

static void write_names(struct paper *p, const char *mark, const json_t *kept, const char *path,
			bool there)
{
	paper_tone(p, TONE_STRONG);
	if (there)
		paper_format(p, "%s %s/%s", mark, json_member_text(kept, "name"), path);
	else
		paper_format(p, "%s /dev/null", mark);
	paper_tone(p, TONE_PLAIN);
	paper_newline(p);
}

/* One file of both or of one: {"path", "change", "diff"} in JSON. */
static int compare_file(struct session *s, struct paper *p, const json_t *sides[2],
			const char *path, json_t *list)
{
	const json_t *a = kept_text(sides[0], path), *b = kept_text(sides[1], path);
	struct paper own;
	int rv;

	if (a != NULL && b != NULL && json_equal(a, b))
		return 0;
	const struct look plain = {.utf8 = true};
	paper_init(&own, s->json ? plain : p->look);
	write_names(&own, "---", sides[0], path, a != NULL);
	write_names(&own, "+++", sides[1], path, b != NULL);
	rv = diff_texts(text_in(a), text_in(b), write_line, &own);
	if (rv == 0)
		rv = buffer_status(&own.out);
	if (rv == 0 && s->json)
		rv = json_array_append_new(list, json_pack("{ss ss ss}", "path", path, "change",
							   a == NULL   ? "added"
							   : b == NULL ? "removed"
								       : "changed",
							   "diff", own.out.bytes));
	else if (rv == 0)
		rv = buffer_append(&p->out, own.out.bytes, own.out.length);
	paper_deinit(&own);
	return rv == 0 ? 1 : -ENOMEM;
}

/* Every path of either, each once, in order. */
static json_t *paths_of(const json_t *a, const json_t *b)
{
	json_t *paths = json_object();
	size_t i;
	const json_t *file;
	bool memory = paths != NULL;

	json_array_foreach(json_member(a, "files"), i, file)
		memory &= json_put(paths, json_member_text(file, "path"), json_true()) == 0;
	json_array_foreach(json_member(b, "files"), i, file)
		memory &= json_put(paths, json_member_text(file, "path"), json_true()) == 0;
	if (!memory) {
		json_decref(paths);
		return NULL;
	}
	return paths;
}

static int compare_sets(struct session *s, struct paper *p, const json_t *sides[2], json_t *list)
{
	json_t *paths = paths_of(sides[0], sides[1]);
	size_t count = 0, differ = 0;
	const char **names = paths != NULL ? json_sorted_names(paths, &count) : NULL;
	int rv = names != NULL && list != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && rv >= 0; i++) {
		rv = compare_file(s, p, sides, names[i], list);
		differ += rv == 1;
	}
	const json_t *a = json_member(sides[0], "prelude"), *b = json_member(sides[1], "prelude");
	if (rv >= 0 && !s->json && a != NULL && b != NULL && !json_equal(a, b))
		paper_wrap(p, 0,
			   "The words themselves differ, too: the two rule sets are of "
			   "different versions of the program.");
	else if (rv >= 0 && !s->json && differ == 0)
		paper_wrap(p, 0, "The two rule sets are the same.");
	free(names);
	json_decref(paths);
	return rv >= 0 ? EXIT_DONE : session_say(s, EXIT_UNEXPECTED, "no memory to compare them");
}

int verb_rules_diff(struct session *s)
{
	json_t *a = NULL, *b = NULL, *list = json_array();
	struct paper p;
	int status = kept_find(s, s->operands[0], true, &a);

	paper_init(&p, s->out);
	if (status == EXIT_DONE)
		status = kept_find(s, s->operands[1], true, &b);
	if (status == EXIT_DONE)
		status = compare_sets(s, &p, (const json_t *[2]){a, b}, list);
	if (status == EXIT_DONE && s->json) {
		json_t *document = json_pack("{sO sO sO}", "a", json_object_get(a, "digest"), "b",
					     json_object_get(b, "digest"), "files", list);
		status = print_json(s, document);
		json_decref(document);
	} else if (status == EXIT_DONE) {
		status = session_print(s, &p);
	}
	paper_deinit(&p);
	json_decref(list);
	json_decref(a);
	json_decref(b);
	return status;
}
