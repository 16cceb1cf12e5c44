/*
 * A log made large: bench-grow LOG COUNT. LOG is one that a daemon wrote and has ended, with its
 * key; its decisions are logged again, COUNT of them, by the journal's own code, each partnership's
 * under the ids of new ones. What the rules said they still say, so that all of it verifies and
 * reproduces. All partnerships have their first decision, then all their second, as in life.
 */
#include <inttypes.h>
#include <string.h>

#include "appending.h"

enum { TOLD = 100000 };

/* A decision of the log: its body as text, cut where ids stand. */
struct scene {
	char *body;
	const char *id, *submission; /* what is replaced in there, with its quotes */
	json_t *personal;
};

/* All of one partnership, in order. */
struct career {
	char *id;
	struct scene *scenes;
	size_t count;
};

struct growing {
	struct appending log;
	struct career *careers;
	size_t count;
	uint64_t made; /* by all runs so far: ids go on from it */
};

static void *need(void *memory)
{
	if (memory == NULL)
		die("no memory");
	return memory;
}

/* ---- what is there --------------------------------------------------------- */

static struct career *career_of(struct growing *g, const char *id)
{
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->careers[i].id, id) == 0)
			return &g->careers[i];
	g->careers = need(realloc(g->careers, (g->count + 1) * sizeof *g->careers));
	g->careers[g->count] = (struct career){.id = need(strdup(id))};
	return &g->careers[g->count++];
}

static char *quoted(const char *id)
{
	char *text = need(malloc(strlen(id) + 3));

	(void)sprintf(text, "\"%s\"", id); /* fits */
	return text;
}

static json_t *personal_of(struct raw_walk *values, struct raw_row *row, bool *has,
			   int64_t sequence)
{
	json_t *list = json_array();
	struct err e = {.status = 0};

	while (*has && row->numbers[0] <= sequence) {
		char salt[DIGEST_HEX];
		if (row->numbers[0] == sequence) {
			hex_format((const unsigned char *)row->texts[1].bytes, DIGEST_BYTES, salt);
			json_array_append_new(
				list, json_pack("{ss% ss so}", "pointer", row->texts[0].bytes,
						row->texts[0].length, "salt", salt, "value",
						json_read(row->texts[2], &e)));
		}
		*has = raw_walk_next(values, row, &e) == 1;
	}
	return need(list);
}

static void take_scene(struct growing *g, const struct raw_row *row, json_t *personal)
{
	struct err e = {.status = 0};
	json_t *entry = json_read(row->texts[2], &e);
	const json_t *body = json_member(entry, "body");
	const char *id = journal_partnership("decision", body);
	const char *submission = json_member_text(json_member(body, "submission"), "submission_id");

	if (id == NULL || submission == NULL)
		die("a decision of the log has no partnership or no submission_id");
	if (strncmp(id, "grown-", 6) == 0) {
		g->made++; /* by an earlier run */
		json_decref(personal);
	} else {
		struct career *c = career_of(g, id);
		c->scenes = need(realloc(c->scenes, (c->count + 1) * sizeof *c->scenes));
		c->scenes[c->count++] = (struct scene){
			.body = need(json_dumps(body, JSON_COMPACT)),
			.id = quoted(id),
			.submission = quoted(submission),
			.personal = personal,
		};
	}
	json_decref(entry);
}

/* Until the ones that an earlier run made: counted, not read. */
static void read_careers(struct growing *g, const char *path)
{
	struct journal_reader *r = NULL;
	struct raw_walk *entries = NULL, *values = NULL;
	struct raw_row row, value;
	struct err e = {.status = 0};
	json_t *counts = NULL;
	uint64_t seen = 0;

	if (reader_open(path, &r, &e) != 0 || reader_begin(r, &e) != 0 ||
	    raw_walk_new(r, RAW_ENTRY, &entries, &e) != 0 ||
	    raw_walk_new(r, RAW_PERSONAL, &values, &e) != 0 || reader_counts(r, &counts, &e) != 0)
		die(e.text);
	bool has = raw_walk_next(values, &value, &e) == 1;
	while (g->made == 0 && raw_walk_next(entries, &row, &e) == 1) {
		if (!text_equal(row.texts[0], text_of("decision")))
			continue;
		take_scene(g, &row, personal_of(values, &value, &has, row.numbers[0]));
		seen++;
	}
	if (g->count == 0)
		die("there is no decision in the log to begin with");
	g->made = (uint64_t)json_member_integer(counts, "decision", 0) - seen + g->made;
	json_decref(counts);
	raw_walk_free(&entries);
	raw_walk_free(&values);
	reader_end(r);
	reader_close(&r);
}

/* ---- more of it ------------------------------------------------------------ */

/* Appends `text` with new ids in the place of the old ones. */
static void rewrite(const struct scene *s, const char *id, const char *submission,
		    struct buffer *out)
{
	const char *at = s->body, *mark;

	while ((mark = strchr(at, '"')) != NULL) {
		const char *old = strncmp(mark, s->id, strlen(s->id)) == 0 ? s->id
				  : strncmp(mark, s->submission, strlen(s->submission)) == 0
					  ? s->submission
					  : NULL;
		size_t keep = (size_t)(mark - at) + (old == NULL);
		(void)buffer_append(out, at, keep); /* buffer_status tells */
		at += keep;
		if (old == NULL)
			continue;
		(void)buffer_printf(out, "\"%s\"", old == s->id ? id : submission);
		at += strlen(old);
	}
	(void)buffer_append_text(out, at);
	if (buffer_status(out) != 0)
		die("no memory");
}

/* As random as the ones that a daemon makes, and the same each time. */
static void submission_id(uint64_t n, char out[40])
{
	uint64_t x = n * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	(void)snprintf(out, 40, "%08x-%04x-4000-8000-%012" PRIx64, (unsigned)(x >> 32),
		       (unsigned)(x >> 16 & 0xffff), n); /* fits */
}

static void append(struct growing *g, const struct scene *s, uint64_t partnership, uint64_t n)
{
	struct journal_draft draft = {.kind = "decision", .by = {.uid = 1000, .user = "grower"}};
	char id[40], submission[40];
	struct err e = {.status = 0};
	struct buffer body;

	(void)snprintf(id, sizeof id, "grown-%08" PRIu64, partnership); /* fits */
	submission_id(n, submission);
	buffer_init(&body);
	rewrite(s, id, submission, &body);
	draft.body = json_read((struct text){body.bytes, body.length}, &e);
	buffer_deinit(&body);
	if (draft.body == NULL)
		die(e.text);
	draft.personal = json_incref(s->personal);
	appending_add(&g->log, &draft);
}

/* Round after round, each over all new partnerships. */
static void grow(struct growing *g, uint64_t count)
{
	uint64_t done = 0, partnerships = 0, longest = 0, shown = 0;

	for (uint64_t all = 0; all < count; partnerships++) {
		const struct career *c = &g->careers[partnerships % g->count];
		all += c->count;
		longest = c->count > longest ? c->count : longest;
	}
	for (uint64_t round = 0; round < longest; round++) {
		for (uint64_t p = 0; p < partnerships && done < count; p++) {
			const struct career *c = &g->careers[p % g->count];
			if (round >= c->count)
				continue;
			append(g, &c->scenes[round], g->made + p, g->made + done);
			done++;
			if (done / TOLD != shown)
				(void)fprintf(stderr, "bench-grow: %" PRIu64 "\n", done);
			shown = done / TOLD;
		}
	}
}

int main(int argc, char **argv)
{
	struct growing g = {.careers = NULL};

	if (argc != 3)
		die("usage: bench-grow LOG COUNT");
	read_careers(&g, argv[1]);
	appending_open(&g.log, argv[1]);
	grow(&g, strtoull(argv[2], NULL, 10));
	appending_close(&g.log);
	return 0;
}
