/* The order of an audit: tables, texts, every entry in turn, what is left, and the
 * tables that follow from the entries; pages beside all of it. */
#include "audit/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/whole.h"

/* How much of the bar is whose. */
enum { BAR_ENTRIES = 900, BAR_ALL = 1000 };

enum {
	IDENTITY = 32,    /* hex digits */
	HELD_MOST = 1000, /* findings */
};

static void progress(const struct audit *a, int permille)
{
	if (a->options->progress != NULL)
		a->options->progress(a->options->ctx, permille, a->entries);
}

/* ---- pages and tables -------------------------------------------------------- */

static int on_object(void *ctx, const char *type, const char *name, const char *what)
{
	struct audit *a = ctx;
	json_t *place = json_pack("{ss ss}", "table", "sqlite_schema", "key", name);
	const char *guard =
		strcmp(type, "trigger") == 0 && strcmp(what, "added") != 0
			? ": what it guarded can be changed by anybody who writes the file"
			: "";

	return report_give(&a->report, finding_make(LEVEL_ALTERED, "file.schema", place,
						    "the %s %s %s%s", type, name,
						    strcmp(what, "missing") == 0 ? "is missing"
						    : strcmp(what, "changed") == 0
							    ? "is not as this program makes it"
							    : "is not of this program",
						    guard));
}

/* The pages take long, so that all else goes on beside them; what is found there is told first. */
static int begin_pages(struct audit *a)
{
	pages_start(&a->pages);
	return report_hold(&a->report);
}

static int end_pages(struct audit *a, struct err *e)
{
	json_t *held = a->report.held;

	a->report.held = NULL;
	int rv = pages_give(&a->pages, &a->report, e);
	a->report.held = held;
	return report_release(&a->report) != 0 ? a->report.status : rv;
}

/* Where they are done, or too much waits for them. */
static int look_at_pages(struct audit *a, struct err *e)
{
	bool waits = a->report.held != NULL;

	if (!waits || (!a->pages.done && json_array_size(a->report.held) < HELD_MOST))
		return 0;
	return end_pages(a, e);
}

static int check_schema(struct audit *a, struct err *e)
{
	int rv = raw_check_schema(a->log, on_object, a, e);

	return report_unreadable(&a->report, rv, "the list of tables", e);
}

static int read_identity(struct audit *a, struct err *e)
{
	struct raw_walk *walk = NULL;
	struct raw_row row;
	int rv = raw_walk_new(a->log, RAW_META, &walk, e);

	while (rv == 0 && (rv = raw_walk_next(walk, &row, e)) == 1) {
		struct text value = row.texts[1];
		rv = 0;
		if (!text_equal(row.texts[0], text_of("identity")))
			rv = report_give(&a->report,
					 finding_make(LEVEL_ALTERED, "file.meta", NULL,
						      "the table meta has a row that is not of "
						      "this program"));
		else if (value.length == IDENTITY)
			memcpy(a->judge.identity, value.bytes, value.length);
	}
	raw_walk_free(&walk);
	rv = report_unreadable(&a->report, rv, "the log's identity", e);
	if (rv != 0 || strlen(a->judge.identity) == IDENTITY)
		return rv;
	return report_give(&a->report, finding_make(LEVEL_ALTERED, "file.identity", NULL,
						    "the log has no identity of its own any more"));
}

/* ---- entries ------------------------------------------------------------------ */

static int tell_gap(struct audit *a, int64_t next)
{
	a->tree.lost = true;
	if (next < 1)
		return report_give(&a->report,
				   finding_make(LEVEL_ALTERED, "entry.added", place_entry(next),
						"entry %lld was added: they begin at 1",
						(long long)next));
	long long first = a->last + 1, last = next - 1;
	json_t *place = json_pack("{sI sI}", "entry", first, "through", last);

	if (first == last)
		return report_give(&a->report, finding_make(LEVEL_ALTERED, "entry.missing", place,
							    "entry %lld is missing", first));
	return report_give(&a->report,
			   finding_make(LEVEL_ALTERED, "entry.missing", place,
					"entries %lld to %lld are missing", first, last));
}

static void note_instant(struct audit *a, const struct item *it)
{
	if (strcmp(it->at, a->before) < 0) {
		a->set_back++;
		a->set_back_at = it->sequence;
	}
	memcpy(a->before, it->at, sizeof a->before);
}

/* What an entry says of rules hangs on those before it, so that it is judged here. */
static void check_rules(struct audit *a, struct item *it)
{
	const char *kind = json_member_text(it->document, "kind");
	size_t before = json_array_size(it->findings);

	if (kind == NULL)
		return;
	texts_check(&a->texts, it->sequence, kind, json_member(it->document, "body"), it->findings);
	for (size_t i = before; i < json_array_size(it->findings) && it->mark < before; i++) {
		json_t *finding = json_incref(json_array_get(it->findings, i));
		(void)json_array_remove(it->findings, i); /* it is there, and there is room */
		(void)json_array_insert_new(it->findings, it->mark + i - before, finding);
	}
}

static int give_findings(struct audit *a, struct item *it)
{
	json_t *finding;
	size_t i;
	int rv = it->memory ? -ENOMEM : 0;

	json_array_foreach(it->findings, i, finding) {
		if (rv == 0)
			rv = report_give(&a->report,
					 json_is_object(finding) ? json_incref(finding) : NULL);
	}
	return rv;
}

static int follow_entry(struct audit *a, const struct item *it, struct err *e)
{
	if (a->follow == NULL)
		return 0;
	struct text bytes = {it->bytes.bytes, it->bytes.length};
	int rv = follow_add(a->follow, it->document, bytes, &it->leaf, e);
	if (rv != AW_EINVALID)
		return rv;
	return report_give(&a->report,
			   finding_make(LEVEL_ALTERED, "entry.contradicts",
					place_entry(it->sequence),
					"entry %lld: it contradicts an entry before it: %s",
					(long long)it->sequence, e->text));
}

static int note_values(struct audit *a, struct item *it, struct err *e)
{
	int rv = erased_note(&a->erased, it);

	return rv == 0 || rv == -ENOMEM
		       ? rv
		       : err_set(e, rv, "writing a temporary file: %s", strerror(-rv));
}

static int take_in(struct audit *a, struct item *it, struct err *e)
{
	const char *kind = json_member_text(it->document, "kind");
	const json_t *body = json_member(it->document, "body");
	int rv = it->sequence == a->last + 1 ? 0 : tell_gap(a, it->sequence);

	a->last = it->sequence > 0 ? it->sequence : 0;
	a->entries++;
	a->kept += it->kept;
	note_instant(a, it);
	check_rules(a, it);
	if (rv == 0)
		rv = give_findings(a, it);
	if (rv == 0 && kind != NULL)
		rv = keys_entry(&a->keys, it->sequence, kind, body, &a->report);
	if (rv == 0 && kind != NULL && strcmp(kind, "erasure") == 0)
		rv = erased_cover(&a->erased, it->sequence, body);
	if (rv == 0)
		rv = note_values(a, it, e);
	if (rv == 0)
		rv = follow_entry(a, it, e);
	return rv == 0 ? tree_take(&a->tree, &it->leaf, &a->keys, &a->report, e) : rv;
}

static int take_in_batch(struct audit *a, struct batch *b, struct err *e)
{
	int rv = 0;

	for (size_t i = 0; i < b->count && rv == 0; i++)
		rv = take_in(a, &b->items[i], e);
	batch_clear(b);
	if (a->of > 0 && rv == 0)
		progress(a, (int)(BAR_ENTRIES *
				  ((double)(a->last < a->of ? a->last : a->of) / (double)a->of)));
	return rv == 0 ? look_at_pages(a, e) : rv;
}

/* Batches are judged aside, some at once; they are taken in one after the other, as they were
 * read, while the next are. */
static int walk(struct audit *a, struct err *e)
{
	size_t started = 0, taken = 0;
	int rv = 0;

	while (rv == 0 && (!a->source.ended || taken < started)) {
		struct batch *oldest = &a->batches[taken % BATCHES];
		struct batch *next = &a->batches[started % BATCHES];
		if (a->source.ended || started - taken == JUDGES) {
			batch_wait(oldest);
			rv = take_in_batch(a, oldest, e);
			taken++;
			continue;
		}
		rv = source_fill(&a->source, next, e);
		if (rv != 0)
			break;
		batch_start(next, &a->judge);
		started++;
	}
	return rv;
}

static int check_entries(struct audit *a, struct err *e)
{
	int rv = reader_newest(a->log, &a->of, e);

	rv = report_unreadable(&a->report, rv, "the entries", e);
	if (rv == 0)
		rv = follow_new(a->log, &a->follow, e);
	if (rv == 0)
		rv = tree_begin(&a->tree, a->log, a->judge.identity, &a->report, e);
	if (rv == 0)
		rv = source_open(&a->source, a->log, &a->report, e);
	return rv == 0 ? walk(a, e) : rv;
}

/* ---- at the end ---------------------------------------------------------------- */

static int tell_clock(struct audit *a)
{
	if (a->set_back == 0)
		return 0;
	return report_give(
		&a->report,
		finding_make(LEVEL_NOTE, "clock.back", place_entry(a->set_back_at),
			     "the clock went back %zu times; the last time, entry %lld is "
			     "dated before the one before it",
			     a->set_back, (long long)a->set_back_at));
}

static int check_rest(struct audit *a, struct err *e)
{
	int rv = tree_finish(&a->tree, &a->keys, &a->report, e);
	bool proved = a->tree.bad == 0 && !a->tree.lost &&
		      a->tree.newest == (int64_t)a->tree.edge.size;

	if (rv == 0)
		rv = keys_finish(&a->keys, a->last, proved, &a->report);
	if (rv == 0)
		rv = erased_finish(&a->erased, &a->report, e);
	if (rv == 0)
		rv = texts_finish(&a->texts, &a->report);
	return rv == 0 ? tell_clock(a) : rv;
}

/* What a node's key "8, 3" stands for. */
static void say_node(const char *key, char out[80])
{
	char *end = NULL;
	unsigned long level = strtoul(key, &end, 10);
	unsigned long long number = *end == ',' ? strtoull(end + 1, &end, 10) : 0;

	out[0] = '\0';
	if (*end == '\0' && level < 63 && number < UINT64_C(1) << (63 - level))
		(void)snprintf(out, 80, ", of the tree over entries %llu to %llu",
			       (number << level) + 1, (number + 1) << level);
}

static int on_difference(void *ctx, const char *table, const char *key, const char *column,
			 const char *what)
{
	struct audit *a = ctx;
	json_t *place = json_pack("{ss ss ss*}", "table", table, "key", key, "column", column);
	char node[80] = "";

	if (strcmp(table, "node") == 0)
		say_node(key, node);
	if (column != NULL)
		return report_give(
			&a->report,
			finding_make(LEVEL_DERIVED, "derived.column", place,
				     "the derived table %s, row %s%s: its column %s is not "
				     "what the entries say",
				     table, key, node, column));
	return report_give(
		&a->report,
		finding_make(LEVEL_DERIVED, "derived.row", place,
			     strcmp(what, "added") == 0
				     ? "the derived table %s, row %s%s: no entry gives it"
				     : "the derived table %s, row %s%s: it is missing",
			     table, key, node));
}

static int check_derived(struct audit *a, struct err *e)
{
	size_t count = follow_count(a->follow);
	char where[64];
	int rv = 0;

	for (size_t i = 0; i < count && rv == 0; i++) {
		(void)snprintf(where, sizeof where, "the table %s", follow_table(a->follow, i));
		rv = follow_compare(a->follow, i, on_difference, a, e);
		rv = report_unreadable(&a->report, rv, where, e);
		progress(a, BAR_ENTRIES + (int)((BAR_ALL - BAR_ENTRIES) * (i + 1) / count));
	}
	return rv;
}

static int check_all(struct audit *a, struct err *e)
{
	int rv = reader_begin(a->log, e);

	if (rv == 0)
		rv = begin_pages(a);
	if (rv == 0)
		rv = check_schema(a, e);
	if (rv == 0)
		rv = read_identity(a, e);
	if (rv == 0)
		rv = texts_read(&a->texts, a->log, &a->report, e);
	if (rv == 0)
		rv = check_entries(a, e);
	if (rv == 0)
		rv = check_rest(a, e);
	if (rv == 0)
		rv = check_derived(a, e);
	if (rv == 0 && a->report.held != NULL)
		rv = end_pages(a, e);
	return reader_is_still(a->log, rv, e);
}

/* ---- from outside ------------------------------------------------------------------ */

/* One of an older or a newer form is not altered for that: nothing is said of it. */
static int open_log(struct audit *a, struct err *e)
{
	int rv = reader_open(a->options->path, &a->log, e);

	if (rv != AW_EFOREIGN && rv != AW_ECORRUPT)
		return rv;
	return report_give(&a->report,
			   finding_make(LEVEL_ALTERED, "file.foreign", NULL, "%s", e->text));
}

static void deinit(struct audit *a)
{
	for (size_t i = 0; a->batches != NULL && i < BATCHES; i++)
		batch_deinit(&a->batches[i]);
	free(a->batches);
	pages_deinit(&a->pages);
	source_close(&a->source);
	follow_free(&a->follow);
	tree_deinit(&a->tree);
	keys_deinit(&a->keys);
	erased_deinit(&a->erased);
	texts_deinit(&a->texts);
	report_deinit(&a->report);
	if (a->log != NULL)
		reader_end(a->log);
	reader_close(&a->log);
}

int audit_verify(const struct audit_options *options, json_t **summary, struct err *e)
{
	struct audit a = {.options = options};
	int rv = 0;

	pages_init(&a.pages, options->path);
	keys_init(&a.keys, options->key);
	tree_init(&a.tree);
	erased_init(&a.erased);
	texts_init(&a.texts);
	a.batches = calloc(BATCHES, sizeof *a.batches);
	if (a.batches == NULL)
		rv = -ENOMEM;
	if (rv == 0)
		rv = report_init(&a.report, options);
	if (rv == 0 && options->since.length > 0)
		rv = tree_keep(&a.tree, options->since, e);
	if (rv == 0)
		rv = open_log(&a, e);
	if (rv == 0 && a.log != NULL)
		rv = check_all(&a, e);
	if (rv == 0) {
		*summary = audit_summarise(&a);
		rv = *summary != NULL ? 0 : -ENOMEM;
	} else if (a.report.held != NULL)
		(void)report_release(&a.report); /* what was found is told, though it is not all */
	deinit(&a);
	if (rv == -ENOMEM)
		return err_set(e, rv, "no memory to verify the log");
	return rv;
}
