/* The results of rule tests, in text and in JUnit's XML. */
#include <stdio.h>
#include <string.h>

#include "ctl/results.h"

/* ---- for people -------------------------------------------------------------- */

static void write_messages(struct paper *p, const json_t *report)
{
	size_t i, j;
	const json_t *result, *message;

	json_array_foreach(json_member(report, "results"), i, result) {
		json_array_foreach(json_member(result, "messages"), j, message) {
			paper_tone(p, TONE_BAD);
			paper_sign(p, SIGN_UNMET);
			paper_tone(p, TONE_PLAIN);
			paper_format(p, " %s", json_string_value(message));
			paper_newline(p);
		}
	}
}

static void write_criteria(struct paper *p, const json_t *report)
{
	size_t i;
	const json_t *one;

	paper_format(p, "Criteria: %lld %% seen met, and seen unmet",
		     json_member_integer(report, "criteria_percent", 0));
	paper_newline(p);
	json_array_foreach(json_member(report, "criteria"), i, one) {
		bool met = json_member_integer(one, "met", 0) > 0;
		bool unmet = json_member_integer(one, "unmet", 0) > 0;

		if (met && unmet)
			continue;
		paper_format(p, "  %s was never seen %s", json_member_text(one, "id"),
			     !met && !unmet ? "met, nor unmet"
			     : met          ? "unmet"
					    : "met");
		paper_newline(p);
	}
}

/* 12, 15 to 18 */
static void write_ranges(struct paper *p, const json_t *lines)
{
	size_t count = json_array_size(lines);

	for (size_t i = 0, to; i < count; i = to + 1) {
		json_int_t from = json_integer_value(json_array_get(lines, i));

		for (to = i; to + 1 < count; to++)
			if (json_integer_value(json_array_get(lines, to + 1)) !=
			    from + (json_int_t)(to + 1 - i))
				break;
		paper_format(p, "%s%lld", i > 0 ? ", " : "", from);
		if (to > i)
			paper_format(p, " to %lld", from + (json_int_t)(to - i));
	}
}

static void write_lines(struct paper *p, const json_t *report)
{
	size_t i;
	const json_t *file;

	if (json_member(report, "lines") == NULL)
		return;
	paper_format(p, "Lines of functions: %lld %% ran",
		     json_member_integer(report, "lines_percent", 0));
	paper_newline(p);
	json_array_foreach(json_member(report, "lines"), i, file) {
		const json_t *unseen = json_member(file, "unseen");

		if (json_array_size(unseen) == 0)
			continue;
		paper_format(p, "  %s: never ran: ", json_member_text(file, "file"));
		write_ranges(p, unseen);
		paper_newline(p);
	}
}

void results_write(struct paper *p, const json_t *report)
{
	json_int_t tests = json_member_integer(report, "tests", 0);

	write_messages(p, report);
	if (tests == 0) {
		paper_text(p, "No test ran: tests stand beside the rules, in files whose names end "
			      "in .test.lua");
		paper_newline(p);
		return;
	}
	paper_format(p, "%lld test%s: %lld passed, %lld failed", tests, tests == 1 ? "" : "s",
		     json_member_integer(report, "passed", 0),
		     json_member_integer(report, "failed", 0));
	paper_newline(p);
	write_criteria(p, report);
	write_lines(p, report);
}

void results_write_changes(struct paper *p, const json_t *mutation)
{
	size_t i;
	const json_t *change;

	paper_format(p, "Changes of the rules: %lld tried, %lld noticed",
		     json_member_integer(mutation, "changes", 0),
		     json_member_integer(mutation, "noticed", 0));
	paper_newline(p);
	json_array_foreach(json_member(mutation, "unnoticed"), i, change) {
		paper_format(p, "  %s:%lld: no test notices that %s",
			     json_member_text(change, "file"),
			     json_member_integer(change, "line", 0),
			     json_member_text(change, "change"));
		paper_newline(p);
	}
}

/* ---- JUnit ------------------------------------------------------------------------ */

/* XML 1.0 has no way to write control characters, nor U+FFFE and U+FFFF. */
static void put_escaped(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			(void)buffer_append_text(out, "&amp;"); /* the buffer remembers */
		else if (c == '<')
			(void)buffer_append_text(out, "&lt;");
		else if (c == '>')
			(void)buffer_append_text(out, "&gt;");
		else if (c == '"')
			(void)buffer_append_text(out, "&quot;");
		else if (c == '\n' || c == '\t' || c == '\r')
			(void)buffer_printf(out, "&#%u;", c);
		else if (c < ' ')
			(void)buffer_append_text(out, "?");
		else if (strncmp(text, "\xEF\xBF\xBE", 3) == 0 ||
			 strncmp(text, "\xEF\xBF\xBF", 3) == 0)
			(void)buffer_append_text(out, "?"), text += 2;
		else
			(void)buffer_append(out, text, 1);
	}
}

static void put_attribute(struct buffer *out, const char *name, const char *value)
{
	(void)buffer_printf(out, " %s=\"", name); /* the buffer remembers */
	put_escaped(out, value);
	(void)buffer_append_text(out, "\"");
}

static void put_case(struct buffer *out, const json_t *result)
{
	const json_t *messages = json_member(result, "messages"), *message;
	size_t i;

	(void)buffer_append_text(out, "    <testcase"); /* the buffer remembers, here and below */
	put_attribute(out, "classname", json_member_text(result, "file"));
	put_attribute(out, "name", json_member_text(result, "name"));
	put_attribute(out, "file", json_member_text(result, "file"));
	(void)buffer_printf(out, " line=\"%lld\"", json_member_integer(result, "line", 0));
	if (json_member_true(result, "passed")) {
		(void)buffer_append_text(out, "/>\n");
		return;
	}
	(void)buffer_append_text(out, ">\n      <failure");
	put_attribute(out, "message", json_string_value(json_array_get(messages, 0)));
	(void)buffer_append_text(out, ">");
	json_array_foreach(messages, i, message) {
		put_escaped(out, json_string_value(message));
		(void)buffer_append_text(out, "\n");
	}
	(void)buffer_append_text(out, "</failure>\n    </testcase>\n");
}

static bool same_file(const json_t *a, const json_t *b)
{
	return json_equal(json_object_get(a, "file"), json_object_get(b, "file"));
}

static void put_suite(struct buffer *out, const json_t *results, size_t from, size_t to)
{
	size_t failed = 0;

	for (size_t i = from; i < to; i++)
		failed += !json_member_true(json_array_get(results, i), "passed");
	(void)buffer_append_text(out, "  <testsuite"); /* the buffer remembers */
	put_attribute(out, "name", json_member_text(json_array_get(results, from), "file"));
	(void)buffer_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", to - from,
			    failed);
	for (size_t i = from; i < to; i++)
		put_case(out, json_array_get(results, i));
	(void)buffer_append_text(out, "  </testsuite>\n");
}

int results_junit(const json_t *report, struct buffer *out)
{
	const json_t *results = json_member(report, "results");
	size_t count = json_array_size(results), to;

	(void)buffer_printf(out,
			    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			    "<testsuites tests=\"%lld\" failures=\"%lld\">\n",
			    json_member_integer(report, "tests", 0),
			    json_member_integer(report, "failed", 0)); /* the buffer remembers */
	for (size_t i = 0; i < count; i = to) {
		for (to = i + 1; to < count && same_file(json_array_get(results, i),
							 json_array_get(results, to));)
			to++;
		put_suite(out, results, i, to);
	}
	(void)buffer_append_text(out, "</testsuites>\n");
	return buffer_status(out);
}
