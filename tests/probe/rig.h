/*
 * rig: the shipped rules with a few statements only, and one fault planted; then
 * probed. Failures in here fail the running test.
 */
#ifndef AW_TESTS_PROBE_RIG_H
#define AW_TESTS_PROBE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/probe.h"

/* In one file, the first `from` becomes `to`; or a new file where `from` is NULL.
 * The list ends with a file that is NULL. */
struct edit_of_rules {
	const char *file, *from, *to;
};

static inline char *rig_file(const char *name)
{
	const char *dir = getenv("AWARDD_RULES");
	struct buffer text;
	struct err e;
	char path[512];

	buffer_init(&text);
	snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : AWARDD_RULES, name);
	if (file_read(path, 1 << 20, &text, &e) != 0)
		fail_msg("%s", e.text);
	return buffer_give(&text);
}

static inline char *rig_replace(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);
	struct buffer out;

	if (at == NULL)
		fail_msg("no \"%s\" in a rule file", from);
	buffer_init(&out);
	buffer_append(&out, text, (size_t)(at - text));
	buffer_append_text(&out, to);
	buffer_append_text(&out, at + strlen(from));
	free(text);
	return buffer_give(&out);
}

/* Statements but "1" and "4a" become comments: every line keeps its number. */
static inline char *rig_fewer(char *text)
{
	for (char *at = text; (at = strstr(at, "\nstatement \"")) != NULL; at += 12) {
		if (strncmp(at + 12, "1\"", 2) != 0 && strncmp(at + 12, "4a\"", 3) != 0)
			memcpy(at + 1, "--", 2);
	}
	return text;
}

static inline json_t *rig_rules(const struct edit_of_rules *edits)
{
	static const char *const names[] = {"child-first.lua", "framework.lua", "outcome.lua",
					    "quality-lead.lua", "quality-mark.lua"};
	json_t *files = json_array();

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *text = rig_file(names[i]);
		if (strcmp(names[i], "framework.lua") == 0)
			text = rig_fewer(text);
		for (const struct edit_of_rules *e = edits; e->file != NULL; e++) {
			if (strcmp(e->file, names[i]) == 0 && e->from != NULL)
				text = rig_replace(text, e->from, e->to);
		}
		json_array_append_new(files, json_pack("{ss ss}", "path", names[i], "text", text));
		free(text);
	}
	for (const struct edit_of_rules *e = edits; e->file != NULL; e++) {
		if (e->from == NULL)
			json_array_append_new(files,
					      json_pack("{ss ss}", "path", e->file, "text", e->to));
	}
	return files;
}

/* The line of a rule file on which these words stand first. */
static inline int rig_line(const json_t *files, const char *file, const char *words)
{
	const json_t *row;
	size_t i;

	json_array_foreach(files, i, row) {
		const char *text = json_member_text(row, "text");
		if (strcmp(json_member_text(row, "path"), file) != 0)
			continue;
		const char *at = strstr(text, words);
		if (at == NULL)
			fail_msg("no \"%s\" in %s", words, file);
		int line = 1;
		for (const char *c = text; c < at; c++)
			line += *c == '\n';
		return line;
	}
	fail_msg("no file %s", file);
	return 0;
}

/* Gives the report on these files (borrowed). */
static inline json_t *rig_probe(const json_t *files)
{
	const char *program = getenv("AWARDD_PROGRAM");
	const struct trial_options options = {
		.program = program != NULL ? program : AWARDD_PROGRAM,
		.processes = 2,
		.deadline_ms = 10000,
	};
	struct trial *t = NULL;
	json_t *faults = json_array(), *report = NULL;
	struct err e = {0};

	if (trial_open_files(&options, files, &t, faults, &e) != 0)
		fail_msg("%s: %s", e.text, json_dumps(faults, JSON_COMPACT));
	if (probe_run(t, NULL, NULL, &report, &e) != 0)
		fail_msg("%s", e.text);
	trial_close(&t);
	json_decref(faults);
	return report;
}

/* Borrows the only finding of a kind in a file; there must be one. */
static inline const json_t *rig_finding(const json_t *report, const char *kind, const char *file)
{
	const json_t *finding, *found = NULL;
	size_t i;

	json_array_foreach(json_member(report, "findings"), i, finding) {
		if (strcmp(json_member_text(finding, "kind"), kind) != 0 ||
		    strcmp(json_member_text(finding, "file"), file) != 0)
			continue;
		if (found != NULL)
			fail_msg("more than one finding of kind %s", kind);
		found = finding;
	}
	if (found == NULL)
		fail_msg("no finding of kind %s in %s", kind, json_dumps(report, JSON_COMPACT));
	return found;
}

#endif
