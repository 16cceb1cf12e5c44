/* Rows go out by the hundred, so that a long list is never held as a whole. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/changes.h"
#include "ctl/csv.h"

enum { ROWS_HELD = 500, VALUE_BYTES = 200 };

static const char *const csv_columns[] = {"partnership", "name", "assessed_on", "sequence",
					  "id",          "kind", "what",        "item",
					  "from",        "to",   "direction",   "revoked"};

/* The first ones and the last are the entry's, the others those of a difference. */
enum {
	COLUMNS = sizeof csv_columns / sizeof *csv_columns,
	OF_ENTRY = 6,
	REVOKED = COLUMNS - 1,
};

static const char *const headings[] = {"Partnership", "Assessed", "Entry", "What changes", "How"};

void changes_init(struct changes *c, struct session *s, enum changes_format format)
{
	*c = (struct changes){.session = s, .format = format};
	table_init(&c->table, headings, sizeof headings / sizeof headings[0]);
}

void changes_deinit(struct changes *c)
{
	table_deinit(&c->table);
}

static void print(struct changes *c, struct paper *p)
{
	int status = session_print(c->session, p);

	if (c->status == EXIT_DONE)
		c->status = status;
	paper_deinit(p);
}

/* ---- for people --------------------------------------------------------- */

/* A level, a route, a number, a sentence, or "none". */
static void put_value(const struct changes *c, struct buffer *b, const json_t *value, bool award)
{
	const char *text = json_string_value(value);
	char words[DAY_TEXT];
	struct buffer whole;

	if (value == NULL || json_is_null(value)) {
		(void)buffer_append_text(b, "none"); /* the buffer remembers */
	} else if (json_is_integer(value)) {
		wording_number(json_integer_value(value), words);
		(void)buffer_append_text(b, words); /* likewise */
	} else if (text != NULL) {
		(void)buffer_append_text(b, award ? award_title(&c->titles, text) : text);
	} else {
		buffer_init(&whole);
		if (json_compact(value, &whole) == 0)
			(void)buffer_printf(b, "%.*s", (int)VALUE_BYTES, whole.bytes);
		buffer_deinit(&whole);
	}
}

static void put_arrow(const struct changes *c, struct buffer *b, const json_t *one, bool award)
{
	put_value(c, b, json_object_get(one, "from"), award);
	/* The buffer remembers what fails. */
	(void)buffer_append_text(b, c->session->out.utf8 ? " → " : " -> ");
	put_value(c, b, json_object_get(one, "to"), award);
}

/* Why there is no decision on one side. */
static void put_missing(struct buffer *b, const json_t *one, bool refused, bool import)
{
	bool lost = json_member_text(one, "to") != NULL;
	const char *why = json_member_text(one, lost ? "to" : "from");
	const char *pointer = json_member_text(one, "item");
	const char *sent = import ? "imported" : "submitted";

	/* The buffer remembers what fails. */
	if (refused)
		(void)buffer_printf(b,
				    lost ? "could no longer be %s: " : "could be %s now: ", sent);
	else
		(void)buffer_append_text(b, lost ? "the rules would fail: "
						 : "the rules would not fail any more: ");
	(void)buffer_printf(b, "%s%s%s", pointer != NULL ? pointer : "", pointer != NULL ? " " : "",
			    why != NULL ? why : "");
}

static void put_difference(const struct changes *c, struct buffer *b, const json_t *one,
			   bool import)
{
	const char *what = json_member_text(one, "what"), *item = json_member_text(one, "item");
	bool refused = strcmp(what, "submission") == 0;
	bool award = strcmp(what, "award") == 0 || strcmp(what, "commendation") == 0;

	if (refused || strcmp(what, "evaluation") == 0) {
		put_missing(b, one, refused, import);
		return;
	}
	/* The buffer remembers what fails. */
	(void)buffer_printf(b, "%s: ", item != NULL && !award ? item : what);
	put_arrow(c, b, one, award);
}

static void flush(struct changes *c)
{
	struct paper p;

	if (c->table.count == 0)
		return;
	paper_init(&p, c->session->out);
	if (c->begun)
		paper_newline(&p);
	c->begun = true;
	table_write(&c->table, &p);
	print(c, &p);
	table_deinit(&c->table);
}

static void add_rows(struct changes *c, const json_t *change)
{
	const char *name = json_member_text(change, "name");
	const char *kind = json_member_text(change, "kind");
	char day[DAY_TEXT];
	const json_t *one;
	size_t i;

	wording_day_short(json_member_text(change, "assessed_on"), false, day);
	json_array_foreach(json_member(change, "differences"), i, one) {
		struct buffer words;

		buffer_init(&words);
		put_difference(c, &words, one, strcmp(kind, "import") == 0);
		if (json_member_true(change, "revoked"))
			(void)buffer_append_text(&words, " (revoked since)"); /* likewise */
		table_add(&c->table, name != NULL ? name : json_member_text(change, "partnership"));
		table_add(&c->table, day);
		table_add_integer(&c->table, json_member(change, "sequence"));
		table_add(&c->table, words.bytes);
		table_add(&c->table, json_member_text(one, "direction"));
		c->table.failed = c->table.failed || buffer_status(&words) != 0;
		buffer_deinit(&words);
	}
	if (c->table.count >= ROWS_HELD * c->table.columns)
		flush(c);
}

static void put_totals(struct paper *p, const json_t *totals)
{
	static const char *const columns[] = {"What", "How", "Differences"};
	size_t kinds = 0, ways = 0;
	const char **names = json_sorted_names(totals, &kinds);
	struct table t;

	table_init(&t, columns, sizeof columns / sizeof columns[0]);
	for (size_t i = 0; names != NULL && i < kinds; i++) {
		const json_t *counts = json_member(totals, names[i]);
		const char **directions = json_sorted_names(counts, &ways);

		for (size_t k = 0; directions != NULL && k < ways; k++) {
			if (json_member_integer(counts, directions[k], 0) == 0)
				continue;
			table_add(&t, names[i]);
			table_add(&t, directions[k]);
			table_add_integer(&t, json_member(counts, directions[k]));
		}
		p->out.failed = p->out.failed || directions == NULL;
		free(directions);
	}
	p->out.failed = p->out.failed || names == NULL;
	free(names);
	if (t.count > 0) {
		paper_heading(p, "Totals");
		table_write(&t, p);
	}
	table_deinit(&t);
}

static void counted(const json_t *summary, const char *name, const char *noun, char out[96])
{
	json_int_t n = json_member_integer(summary, name, 0);
	char number[DAY_TEXT];

	wording_number(n, number);
	(void)snprintf(out, 96, "%s %s%s", number, noun, n == 1 ? "" : "s"); /* fits */
}

static void end_text(struct changes *c, const json_t *summary)
{
	json_int_t changed = json_member_integer(summary, "changed", 0) +
			     json_member_integer(summary, "changed_imports", 0);
	json_int_t revoked = json_member_integer(summary, "changed_revoked", 0);
	char decisions[96], imports[96], changed_ones[96], changed_imports[96];
	struct paper p;

	flush(c);
	paper_init(&p, c->session->out);
	if (changed > 0 || revoked > 0) {
		put_totals(&p, json_member(summary, "totals"));
		paper_newline(&p);
	}
	counted(summary, "decisions", "decision", decisions);
	counted(summary, "imports", "imported award", imports);
	counted(summary, "changed", "decision", changed_ones);
	counted(summary, "changed_imports", "imported award", changed_imports);
	if (changed == 0)
		paper_wrap_format(&p, 0, "Nothing would change: %s and %s were looked at.",
				  decisions, imports);
	else
		paper_wrap_format(&p, 0, "%s and %s would change, of %s and %s looked at.",
				  changed_ones, changed_imports, decisions, imports);
	if (revoked > 0)
		paper_wrap_format(&p, 0,
				  "What was revoked since is listed, and not counted in that.");
	print(c, &p);
}

/* ---- for programs ------------------------------------------------------- */

/* JSON as it is, but nothing that a terminal would take for an order. */
static void print_plain(struct changes *c, const struct buffer *text)
{
	struct paper p;

	paper_init(&p, c->session->out);
	if (buffer_status(text) != 0)
		p.out.failed = true;
	else if (p.look.bounded)
		paper_text(&p, text->bytes);
	else
		(void)buffer_append(&p.out, text->bytes, text->length); /* it remembers */
	print(c, &p);
}

static void add_json(struct changes *c, const json_t *change)
{
	struct buffer text;

	buffer_init(&text);
	/* The buffer remembers what fails. */
	(void)buffer_append_text(&text, c->begun ? ",\n" : "{\"changes\":[\n");
	(void)json_canonical(change, &text);
	c->begun = true;
	print_plain(c, &text);
	buffer_deinit(&text);
}

/* The summary's members follow the list. */
static void end_json(struct changes *c, const json_t *summary)
{
	struct buffer text, rest;

	buffer_init(&text);
	buffer_init(&rest);
	(void)buffer_append_text(&text, c->begun ? "\n]," : "{\"changes\":[],"); /* it remembers */
	if (json_canonical(summary, &rest) == 0)
		(void)buffer_append_text(&text, rest.bytes + 1); /* likewise */
	else
		text.failed = true;
	(void)buffer_append_text(&text, "\n"); /* likewise */
	print_plain(c, &text);
	buffer_deinit(&rest);
	buffer_deinit(&text);
}

static void put_csv_head(struct changes *c, struct paper *p)
{
	if (!c->begun)
		csv_put_names(p, csv_columns, COLUMNS);
	c->begun = true;
}

static void add_csv(struct changes *c, const json_t *change)
{
	struct paper p;
	const json_t *one;
	size_t i;

	paper_init(&p, c->session->out);
	put_csv_head(c, &p);
	json_array_foreach(json_member(change, "differences"), i, one) {
		for (size_t k = 0; k < COLUMNS; k++)
			csv_put(&p,
				json_object_get(k < OF_ENTRY || k == REVOKED ? change : one,
						csv_columns[k]),
				k + 1 < COLUMNS ? ',' : '\n');
	}
	print(c, &p);
}

static void end_csv(struct changes *c)
{
	struct paper p;

	paper_init(&p, c->session->out);
	put_csv_head(c, &p);
	print(c, &p);
}

/* ---- either ------------------------------------------------------------- */

void changes_add(struct changes *c, const json_t *change)
{
	if (c->format == CHANGES_TEXT)
		add_rows(c, change);
	else if (c->format == CHANGES_JSON)
		add_json(c, change);
	else
		add_csv(c, change);
}

void changes_end(struct changes *c, const json_t *summary)
{
	if (c->format == CHANGES_TEXT)
		end_text(c, summary);
	else if (c->format == CHANGES_JSON)
		end_json(c, summary);
	else
		end_csv(c);
}
