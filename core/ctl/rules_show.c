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
	json_t *copy = json_deep_copy_of(kept), *files = json_object_get(copy, "files");
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

/* ---- words of plugins ---------------------------------------------------- */

static json_t *word_in(const json_t *words, const char *name)
{
	const char *one;
	json_t *word;
	size_t i;

	json_array_foreach(words, i, word) {
		one = json_member_text(word, "name");
		if (one != NULL && name != NULL && strcmp(one, name) == 0)
			return json_object_get(word, "sha256");
	}
	return NULL;
}

/* Gives [{"name", "a", "b"}] of those that are not the same in both: SHA-256, or null where
 * one is not there; null where the words of a side are not known. */
static json_t *compare_words(const json_t *sides[2])
{
	const json_t *a = json_member(sides[0], "words"), *b = json_member(sides[1], "words");
	json_t *list = json_array(), *word;
	size_t i;

	if (a == NULL || b == NULL) {
		json_decref(list);
		return json_null();
	}
	json_array_foreach(a, i, word) {
		json_t *name = json_object_get(word, "name"),
		       *here = json_object_get(word, "sha256");
		json_t *there = word_in(b, json_string_value(name));
		if ((there == NULL || !json_equal(here, there)) &&
		    json_array_append_new(list, json_pack("{sO sO sO?}", "name", name, "a", here,
							  "b", there)) != 0)
			goto fail;
	}
	json_array_foreach(b, i, word) {
		json_t *name = json_object_get(word, "name"),
		       *here = json_object_get(word, "sha256");
		if (word_in(a, json_string_value(name)) == NULL &&
		    json_array_append_new(list, json_pack("{sO sn sO}", "name", name, "a", "b",
							  here)) != 0)
			goto fail;
	}
	return list;
fail:
	json_decref(list);
	return NULL;
}

/* False where there is nothing to say. */
static bool write_words(struct paper *p, const json_t *sides[2], const json_t *words)
{
	const json_t *word, *known = json_member(sides[0], "words");
	size_t i;

	json_array_foreach(words, i, word) {
		bool a = json_is_string(json_object_get(word, "a"));
		bool b = json_is_string(json_object_get(word, "b"));
		if (a && b)
			paper_wrap_format(p, 0, "The words of the plugin %s are of another file.",
					  json_member_text(word, "name"));
		else
			paper_wrap_format(p, 0, "Only %s has the words of the plugin %s.",
					  json_member_text(sides[a ? 0 : 1], "name"),
					  json_member_text(word, "name"));
	}
	if (known == NULL)
		known = json_member(sides[1], "words");
	if (!json_is_null(words) || json_array_size(known) == 0)
		return json_array_size(words) > 0;
	paper_wrap_format(p, 0,
			  "Words of plugins belong to one of them (%s%s); --plugins DIR "
			  "says whether they are the same in the folder.",
			  json_member_text(json_array_get(known, 0), "name"),
			  json_array_size(known) > 1 ? " and others" : "");
	return true;
}

/* What they differ in besides their files. False where there is nothing to say. */
static bool write_more(struct paper *p, const json_t *sides[2], const json_t *words)
{
	const json_t *a = json_member(sides[0], "prelude"), *b = json_member(sides[1], "prelude");
	bool said = write_words(p, sides, words);

	if (a == NULL || b == NULL || json_equal(a, b))
		return said;
	paper_wrap(p, 0,
		   "The words themselves differ, too: the two rule sets are of "
		   "different versions of the program.");
	return true;
}

/* ---- the whole ------------------------------------------------------------ */

static int compare_sets(struct session *s, struct paper *p, const json_t *sides[2], json_t *list,
			const json_t *words)
{
	json_t *paths = paths_of(sides[0], sides[1]);
	size_t count = 0, differ = 0;
	const char **names = paths != NULL ? json_sorted_names(paths, &count) : NULL;
	int rv = names != NULL && list != NULL && words != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && rv >= 0; i++) {
		rv = compare_file(s, p, sides, names[i], list);
		differ += rv == 1;
	}
	if (rv >= 0 && !s->json && !write_more(p, sides, words) && differ == 0)
		paper_wrap(p, 0, "The two rule sets are the same.");
	free(names);
	json_decref(paths);
	return rv >= 0 ? EXIT_DONE : session_say(s, EXIT_UNEXPECTED, "no memory to compare them");
}

int verb_rules_diff(struct session *s)
{
	json_t *a = NULL, *b = NULL, *list = json_array(), *words = NULL;
	struct paper p;
	int status = kept_find(s, s->operands[0], true, &a);

	paper_init(&p, s->out);
	if (status == EXIT_DONE)
		status = kept_find(s, s->operands[1], true, &b);
	const json_t *sides[2] = {a, b};
	if (status == EXIT_DONE) {
		words = compare_words(sides);
		status = compare_sets(s, &p, sides, list, words);
	}
	if (status == EXIT_DONE && s->json) {
		json_t *document = json_pack("{sO sO sO sO}", "a", json_object_get(a, "digest"),
					     "b", json_object_get(b, "digest"), "files", list,
					     "words", words);
		status = print_json(s, document);
		json_decref(document);
	} else if (status == EXIT_DONE) {
		status = session_print(s, &p);
	}
	paper_deinit(&p);
	json_decref(words);
	json_decref(list);
	json_decref(a);
	json_decref(b);
	return status;
}
