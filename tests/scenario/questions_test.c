/* The auditor's page: every question on it is asked with plain sqlite3 of a log that the daemon
 * writes, and answered from elsewhere: by hand, or from what the socket said. */
#include <dirent.h>
#include <time.h>

#include "tool.h"

enum { DONE = 0, SENT = 20, TEXT = 1 << 16 };

/* What the history was made of: the results of `decide`, and what was revoked of them. */
struct made {
	struct scene *scene;
	json_t *results[SENT];
	size_t count;
	bool revoked[SENT];
};

static char *read_source(const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", AWARDD_SOURCE, name);
	return tool_slurp(open(path, O_RDONLY | O_CLOEXEC));
}

/* ---- the history ----------------------------------------------------------- */

/* An example submission with these changes, decided. */
static void send(struct made *m, const char *example, const char *changes)
{
	char path[128];

	snprintf(path, sizeof path, "examples/submissions/%s.json", example);
	char *text = read_source(path);
	json_t *params = json_loads(text, 0, NULL);
	if (changes != NULL) {
		json_t *patch = quoted(changes);
		merge(params, patch);
		json_decref(patch);
	}
	json_t *answer = peer_call(scene_peer(m->scene), "decide", params);
	json_t *result = json_incref(json_object_get(answer, "result"));
	if (result == NULL || m->count == SENT) {
		char *said = json_dumps(answer, 0);
		fail_msg("%s: %s", example, said);
	}
	m->results[m->count++] = result;
	json_decref(answer);
	free(text);
}

/* 33 months ago, so that it is due now whenever this runs. */
static struct date some_time_ago(void)
{
	struct date today = instant_date(clock_system.now_ms(clock_system.ctx));

	today.day = today.day > 28 ? 28 : today.day;
	return date_add_months(today, -33);
}

static void send_and_revoke(struct made *m)
{
	char changes[256], day[DATE_TEXT];

	date_format(some_time_ago(), day);
	for (int i = 1; i <= 2; i++) {
		snprintf(changes, sizeof changes,
			 "{'submission_id': 'audit-%d', 'assessed_on': '%s', 'partnership':"
			 " {'id': 'dunmoor', 'name': 'Dunmoor'}}",
			 i, day);
		send(m, "01-harrowdale-quality-mark", changes);
		if (i == 1) {
			json_t *params =
				json_pack("{ss ss ss}", "decision_id",
					  json_member_text(m->results[m->count - 1], "decision_id"),
					  "by", "C. Weir", "reason", "Scores of another area");
			m->revoked[m->count - 1] = true;
			json_decref(peer_call(scene_peer(m->scene), "decisions.revoke", params));
		}
	}
	json_decref(called(m->scene, "register.import",
			   "{'awards': [{'partnership': 'eastmere', 'name': 'Eastmere',"
			   " 'award': 'quality-mark', 'awarded_on': '2019-05-01',"
			   " 'source': 'A list'}]}"));
	char *id = scene_sql(m->scene, "SELECT id FROM awards WHERE partnership = 'eastmere'");
	json_t *params = json_pack("{ss ss ss}", "decision_id", id, "by", "C. Weir", "reason",
				   "Never announced");
	json_decref(peer_call(scene_peer(m->scene), "decisions.revoke", params));
	free(id);
}

static void change_rules(struct made *m)
{
	scene_rule_append(m->scene, "quality-mark.lua", "\nunfinished {");
	json_decref(fails(m->scene, "rules.reload", NULL, -32010));
	scene_rule_replace(m->scene, "quality-mark.lua", "\nunfinished {", "\n-- Looked at again.");
	json_decref(called(m->scene, "rules.reload", NULL));
}

enum { BEFORE_THE_CHANGE = 13, AFTER_IT = 2 };

static void make_history(struct made *m)
{
	static const char *const examples[] = {
		"01-harrowdale-quality-mark",
		"02-port-ellery-quality-lead",
		"03-vale-of-wintle-quality-lead-with-child-first",
		"04-tarnmouth-near-miss",
		"05-brindlewick-not-applicable",
		"06-port-ellery-redesignation",
		"07-harrowdale-window-held-open",
		"08-harrowdale-quality-lead",
		"09-great-ambersea-first-benchmark",
	};

	free(TOOL_OUT(m->scene, DONE, "register", "import", AWARDD_SOURCE "/examples/roll.csv"));
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		send(m, examples[i], NULL);
	send_and_revoke(m);
	send(m, examples[1],
	     "{'submission_id': 'audit-3', 'assessed_on': '2022-03-01', 'partnership':"
	     " {'id': 'saltmarsh', 'name': 'Saltmarsh'}}");
	send(m, examples[1],
	     "{'submission_id': 'audit-4', 'assessed_on': '2024-11-20', 'registered_on':"
	     " '2024-10-01', 'partnership': {'id': 'saltmarsh', 'name': 'Saltmarsh'},"
	     " 'scores': {'1': 3}, 'evidence': []}");
	assert_int_equal(m->count, BEFORE_THE_CHANGE);
	change_rules(m);
	send(m, examples[1],
	     "{'submission_id': 'audit-5', 'assessed_on': '2025-06-10', 'partnership':"
	     " {'id': 'saltmarsh', 'name': 'Saltmarsh'}}");
	send(m, examples[2],
	     "{'submission_id': 'audit-6', 'assessed_on': '2026-02-10', 'registered_on':"
	     " '2026-01-05', 'scores': {'4a': 6, '9': 6}}");
	assert_int_equal(m->count, BEFORE_THE_CHANGE + AFTER_IT);
}

/* ---- what the answers must be ---------------------------------------------- */

/* Each is free()d by who asks. */
static char *finish(struct buffer *b)
{
	assert_int_equal(buffer_append_text(b, ""), 0);
	char *text = buffer_give(b);
	return text != NULL ? text : strdup("");
}

static char *expect_lost(struct made *m)
{
	(void)m;
	return strdup("Saltmarsh|2024-11-20|2022-03-01|no award|QL-1|1|3|7\n"
		      "Saltmarsh|2024-11-20|2022-03-01|no award|QL-2|/evidence||\n"
		      "Vale of Wintle|2026-02-10|2023-05-22|quality-mark|QL-1|4a|6|7\n"
		      "Vale of Wintle|2026-02-10|2023-05-22|quality-mark|QL-1|9|6|7\n");
}

static char *expect_register(struct made *m)
{
	json_t *listed = called(m->scene, "register.list", "{'on': '2023-12-31'}"), *award;
	struct buffer b;
	size_t i;

	buffer_init(&b);
	json_array_foreach(json_object_get(listed, "awards"), i, award) {
		char *with = json_dumps(json_object_get(award, "commendations"), JSON_COMPACT);
		const char *source = json_member_text(award, "source");
		bool decided = strcmp(source, json_member_text(award, "decision_id")) == 0;
		(void)buffer_printf(&b, "%s|%s|%s|%s|%s|%s|%s\n",
				    json_member_text(award, "partnership"),
				    json_member_text(award, "award"), with,
				    json_member_text(award, "awarded_on"),
				    json_member_text(award, "expires_on"),
				    json_member_text(award, "status"),
				    decided ? "decision" : "import");
		free(with);
	}
	assert_true(i > 30);
	json_decref(listed);
	return finish(&b);
}

/* Tarnmouth, Brindlewick and, at its first try, Harrowdale: see examples/submissions. */
static char *expect_kept(struct made *m)
{
	(void)m;
	return strdup("QL-1|3|3|5\nQL-1|7|3|5\nQL-1|1|2|6\nQL-1|10|2|5\nQL-1|4b|2|4\n"
		      "QL-3|/scores|2|\nQL-1|2|1|6\nQL-1|4a|1|5\nQL-1|5|1|6\nQL-1|6|1|6\n"
		      "QL-1|8|1|5\nQL-1|9|1|6\n");
}

static time_t midnight(struct date d)
{
	struct tm tm = {.tm_year = d.year - 1900, .tm_mon = d.month - 1, .tm_mday = d.day};

	return timegm(&tm);
}

static char *expect_due(struct made *m)
{
	json_t *listed =
		       called(m->scene, "register.list", "{'status': 'due', 'sort': 'expires_on'}"),
	       *award;
	struct date today = instant_date(clock_system.now_ms(clock_system.ctx)), expires;
	struct buffer b;
	size_t i;

	buffer_init(&b);
	json_array_foreach(json_object_get(listed, "awards"), i, award) {
		const char *text = json_member_text(award, "expires_on");
		char due[DATE_TEXT];
		assert_true(date_parse(text_of(text), &expires));
		date_format(date_add_months(expires, -6), due);
		(void)buffer_printf(&b, "%s|%s|%s|%s|%s|%d\n",
				    json_member_text(award, "partnership"),
				    json_member_text(award, "award"),
				    json_member_text(award, "awarded_on"), due, text,
				    (int)((midnight(expires) - midnight(today)) / 86400));
	}
	char *lines = finish(&b);
	assert_non_null(strstr(lines, "dunmoor|quality-mark|"));
	json_decref(listed);
	return lines;
}

static char *expect_revoked(struct made *m)
{
	struct buffer b;
	char *user = scene_sql(m->scene, "SELECT DISTINCT user FROM entries");
	json_t *entries[2];
	const char *at[2];

	buffer_init(&b);
	for (size_t i = 0; i < 2; i++) {
		char query[128], params[96];
		snprintf(query, sizeof query,
			 "SELECT revokes FROM revocation ORDER BY 1 LIMIT 1"
			 " OFFSET %zu",
			 i);
		char *sequence = scene_sql(m->scene, query);
		snprintf(params, sizeof params, "{'sequence': %s}", sequence);
		entries[i] = called(m->scene, "decisions.get", params);
		at[i] = json_member_text(json_object_get(entries[i], "revoked"), "at");
		free(sequence);
	}
	(void)buffer_printf(
		&b,
		"%s|%s|dunmoor|decision|quality-mark|Scores of another area|quality-mark\n"
		"%s|%s|eastmere|import|quality-mark|Never announced|\n",
		at[0], user, at[1], user);
	json_decref(entries[0]);
	json_decref(entries[1]);
	free(user);
	return finish(&b);
}

/* Activations or rejections as the socket tells of them, the oldest first. */
static char *expect_rules(struct made *m, const char *kind)
{
	static const int decided[] = {BEFORE_THE_CHANGE, AFTER_IT};
	json_t *told = called(m->scene, "rules.history", NULL);
	const json_t *history = json_object_get(told, "history");
	struct buffer b;
	size_t seen = 0;

	buffer_init(&b);
	for (size_t i = json_array_size(history); i-- > 0;) {
		const json_t *row = json_array_get(history, i);
		const json_t *by = json_object_get(row, "by");
		const json_t *error = json_array_get(json_object_get(row, "errors"), 0);
		if (strcmp(json_member_text(row, "kind"), kind) != 0)
			continue;
		(void)buffer_printf(&b, "%s|%s|%s|", json_member_text(row, "at"),
				    json_member_text(by, "user"), json_member_text(row, "cause"));
		if (error != NULL)
			(void)buffer_printf(&b, "%s|%d|%s\n", json_member_text(error, "file"),
					    (int)json_member_integer(error, "line", 0),
					    json_member_text(error, "message"));
		else
			(void)buffer_printf(&b, "%s|%d\n", json_member_text(row, "digest"),
					    decided[seen]);
		seen++;
	}
	assert_int_equal(seen, strcmp(kind, "activation") == 0 ? 2 : 1);
	json_decref(told);
	return finish(&b);
}

static char *expect_in_force(struct made *m)
{
	return expect_rules(m, "activation");
}

static char *expect_refused(struct made *m)
{
	return expect_rules(m, "rejection");
}

static char *expect_fallen(struct made *m)
{
	(void)m;
	return strdup("Vale of Wintle|2023-05-22|2026-02-10|quality-mark|4a|7|6\n"
		      "Vale of Wintle|2023-05-22|2026-02-10|quality-mark|9|9|6\n");
}

static char *expect_referred(struct made *m)
{
	(void)m;
	return strdup("Saltmarsh|2024-11-20|no award|none|2025-06-10|quality-lead\n"
		      "Vale of Wintle|2026-02-10|quality-mark|lower||\n");
}

/* The fees that were answered, added up. */
static char *expect_fees(struct made *m)
{
	static const char *const routes[] = {"higher-redesignation", "new-entry", "redesignation"};
	struct buffer b;

	buffer_init(&b);
	for (int year = 2018; year < 2100; year++) {
		for (size_t r = 0; r < 3; r++) {
			json_int_t sums[3] = {0}, count = 0;
			for (size_t i = 0; i < m->count; i++) {
				const json_t *outcome = json_object_get(m->results[i], "outcome");
				const json_t *fee = json_object_get(outcome, "fee");
				if (m->revoked[i] ||
				    atoi(json_member_text(m->results[i], "assessed_on")) != year ||
				    strcmp(json_member_text(outcome, "route"), routes[r]) != 0)
					continue;
				sums[0] += json_member_integer(fee, "net", 0);
				sums[1] += json_member_integer(fee, "vat", 0);
				sums[2] += json_member_integer(fee, "gross", 0);
				count++;
			}
			if (count > 0)
				(void)buffer_printf(&b, "%d|%s|%d|%d|%d|%d|GBP\n", year, routes[r],
						    (int)count, (int)sums[0], (int)sums[1],
						    (int)sums[2]);
		}
	}
	return finish(&b);
}

/* ---- asking ---------------------------------------------------------------- */

static char *asked(const struct scene *s, const char *file)
{
	char command[1024];

	snprintf(command, sizeof command,
		 "sqlite3 -readonly '%s' <'%s/examples/audit/questions/%s'", s->log, AWARDD_SOURCE,
		 file);
	FILE *pipe = popen(command, "re"); /* NOLINT(cert-env33-c): what a person types */
	assert_non_null(pipe);
	char *text = calloc(1, TEXT);
	assert_non_null(text);
	assert_in_range(fread(text, 1, TEXT - 1, pipe), 1, TEXT - 2);
	assert_int_equal(pclose(pipe), 0);
	return text;
}

static const struct question {
	const char *file;
	char *(*expected)(struct made *m);
} questions[] = {
	{"01-lost-quality-lead.sql", expect_lost},
	{"02-register-on-a-day.sql", expect_register},
	{"03-what-kept-from-quality-lead.sql", expect_kept},
	{"04-due-now.sql", expect_due},
	{"05-revoked.sql", expect_revoked},
	{"06-rules-in-force.sql", expect_in_force},
	{"07-rules-refused.sql", expect_refused},
	{"08-scores-that-fell.sql", expect_fallen},
	{"09-for-an-assessor.sql", expect_referred},
	{"10-fees.sql", expect_fees},
};

enum { QUESTIONS = sizeof questions / sizeof *questions };

/* A criterion that could not be evaluated lacks nothing that could be named. */
static void lose_by_a_fault(struct made *m)
{
	scene_rule_replace(
		m->scene, "quality-lead.lua", "\t-- QL-5: reached",
		"\tcriterion \"QL-6\" { says = \"Looked at\", check = function(submission)\n"
		"\t\tif submission.partnership.name == \"Fault\" then\n"
		"\t\t\treturn submission.none.at_all\n"
		"\t\tend\n"
		"\t\treturn met(\"Well.\")\n"
		"\tend },\n\t-- QL-5: reached");
	json_decref(called(m->scene, "rules.reload", NULL));
	send(m, "02-port-ellery-quality-lead",
	     "{'submission_id': 'audit-7', 'assessed_on': '2026-06-01', 'registered_on':"
	     " '2026-05-01', 'partnership': {'id': 'saltmarsh', 'name': 'Fault'}}");
	char *is = asked(m->scene, "01-lost-quality-lead.sql");
	assert_non_null(strstr(is, "Fault|2026-06-01|2025-06-10|quality-mark|QL-6|||\n"));
	free(is);
}

static void every_question_has_its_answer(void **state)
{
	struct made m = {.scene = *state};

	make_history(&m);
	for (size_t i = 0; i < QUESTIONS; i++) {
		char *is = asked(m.scene, questions[i].file);
		char *wanted = questions[i].expected(&m);
		if (strcmp(is, wanted) != 0)
			fail_msg("%s\nis\n%swanted\n%s", questions[i].file, is, wanted);
		free(is);
		free(wanted);
	}
	lose_by_a_fault(&m);
	for (size_t i = 0; i < m.count; i++)
		json_decref(m.results[i]);
}

/* ---- the page ---------------------------------------------------------------- */

static size_t count(const char *text, const char *of)
{
	size_t n = 0;

	for (; (text = strstr(text, of)) != NULL; text += strlen(of))
		n++;
	return n;
}

static void the_page_has_every_question_word_for_word(void **state)
{
	char *page = read_source("examples/audit/README.md");
	DIR *folder = opendir(AWARDD_SOURCE "/examples/audit/questions");
	size_t files = 0;

	(void)state;
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) /* NOLINT: one thread */
		files += strstr(entry->d_name, ".sql") != NULL;
	(void)closedir(folder);
	assert_int_equal(files, QUESTIONS);
	for (size_t i = 0; i < QUESTIONS; i++) {
		char name[128];
		struct buffer block;
		snprintf(name, sizeof name, "examples/audit/questions/%s", questions[i].file);
		char *sql = read_source(name);
		buffer_init(&block);
		(void)buffer_printf(&block, "```sql\n%s```\n", sql);
		if (strstr(page, block.bytes) == NULL)
			fail_msg("the page does not have %s as it is", questions[i].file);
		buffer_deinit(&block);
		free(sql);
	}
	assert_int_equal(count(page, "```sql\n"), QUESTIONS);
	free(page);
}

/* What a document says of a view: from its name to the end of the line or paragraph. */
static char *about(const char *document, const char *mark, const char *end)
{
	const char *at = strstr(document, mark);

	if (at == NULL)
		fail_msg("%s is not told of", mark);
	const char *stop = strstr(at, end);
	return strndup(at, stop != NULL ? (size_t)(stop - at) : strlen(at));
}

static void every_column_of_every_view_is_told_of(void **state)
{
	struct scene *s = *state;
	char *page = read_source("examples/audit/README.md");
	char *room = read_source("core/journal/README.md");
	char *all = scene_sql(s, "SELECT v.name || ' ' || c.name FROM sqlite_schema v,"
				 " pragma_table_info(v.name) c WHERE v.type = 'view'");
	char *rest = all, *line;
	size_t columns = 0;

	for (; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; columns++) {
		char mark[64], cell[64], *column = strchr(line, ' ');
		*column++ = '\0';
		snprintf(mark, sizeof mark, "\n**`%s`**", line);
		snprintf(cell, sizeof cell, "`%s`", column);
		char *text = about(page, mark, "\n\n");
		if (strstr(text, cell) == NULL)
			fail_msg("the page does not tell of %s.%s", line, column);
		free(text);
		snprintf(mark, sizeof mark, "\n| `%s` |", line);
		text = about(room, mark, " |\n");
		if (strstr(text, column) == NULL)
			fail_msg("core/journal/README.md does not tell of %s.%s", line, column);
		free(text);
	}
	assert_true(columns > 80);
	free(all);
	free(page);
	free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(every_question_has_its_answer),
		in_new_area(the_page_has_every_question_word_for_word),
		in_new_area(every_column_of_every_view_is_told_of),
	};

	return cmocka_run_group_tests(tests, tool_scene_setup, scene_group_teardown);
}
