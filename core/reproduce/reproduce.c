/* The log, partnership after partnership: each entry is asked for as it is read. */
#include "reproduce/reproduce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/version.h"
#include "reproduce/inner.h"
#include "script/script.h"

enum { PAGE = 512, ATTEMPTS = 100000 };

/* The work as a whole. */
struct work {
	const struct reproduce_options *options;
	struct shelf shelf;
	struct questions questions;
	int64_t through;
	unsigned char *seen; /* a bit for each entry up to `through` */
	json_int_t decisions, imports;
	json_t *versions, *unreadable;
};

/* One partnership in hand. */
struct walk {
	struct work *work;
	const char *partnership;
	json_t *history;
	struct err *e;
};

/* ---- one partnership ----------------------------------------------------- */

static int by_sequence(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool is_wanted(const struct reproduce_options *o, int64_t sequence)
{
	return o->only == NULL ||
	       bsearch(&sequence, o->only, o->count, sizeof *o->only, by_sequence) != NULL;
}

/* A log that somebody else made may have any. */
static bool has_mark(const struct work *w, int64_t sequence)
{
	return sequence > 0 && sequence <= w->through;
}

static void mark(struct work *w, json_int_t sequence)
{
	if (has_mark(w, sequence))
		w->seen[sequence / 8] |= (unsigned char)(1u << (sequence % 8));
}

static bool is_marked(const struct work *w, int64_t sequence)
{
	return has_mark(w, sequence) && (w->seen[sequence / 8] & 1u << (sequence % 8)) != 0;
}

/* What can be said without asking, in its place among the answers. */
static int say_at_once(struct work *w, const json_t *entry, const char *reason)
{
	int rv = questions_settle(&w->questions);

	w->questions.done++;
	return rv == 0 ? questions_refuse(&w->questions, entry, reason) : rv;
}

static int decide_again(struct walk *walk, json_t *entry)
{
	struct work *w = walk->work;
	const char *digest = logged_rules(entry);
	struct shelved *rules = NULL;
	int rv = 0;

	*(logged_is(entry, "decision") ? &w->decisions : &w->imports) += 1;
	if (digest == NULL)
		return say_at_once(w, entry, "it names no rule set");
	if (!shelf_has(&w->shelf, digest))
		rv = questions_settle(&w->questions);
	if (rv == 0)
		rv = shelf_take(&w->shelf, digest, &rules, walk->e);
	if (rv != 0)
		return rv;
	return rules->trial != NULL ? questions_ask(&w->questions, rules, entry, walk->history)
				    : say_at_once(w, entry, rules->reason);
}

static int on_entry(void *ctx, json_t *entry)
{
	struct walk *walk = ctx;
	struct work *w = walk->work;
	const char *partnership = logged_partnership(entry);
	json_int_t sequence = json_member_integer(entry, "sequence", 0);
	int rv = 0;

	/* The table that led here is wrong, and where it belongs it is missing. */
	if (partnership == NULL || strcmp(partnership, walk->partnership) != 0)
		return 0;
	mark(w, sequence);
	if (!logged_is(entry, "revocation") && is_wanted(w->options, sequence))
		rv = decide_again(walk, entry);
	return rv == 0 ? history_add(walk->history, entry) : rv;
}

/* Where one entry cannot be read, what follows it has no history: it is found
 * at the end, among those that were not seen. */
static int walk_partnership(struct work *w, const char *partnership, struct err *e)
{
	struct walk walk = {.work = w, .partnership = partnership, .history = json_array(), .e = e};
	int rv = walk.history != NULL
			 ? reader_past(w->options->log, partnership, w->through, on_entry, &walk, e)
			 : -ENOMEM;

	if (rv == AW_ECORRUPT) {
		rv = questions_settle(&w->questions);
		if (rv == 0 && json_array_append_new(w->unreadable, json_string(e->text)) != 0)
			rv = -ENOMEM;
	}
	json_decref(walk.history);
	return rv;
}

static int walk_page(struct work *w, const json_t *page, struct err *e)
{
	const json_t *id;
	size_t i;
	int rv = 0;

	json_array_foreach(page, i, id) {
		rv = walk_partnership(w, json_string_value(id), e);
		if (rv != 0)
			break;
	}
	return rv;
}

static int walk_all(struct work *w, struct err *e)
{
	json_t *page = NULL, *last = NULL;
	bool more = true;
	int rv = 0;

	while (rv == 0 && more) {
		rv = reader_partnerships(w->options->log, json_string_value(last), PAGE, &page, e);
		json_decref(last);
		last = NULL;
		if (rv != 0)
			break;
		rv = walk_page(w, page, e);
		more = json_array_size(page) == PAGE;
		last = json_incref(json_array_get(page, json_array_size(page) - 1));
		json_decref(page);
	}
	json_decref(last);
	return rv;
}

/* ---- some of them -------------------------------------------------------- */

static int add_partnership_of(const struct work *w, int64_t sequence, json_t *set, struct err *e)
{
	json_t *entry = NULL;
	int rv = logged_find(w->options->log, sequence, &entry, e);

	if (rv == 0)
		rv = json_put(set, logged_partnership(entry), json_true());
	json_decref(entry);
	return rv;
}

static int walk_some(struct work *w, struct err *e)
{
	json_t *set = json_object();
	const char **names = NULL;
	size_t count = 0;
	int rv = set != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < w->options->count && rv == 0; i++)
		rv = add_partnership_of(w, w->options->only[i], set, e);
	if (rv == 0) {
		names = json_sorted_names(set, &count);
		rv = names != NULL ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < count && rv == 0; i++)
		rv = walk_partnership(w, names[i], e);
	free(names);
	json_decref(set);
	return rv;
}

/* ---- what no walk came to ------------------------------------------------ */

struct search {
	struct work *work;
	const char *kind;
};

static int on_sequence(void *ctx, int64_t sequence)
{
	const struct search *search = ctx;
	struct work *w = search->work;

	if (is_marked(w, sequence) || !is_wanted(w->options, sequence))
		return 0;
	if (strcmp(search->kind, "decision") == 0)
		w->decisions++;
	if (strcmp(search->kind, "import") == 0)
		w->imports++;
	json_t *entry =
		json_pack("{sI ss}", "sequence", (json_int_t)sequence, "kind", search->kind);
	int rv = entry != NULL
			 ? questions_refuse(
				   &w->questions, entry,
				   "the log's tables do not lead to it, or an entry of its "
				   "partnership before it cannot be read: awardctl log verify "
				   "tells which")
			 : -ENOMEM;
	json_decref(entry);
	return rv;
}

static int find_unseen(struct work *w, struct err *e)
{
	static const char *const kinds[] = {"decision", "import", "revocation"};
	int rv = 0;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && rv == 0; i++) {
		struct search search = {.work = w, .kind = kinds[i]};
		rv = reader_of_kind(w->options->log, kinds[i], w->through, on_sequence, &search, e);
	}
	return rv;
}

/* ---- before and after ---------------------------------------------------- */

static int count_entries(struct work *w, struct err *e)
{
	json_t *counts = NULL;
	int rv = reader_counts(w->options->log, &counts, e);

	w->questions.of = (uint64_t)json_member_integer(counts, "decision", 0) +
			  (uint64_t)json_member_integer(counts, "import", 0);
	if (w->options->only != NULL)
		w->questions.of = w->options->count;
	json_decref(counts);
	return rv;
}

static bool is_text(const json_t *object, const char *name, const char *wanted)
{
	const char *text = json_member_text(object, name);

	return text != NULL && strcmp(text, wanted) == 0;
}

static bool is_version(const json_t *one, const json_t *body)
{
	const char *engine = json_member_text(body, "engine"), *lua = json_member_text(body, "lua");

	return engine != NULL && lua != NULL && is_text(one, "engine", engine) &&
	       is_text(one, "lua", lua);
}

/* Every start puts rules in force, so that activations know all versions. */
static int add_version(struct work *w, const json_t *activation)
{
	const json_t *body = json_member(activation, "body");
	size_t count = json_array_size(w->versions);

	if (count > 0 && is_version(json_array_get(w->versions, count - 1), body))
		return 0;
	bool same = is_text(body, "engine", AWARDD_VERSION) &&
		    is_text(body, "lua", script_lua_version());
	json_t *one = json_pack("{sO? sO? sO sb}", "engine", json_member(body, "engine"), "lua",
				json_member(body, "lua"), "from",
				json_member(activation, "sequence"), "same", same);
	return json_array_append_new(w->versions, one) == 0 ? 0 : -ENOMEM;
}

static int find_versions(struct work *w, struct err *e)
{
	json_t *history = NULL;
	int rv = reader_rule_history(w->options->log, ATTEMPTS, &history, e);

	for (size_t i = json_array_size(history); i-- > 0 && rv == 0;) {
		const json_t *row = json_array_get(history, i);
		if (logged_is(row, "activation") &&
		    json_member_integer(row, "sequence", 0) <= w->through)
			rv = add_version(w, row);
	}
	json_decref(history);
	return rv;
}

static int prepare(struct work *w, struct err *e)
{
	questions_init(&w->questions, w->options, &w->shelf);
	w->versions = json_array();
	w->unreadable = json_array();
	int rv = reader_newest(w->options->log, &w->through, e);
	if (rv == 0)
		w->seen = calloc(1, (size_t)(w->through > 0 ? w->through : 0) / 8 + 1);
	if (rv == 0 && (w->seen == NULL || w->versions == NULL || w->unreadable == NULL))
		rv = -ENOMEM;
	if (rv == 0)
		rv = count_entries(w, e);
	if (rv == 0)
		rv = find_versions(w, e);
	return rv == 0 ? shelf_open(&w->shelf, w->options->log, &w->options->how) : rv;
}

static void drop(struct work *w)
{
	questions_deinit(&w->questions);
	shelf_close(&w->shelf);
	json_decref(w->versions);
	json_decref(w->unreadable);
	free(w->seen);
}

static json_t *summarise(const struct work *w)
{
	return json_pack("{sI sI sI sI sI sI so sO sO ss ss}", "through", (json_int_t)w->through,
			 "decisions", w->decisions, "imports", w->imports, "reproduced",
			 w->questions.reproduced, "differing", w->questions.differing,
			 "not_possible", w->questions.not_possible, "rule_sets",
			 shelf_describe(&w->shelf), "versions", w->versions, "unreadable",
			 w->unreadable, "engine", AWARDD_VERSION, "lua", script_lua_version());
}

int reproduce_log(const struct reproduce_options *options, json_t **summary, struct err *e)
{
	struct work w = {.options = options};
	struct err why = {.status = 0};
	int rv = prepare(&w, &why);

	if (rv == 0)
		rv = options->only != NULL ? walk_some(&w, &why) : walk_all(&w, &why);
	if (rv == 0)
		rv = questions_settle(&w.questions);
	if (rv == 0)
		rv = find_unseen(&w, &why);
	if (rv <= 0)
		rv = reader_is_still(options->log, rv, &why);
	if (rv == 0) {
		*summary = summarise(&w);
		rv = *summary != NULL ? 0 : -ENOMEM;
	}
	drop(&w);
	if (rv < 0)
		return err_set(e, rv, "%s", why.status == rv ? why.text : status_text(rv));
	return rv;
}
