/*
 * How fast lists are on a large log, and how large that is:
 *   bench-lists fill FILE COUNT    a log with so many decisions
 *   bench-lists time FILE          what each list of a page of 50 takes
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "appending.h"

enum { ROUNDS = 21 };

/* ---- filling ------------------------------------------------------------- */

struct filling {
	struct appending log;
	uint64_t chance;
};

static uint64_t draw(struct filling *f, uint64_t below)
{
	f->chance ^= f->chance << 13;
	f->chance ^= f->chance >> 7;
	f->chance ^= f->chance << 17;
	return f->chance % below;
}

static json_t *criteria(struct filling *f, const char *const *ids, size_t count, bool met)
{
	json_t *list = json_array();
	size_t fails = draw(f, count);

	for (size_t i = 0; i < count; i++) {
		bool this_met = met || i != fails;
		json_array_append_new(
			list,
			json_pack("{ss ss ss ss s[]}", "id", ids[i], "status",
				  this_met ? "met" : "unmet", "says",
				  "Every statement that applies is scored at least so much.",
				  "reason",
				  this_met ? "Every statement that applies has it."
					   : "Two statements are below it, and one has no score.",
				  "shortfalls"));
	}
	return list;
}

/* Decided in the order of their days, but for a backlog of some weeks. */
static json_t *decision(struct filling *f, size_t i, size_t count)
{
	static const char *const mark[] = {"QM-1", "QM-2"};
	static const char *const lead[] = {"QL-1", "QL-2", "QL-3", "QL-4"};
	static const char *const changes[] = {"first", "maintained", "higher", "lower"};
	unsigned day = (unsigned)(i * 2400 / count + draw(f, 45)), level = (unsigned)draw(f, 8);
	const char *award = level == 0 ? NULL : level < 5 ? "quality-mark" : "quality-lead";
	const char *change = draw(f, 2000) == 0 ? "higher" : changes[draw(f, 2)];
	char partnership[24], on[24], submission_id[40], rules[80];

	if (draw(f, 5000) == 0)
		change = "lower";
	(void)snprintf(partnership, sizeof partnership, "area-%04u", (unsigned)draw(f, 3000));
	(void)snprintf(on, sizeof on, "%04u-%02u-%02u", 2018 + day / 336, day % 336 / 28 + 1,
		       day % 28 + 1);
	(void)snprintf(submission_id, sizeof submission_id, "%08lx-%04lx-%012lx",
		       (unsigned long)draw(f, 1ul << 32), (unsigned long)draw(f, 1ul << 16),
		       (unsigned long)draw(f, 1ul << 48));
	(void)snprintf(rules, sizeof rules, "sha256:%064zx", i * 40 / count);
	json_t *scores = json_pack("{si si si si si si si si si si si}", "1", 7, "2", 8, "3", 7,
				   "4a", 7, "4b", 7, "5", 8, "6", 0, "7", 7, "8", 9, "9", 7, "10",
				   7);
	json_t *outcome = json_pack("{ss? s[] ss? ss? ss ss ss? sb s{ss si si si}}", "award", award,
				    "commendations", "awarded_on", award != NULL ? on : NULL,
				    "expires_on", award != NULL ? on : NULL, "route", "new-entry",
				    "change", award != NULL ? change : "none", "citation",
				    award != NULL ? "An area: Quality Mark, May 2024" : NULL,
				    "refer_to_assessor", 0, "fee", "currency", "GBP", "net", 1100,
				    "vat", 220, "gross", 1320);
	return json_pack("{s{s{ss ss sb} ss so s[{ss ss so} {ss ss so}] s{ss}}"
			 " s{ss s{ss ss} ss so s[{ss ss s[s]}] s[{ss ss}]}}",
			 "decision", "partnership", "id", partnership, "name", partnership,
			 "aym_member", 1, "assessed_on", on, "outcome", outcome, "awards", "id",
			 "quality-mark", "status", level > 0 ? "met" : "unmet", "criteria",
			 criteria(f, mark, 2, level > 0), "id", "quality-lead", "status",
			 level > 4 ? "met" : "unmet", "criteria", criteria(f, lead, 4, level > 4),
			 "rules", "digest", rules, "submission", "submission_id", submission_id,
			 "partnership", "id", partnership, "name", partnership, "assessed_on", on,
			 "scores", scores, "evidence", "kind", "reoffending-rate", "summary",
			 "Down by a tenth over twelve months", "statements", "8", "child_first",
			 "tenet", "participation", "feature", "A panel of young people");
}

static json_t *import(struct filling *f)
{
	char partnership[24], on[24];

	(void)snprintf(partnership, sizeof partnership, "area-%04u", (unsigned)draw(f, 3000));
	(void)snprintf(on, sizeof on, "2017-%02u-%02u", (unsigned)draw(f, 12) + 1,
		       (unsigned)draw(f, 28) + 1);
	return json_pack("{s{ss ss ss s[] ss ss ss} s{ss s[] ss ss ss ss} s{ss}}", "award",
			 "partnership", partnership, "name", partnership, "award", "quality-mark",
			 "commendations", "awarded_on", on, "precision", "day", "source", "roll",
			 "outcome", "award", "quality-mark", "commendations", "awarded_on", on,
			 "expires_on", "2020-01-01", "route", "new-entry", "citation", "cited",
			 "rules", "digest", "sha256:00");
}

static void append(struct filling *f, const char *kind, json_t *body)
{
	static const char *const users[] = {"alex", "beth", "carol", "dina", "ed"};
	struct journal_draft draft = {.kind = kind, .body = body};
	unsigned user = draw(f, 20000) == 0 ? 4 : (unsigned)draw(f, 4);

	if (body == NULL)
		die("the body of an entry is wrong");
	draft.by.uid = 1000 + user;
	strcpy(draft.by.user, users[user]);
	appending_add(&f->log, &draft);
}

static void fill(const char *path, size_t count)
{
	struct filling f = {.chance = 88172645463325252u};

	appending_open(&f.log, path);
	for (size_t i = 0; i < count; i++) {
		append(&f, "decision", decision(&f, i, count));
		if (i % 2000 == 0)
			append(&f, "import", import(&f));
	}
	appending_close(&f.log);
}

/* ---- asking -------------------------------------------------------------- */

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

/* The median of some rounds, and how many rows there were. */
static double measure(struct journal_reader *r, const struct decision_filter *f, size_t *rows,
		      char next[128])
{
	double taken[ROUNDS];
	struct err e = {.status = 0};

	for (int i = 0; i < ROUNDS; i++) {
		json_t *page = NULL;
		double began = now_ms();

		if (reader_decisions(r, f, &page, &e) != 0)
			die(e.text);
		taken[i] = now_ms() - began;
		*rows = json_array_size(json_object_get(page, "decisions"));
		const char *text = json_member_text(page, "next");
		(void)snprintf(next, 128, "%s", text != NULL ? text : "");
		json_decref(page);
		if (taken[i] > 200)
			return taken[i];
	}
	qsort(taken, ROUNDS, sizeof *taken, compare);
	return taken[ROUNDS / 2];
}

static void ask(struct journal_reader *r, const char *name, struct decision_filter f)
{
	static const char *const sorts[] = {"-sequence",   "sequence",     "-assessed_on",
					    "assessed_on", "-partnership", "partnership"};

	printf("%-44s", name);
	for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
		char next[128], last[128];
		size_t rows;

		f.sort = sorts[i];
		f.after = NULL;
		double first = measure(r, &f, &rows, next);
		f.after = next;
		double second = *next != '\0' ? measure(r, &f, &rows, last) : 0;
		printf(" %7.2f %6.2f", first, second);
		(void)fflush(stdout);
	}
	printf("\n");
}

static void ask_register(struct journal_reader *r, const char *partnership)
{
	double taken[ROUNDS];
	size_t count = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double began = now_ms();
		json_t *list = NULL;
		struct err e = {.status = 0};

		if (reader_register(r, "2024-06-01", partnership, NULL, &list, &e) != 0)
			die(e.text);
		taken[i] = now_ms() - began;
		count = json_array_size(list);
		json_decref(list);
	}
	qsort(taken, ROUNDS, sizeof *taken, compare);
	printf("register of %zu: %.2f ms\n", count, taken[ROUNDS / 2]);
}

static void ask_all(const char *path)
{
	static const struct {
		const char *name;
		struct decision_filter filter;
	} cases[] = {
		{"nothing", {.limit = 50}},
		{"kind any", {.kind = "any"}},
		{"kind import", {.kind = "import"}},
		{"partnership", {.partnership = "area-1234"}},
		{"partnership, kind any", {.partnership = "area-1234", .kind = "any"}},
		{"award quality-lead", {.award = "quality-lead"}},
		{"failed QM-1", {.failed_criterion = "QM-1"}},
		{"changed higher", {.changed = "higher"}},
		{"changed lower (few)", {.changed = "lower"}},
		{"by alex", {.by = "alex"}},
		{"by ed (few)", {.by = "ed"}},
		{"by uid 1004 (few)", {.by = "1004"}},
		{"rules",
		 {.rules =
			  "sha256:0000000000000000000000000000000000000000000000000000000000000007"}},
		{"2019-03 (old)", {.since = "2019-03-01", .until = "2019-03-31"}},
		{"2019-03-14 (one day)", {.since = "2019-03-14", .until = "2019-03-14"}},
		{"2019-03-14, failed QM-1",
		 {.failed_criterion = "QM-1", .since = "2019-03-14", .until = "2019-03-14"}},
		{"before 2018-02", {.until = "2018-02-01"}},
		{"2019-03, failed QM-1",
		 {.failed_criterion = "QM-1", .since = "2019-03-01", .until = "2019-03-31"}},
		{"2019-03, by alex", {.by = "alex", .since = "2019-03-01", .until = "2019-03-31"}},
		{"failed QM-1, award quality-lead (none)",
		 {.failed_criterion = "QM-1", .award = "quality-lead"}},
		{"changed higher, by alex", {.changed = "higher", .by = "alex"}},
	};
	struct journal_reader *r = NULL;
	struct err e = {.status = 0};

	if (reader_open(path, &r, &e) != 0)
		die(e.text);
	printf("%-44s %14s %14s %14s %14s %14s %14s\n", "ms, first page and second", "-sequence",
	       "sequence", "-assessed_on", "assessed_on", "-partnership", "partnership");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ask(r, cases[i].name, cases[i].filter);
	ask_register(r, NULL);
	ask_register(r, "area-1234");
	reader_close(&r);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "fill") == 0)
		fill(argv[2], strtoul(argv[3], NULL, 10));
	else if (argc == 3 && strcmp(argv[1], "time") == 0)
		ask_all(argv[2]);
	else
		die("usage: bench-lists fill FILE COUNT | time FILE");
	return 0;
}
