/* A decision beside what another rule set says of the same submission, after the
 * history of its day. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/kept.h"
#include "ctl/offline.h"
#include "ctl/revoked.h"
#include "ctl/table.h"
#include "ctl/under.h"
#include "wording/wording.h"
#include "reproduce/reproduce.h"

enum { DIGITS_SHOWN = 12 };

static void short_digest(const char *digest, char out[16])
{
	const char *digits = digest != NULL && strlen(digest) > 7 ? digest + 7 : "?";

	(void)snprintf(out, 16, "%.*s", DIGITS_SHOWN, digits); /* fits */
}

/* ---- one cell ------------------------------------------------------------ */

/* Whole documents: the page is for people, but nothing must be left out. */
static void put_document(struct buffer *b, const json_t *value)
{
	struct buffer text;

	buffer_init(&text);
	if (json_compact(value, &text) != 0)
		b->failed = true;
	else
		(void)buffer_append(b, text.bytes, text.length); /* it remembers */
	buffer_deinit(&text);
}

static void put_shortfall(struct buffer *b, const json_t *shortfall)
{
	const char *statement = json_member_text(shortfall, "statement");
	const char *pointer = json_member_text(shortfall, "pointer");

	/* The buffer remembers what fails. */
	if (statement != NULL)
		(void)buffer_printf(b, "%s: %" JSON_INTEGER_FORMAT ", needs %" JSON_INTEGER_FORMAT,
				    statement, json_member_integer(shortfall, "score", 0),
				    json_member_integer(shortfall, "needs", 0));
	else if (pointer != NULL)
		(void)buffer_append_text(b, pointer);
	else
		put_document(b, shortfall);
}

static void put_criterion(struct buffer *b, const json_t *criterion)
{
	const char *status = json_member_text(criterion, "status");
	const char *reason = json_member_text(criterion, "reason");
	const json_t *shortfall;
	size_t i;

	if (criterion == NULL) {
		(void)buffer_append_text(b, "not asked for"); /* the buffer remembers */
		return;
	}
	(void)buffer_printf(b, "%s%s%s", status != NULL ? status : "?", /* likewise */
			    reason != NULL && *reason != '\0' ? ": " : "",
			    reason != NULL ? reason : "");
	json_array_foreach(json_member(criterion, "shortfalls"), i, shortfall) {
		(void)buffer_append_text(b, i == 0 ? " [" : "; "); /* likewise */
		put_shortfall(b, shortfall);
	}
	if (i > 0)
		(void)buffer_append_text(b, "]"); /* likewise */
}

static void put_fee(struct buffer *b, const json_t *fee)
{
	const char *currency = json_member_text(fee, "currency");

	(void)buffer_printf(b, /* the buffer remembers */
			    "%s %" JSON_INTEGER_FORMAT " net, %" JSON_INTEGER_FORMAT
			    " VAT, %" JSON_INTEGER_FORMAT " gross",
			    currency != NULL ? currency : "", json_member_integer(fee, "net", 0),
			    json_member_integer(fee, "vat", 0),
			    json_member_integer(fee, "gross", 0));
}

/* The next level, and what of it is missing. */
static void put_next(struct buffer *b, const json_t *next, const struct vocabulary *v)
{
	const json_t *missing;
	size_t i;

	/* The buffer remembers what fails. */
	(void)buffer_append_text(b, award_title(v, json_member_text(next, "award")));
	json_array_foreach(json_member(next, "missing"), i, missing) {
		const char *id = json_member_text(missing, "criterion");
		(void)buffer_printf(b, "%s%s", i == 0 ? ", missing " : ", ", id != NULL ? id : "?");
	}
}

static void put_value(struct buffer *b, const char *name, const json_t *value,
		      const struct vocabulary *v)
{
	char day[DAY_TEXT];
	const char *text = json_string_value(value);
	size_t length = strlen(name);
	const json_t *each;
	size_t i;

	/* The buffer remembers what fails. */
	if (value == NULL || json_is_null(value)) {
		(void)buffer_append_text(b, "none");
	} else if (strcmp(name, "fee") == 0) {
		put_fee(b, value);
	} else if (strcmp(name, "next") == 0) {
		put_next(b, value, v);
	} else if (strcmp(name, "commendations") == 0) {
		json_array_foreach(value, i, each)
			(void)buffer_printf(b, "%s%s", i > 0 ? ", " : "",
					    award_title(v, json_string_value(each)));
		if (json_array_size(value) == 0)
			(void)buffer_append_text(b, "none");
	} else if (text != NULL && strcmp(name, "award") == 0) {
		(void)buffer_append_text(b, award_title(v, text));
	} else if (text != NULL && length > 3 && strcmp(name + length - 3, "_on") == 0) {
		wording_day(text, false, day);
		(void)buffer_append_text(b, day);
	} else if (text != NULL) {
		(void)buffer_append_text(b, text);
	} else {
		put_document(b, value);
	}
}

/* ---- the rows ------------------------------------------------------------ */

/* Both decisions, and the table they go into. */
struct page {
	struct table table;
	json_t *then, *now;
	struct vocabulary titles[2];
};

static void add_row(struct page *g, const char *label, const struct buffer *then,
		    const struct buffer *now)
{
	table_add(&g->table, label);
	table_add(&g->table, then->bytes);
	table_add(&g->table, now->bytes);
	g->table.failed = g->table.failed || buffer_status(then) != 0 || buffer_status(now) != 0;
}

static void add_member(struct page *g, const char *name, const json_t *then, const json_t *now)
{
	struct buffer cells[2];
	char label[DAY_TEXT];

	if (json_equal(then, now))
		return;
	wording_plain(name, label);
	buffer_init(&cells[0]);
	buffer_init(&cells[1]);
	put_value(&cells[0], name, then, &g->titles[0]);
	put_value(&cells[1], name, now, &g->titles[1]);
	add_row(g, label, &cells[0], &cells[1]);
	buffer_deinit(&cells[0]);
	buffer_deinit(&cells[1]);
}

/* Those that people ask for first, then whatever else there is in either. */
static void add_members(struct page *g, json_t *then, json_t *now, const char *const *first,
			const char *const *passed_over)
{
	json_t *all = json_object();
	size_t count = 0;

	for (; first != NULL && *first != NULL; first++)
		add_member(g, *first, json_object_get(then, *first), json_object_get(now, *first));
	if (json_object_update(all, then) != 0 || json_object_update(all, now) != 0)
		g->table.failed = true;
	for (; *passed_over != NULL; passed_over++)
		(void)json_object_del(all, *passed_over); /* need not be there */
	const char **names = json_sorted_names(all, &count);
	g->table.failed = g->table.failed || names == NULL;
	for (size_t i = 0; names != NULL && i < count; i++)
		add_member(g, names[i], json_object_get(then, names[i]),
			   json_object_get(now, names[i]));
	free(names);
	json_decref(all);
}

static const json_t *find(const json_t *list, const char *id)
{
	const json_t *each;
	size_t i;

	json_array_foreach(list, i, each) {
		const char *own = json_member_text(each, "id");
		if (own != NULL && id != NULL && strcmp(own, id) == 0)
			return each;
	}
	return NULL;
}

/* A word that awards and criteria both have, where it is not the same. */
static void add_word(struct page *g, const char *label, const char *name, const json_t *then,
		     const json_t *now)
{
	const char *words[] = {json_member_text(then, name), json_member_text(now, name)};

	if (words[0] != NULL && words[1] != NULL && strcmp(words[0], words[1]) == 0)
		return;
	table_add(&g->table, label);
	for (int i = 0; i < 2; i++)
		table_add(&g->table, words[i] != NULL ? words[i] : "there is none");
}

static void add_criterion(struct page *g, const char *id, const json_t *then, const json_t *now)
{
	struct buffer cells[2];

	buffer_init(&cells[0]);
	buffer_init(&cells[1]);
	put_criterion(&cells[0], then);
	put_criterion(&cells[1], now);
	if (buffer_status(&cells[0]) != 0 || buffer_status(&cells[1]) != 0 ||
	    strcmp(cells[0].bytes, cells[1].bytes) != 0)
		add_row(g, id, &cells[0], &cells[1]);
	else
		add_word(g, id, "says", then, now);
	buffer_deinit(&cells[0]);
	buffer_deinit(&cells[1]);
}

static void add_award(struct page *g, const json_t *then, const json_t *now)
{
	const json_t *both[] = {json_member(then, "criteria"), json_member(now, "criteria")};
	const json_t *criterion;
	size_t i;

	add_word(g, json_member_text(then != NULL ? then : now, "id"), "status", then, now);
	json_array_foreach(both[0], i, criterion) {
		const char *id = json_member_text(criterion, "id");
		add_criterion(g, id, criterion, find(both[1], id));
	}
	json_array_foreach(both[1], i, criterion) {
		const char *id = json_member_text(criterion, "id");
		if (find(both[0], id) == NULL)
			add_criterion(g, id, NULL, criterion);
	}
}

static void add_awards(struct page *g)
{
	const json_t *then = json_member(g->then, "awards"), *now = json_member(g->now, "awards");
	const json_t *award;
	size_t i;

	json_array_foreach(then, i, award)
		add_award(g, award, find(now, json_member_text(award, "id")));
	json_array_foreach(now, i, award) {
		if (find(then, json_member_text(award, "id")) == NULL)
			add_award(g, NULL, award);
	}
}

/* ---- the page ------------------------------------------------------------ */

static void write_differences(struct paper *p, const json_t *result, const char *digest)
{
	static const char *const first[] = {"award",  "commendations", "route",
					    "change", "awarded_on",    "expires_on",
					    "fee",    "citation",      NULL};
	static const char *const known[] = {"outcome", "awards", "rules", NULL};
	char heading[32];
	const char *headings[] = {"", "Then", heading};
	struct page g = {
		.then = json_member(json_member(result, "then"), "decision"),
		.now = json_member(json_member(result, "now"), "decision"),
	};

	(void)snprintf(heading, sizeof heading, "Under %s", digest); /* fits */
	g.titles[0] = (struct vocabulary){.decision = g.then};
	g.titles[1] = (struct vocabulary){.decision = g.now};
	table_init(&g.table, headings, sizeof headings / sizeof headings[0]);
	add_members(&g, json_member(g.then, "outcome"), json_member(g.now, "outcome"), first,
		    first);
	add_awards(&g);
	add_members(&g, g.then, g.now, NULL, known);
	p->out.failed = p->out.failed || g.table.failed;
	paper_newline(p);
	/* Two sentences side by side are read nowhere else but in lines that end. */
	const bool bounded = p->look.bounded;
	p->look.bounded = true;
	table_write(&g.table, p);
	p->look.bounded = bounded;
	table_deinit(&g.table);
}

static void write_refusal(struct paper *p, const json_t *now)
{
	const char *reason = json_member_text(now, "reason");
	const json_t *error;
	size_t i;

	if (reason != NULL) {
		paper_wrap_format(p, 0, "Under it the rules fail: %s", reason);
		return;
	}
	paper_wrap(p, 0, "Under it this could not be submitted:");
	json_array_foreach(json_member(now, "errors"), i, error) {
		paper_pad(p, 2);
		paper_wrap_format(p, 4, "%s %s", json_member_text(error, "pointer"),
				  json_member_text(error, "message"));
	}
}

static void write_page(struct paper *p, const json_t *result)
{
	const json_t *now = json_member(result, "now");
	const char *day = json_member_text(result, "assessed_on");
	bool import = strcmp(json_member_text(result, "kind"), "import") == 0;
	char then_digest[16], now_digest[16], words[DAY_TEXT];

	short_digest(json_member_text(json_member(result, "then"), "rules"), then_digest);
	short_digest(json_member_text(now, "rules"), now_digest);
	wording_day(day, false, words);
	revoked_write(p, json_member(result, "revoked"));
	paper_wrap_format(p, 0, "%s %s of %s, %s %s.", import ? "Imported award" : "Decision",
			  json_member_text(result, "id"), json_member_text(result, "partnership"),
			  import ? "awarded" : "assessed on", words);
	paper_wrap_format(
		p, 0,
		"Then: rule set %s. Beside it: rule set %s, put in force at %s, after the "
		"history of that day.",
		then_digest, now_digest, json_member_text(now, "at"));
	if (json_member(now, "decision") == NULL)
		write_refusal(p, now);
	else if (json_array_size(json_member(result, "differences")) == 0)
		paper_wrap(p, 0, "Nothing differs.");
	else
		write_differences(p, result, now_digest);
}

/* ---- the verb ------------------------------------------------------------ */

static int show(struct session *s, const json_t *result)
{
	struct buffer text;
	struct paper p;
	int status;

	buffer_init(&text);
	paper_init(&p, s->out);
	if (!s->json) {
		write_page(&p, result);
		status = session_print(s, &p);
	} else if (json_compact(result, &text) != 0) {
		status = session_say(s, EXIT_UNEXPECTED, "no memory for the answer");
	} else {
		status = session_print_json(s, text.bytes, true);
	}
	paper_deinit(&p);
	buffer_deinit(&text);
	return status;
}

static int compare(struct session *s, struct journal_reader *log, const char *digest)
{
	char program[PROGRAM_NAME];
	struct trial_options how;
	struct words *words = NULL;
	json_t *entry = NULL, *result = NULL;
	struct err e = {.status = 0};
	int rv = offline_entry(log, s->operands[0], &entry, &e);

	if (rv == 0)
		rv = offline_trial(program, &how, &e);
	if (rv == 0)
		rv = session_words(s, program, &words, &e);
	how.words = words;
	how.processes = 1;
	if (rv == 0)
		rv = reproduce_under(log, &how, json_member_integer(entry, "sequence", 0), digest,
				     &result, &e);
	if (rv == 0)
		rv = json_object_set(result, "revoked", json_object_get(entry, "revoked")) == 0
			     ? 0
			     : err_set(&e, -ENOMEM, "no memory for the answer");
	int status = rv == 0 ? show(s, result) : EXIT_UNEXPECTED;
	words_free(&words);
	json_decref(entry);
	json_decref(result);
	if (rv == 0)
		return status;
	return session_say(s,
			   rv == AW_EABSENT || rv == AW_EINVALID ? EXIT_USAGE
			   : rv == AW_ESCRIPT                    ? EXIT_UNLOADABLE
								 : EXIT_UNEXPECTED,
			   "%s", e.text);
}

static int find_digest(const struct session *s, struct journal_reader *log, char digest[RULES_KEY])
{
	json_t *history = NULL;
	struct err e = {.status = 0};
	int rv = reader_rule_history(log, 0, &history, &e);
	int status = rv == 0 ? kept_complete(s, history, session_option(s, OPTION_UNDER), digest)
			     : session_say(s, EXIT_UNEXPECTED, "%s", e.text);

	json_decref(history);
	return status;
}

int under_show(struct session *s)
{
	const char *name = session_option(s, OPTION_UNDER);
	char *path = NULL, digest[RULES_KEY] = "";
	struct journal_reader *log = NULL;
	struct err e = {.status = 0};
	int status = offline_log(s, &path);
	bool active = strcmp(name, "active") == 0;

	if (status == EXIT_DONE && reader_open(path, &log, &e) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "%s", e.text);
	if (status == EXIT_DONE && !active)
		status = find_digest(s, log, digest);
	if (status == EXIT_DONE)
		status = compare(s, log, active ? NULL : digest);
	reader_close(&log);
	free(path);
	return status;
}
