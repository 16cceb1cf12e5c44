/* The verbs that work on a log's file: export, rebuild, copy, tiles. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "ctl/verb.h"

static int say_failure(const struct session *s, int rv, const struct err *e)
{
	return session_say(s,
			   rv == AW_ECORRUPT || rv == AW_EFOREIGN ? EXIT_UNPROVEN : EXIT_UNEXPECTED,
			   "%s", e->status == rv ? e->text : status_text(rv));
}

/* ---- export ----------------------------------------------------------------- */

/* One line: {"entry":<the canonical bytes>,"leaf_hash":"<hex>"}. What does not
 * have its leaf hash is not passed on as if it were an entry. */
static int put_line(const struct raw_row *row, struct buffer *line, struct err *e)
{
	struct text bytes = row->texts[2], leaf = row->texts[3];
	struct digest d = digest_leaf(bytes.bytes, bytes.length);
	char hex[DIGEST_HEX];

	if (leaf.length != sizeof d.bytes || memcmp(d.bytes, leaf.bytes, sizeof d.bytes) != 0)
		return err_set(e, AW_ECORRUPT,
			       "entry %lld: its bytes do not have its leaf hash; see awardctl log "
			       "verify",
			       (long long)row->numbers[0]);
	hex_format(d.bytes, sizeof d.bytes, hex);
	(void)buffer_append_text(line, "{\"entry\":"); /* buffer_status tells */
	(void)buffer_append(line, bytes.bytes, bytes.length);
	(void)buffer_printf(line, ",\"leaf_hash\":\"%s\"}\n", hex);
	return buffer_status(line);
}

static int export_rows(const struct session *s, struct journal_reader *r)
{
	struct raw_walk *walk = NULL;
	struct err e = {.status = 0};
	struct raw_row row;
	struct paper page;
	int status = EXIT_DONE;
	int rv = raw_walk_new(r, RAW_ENTRY, &walk, &e);

	paper_init(&page, s->out);
	while (rv == 0 && status == EXIT_DONE) {
		rv = raw_walk_next(walk, &row, &e);
		if (rv != 1)
			break;
		rv = put_line(&row, &page.out, &e);
		if (rv == 0)
			status = session_print(s, &page);
	}
	paper_deinit(&page);
	raw_walk_free(&walk);
	return status != EXIT_DONE ? status : rv == 0 ? EXIT_DONE : say_failure(s, rv, &e);
}

int verb_log_export(struct session *s)
{
	struct journal_reader *r = NULL;
	struct err e = {.status = 0};
	int rv = reader_open(s->operands[0], &r, &e);

	if (rv == 0)
		rv = reader_begin(r, &e);
	int status = rv == 0 ? export_rows(s, r) : say_failure(s, rv, &e);
	if (rv == 0)
		reader_end(r);
	if (status == EXIT_DONE && reader_is_still(r, 0, &e) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "%s", e.text);
	reader_close(&r);
	return status;
}

/* ---- rebuild ------------------------------------------------------------------ */

int verb_log_rebuild(struct session *s)
{
	struct err e = {.status = 0};
	int rv = journal_rebuild(s->operands[0], &e);

	if (rv != 0)
		return say_failure(s, rv, &e);
	if (s->json)
		return session_print_json(s, "{\"rebuilt\":true}", false);
	struct paper p;
	paper_init(&p, s->out);
	paper_format(&p, "%s: all that follows from its entries was made again", s->operands[0]);
	paper_newline(&p);
	int status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

/* ---- the daemon's log ----------------------------------------------------------- */

/* Gives the path that --log says, or that the daemon does; json_decref `answer`. */
static int find_log(struct session *s, const char **path, json_t **answer)
{
	struct awardd_answer status_answer;

	*path = session_option(s, OPTION_LOG);
	if (*path != NULL)
		return EXIT_DONE;
	int status = session_ask(s, "server.status", json_null(), &status_answer);
	if (status == EXIT_REFUSED)
		session_refusal(s, "", &status_answer);
	if (status == EXIT_DONE) {
		*answer = json_read(text_of(status_answer.result), NULL);
		*path = json_member_text(json_member(*answer, "log"), "path");
		if (*path == NULL)
			status = session_say(
				s, EXIT_UNEXPECTED,
				"the daemon does not say where its log is: give --log FILE");
	}
	awardd_answer_deinit(&status_answer);
	return status;
}

/* ---- copy ----------------------------------------------------------------------- */

static int on_finding(void *ctx, const json_t *finding)
{
	const struct session *s = ctx;

	(void)session_say(s, 0, "%s", json_member_text(finding, "message")); /* a status follows */
	return 0;
}

static int print_copy(const struct session *s, const char *dest, const json_t *made)
{
	const json_t *newest = json_member(made, "newest");
	char entries[DAY_TEXT], bytes[DAY_TEXT];
	struct paper p;
	int status;

	if (s->json) {
		struct buffer text;
		buffer_init(&text);
		status = json_compact(made, &text) == 0 ? session_print_json(s, text.bytes, true)
							: EXIT_UNEXPECTED;
		buffer_deinit(&text);
		return status;
	}
	wording_number(json_member_integer(made, "entries", 0), entries);
	wording_number(json_member_integer(made, "bytes", 0), bytes);
	paper_init(&p, s->out);
	paper_format(&p, "%s: %s entries, %s bytes, verified whole", dest, entries, bytes);
	paper_newline(&p);
	paper_text(&p, "Its newest checkpoint:");
	paper_newline(&p);
	(void)buffer_append_text(&p.out, json_member_text(newest, "note")); /* it remembers */
	status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

int verb_log_copy(struct session *s)
{
	struct audit_copy copy = {.to = s->operands[0], .each = on_finding, .ctx = s};
	json_t *answer = NULL, *made = NULL;
	struct err e = {.status = 0};
	int status = find_log(s, &copy.from, &answer);

	if (status == EXIT_DONE) {
		int rv = audit_copy(&copy, &made, &e);
		status = rv == 0 ? print_copy(s, copy.to, made) : say_failure(s, rv, &e);
	}
	json_decref(made);
	json_decref(answer);
	return status;
}

/* ---- tiles ---------------------------------------------------------------------- */

int verb_log_tiles(struct session *s)
{
	json_t *answer = NULL, *made = NULL;
	const char *path = NULL;
	struct err e = {.status = 0};
	int status = find_log(s, &path, &answer);

	if (status == EXIT_DONE) {
		int rv = audit_tiles(path, s->operands[0], &made, &e);
		status = rv == 0 ? EXIT_DONE : say_failure(s, rv, &e);
	}
	if (status == EXIT_DONE && s->json) {
		char *text = json_dumps(made, JSON_COMPACT);
		status = text != NULL ? session_print_json(s, text, true) : EXIT_UNEXPECTED;
		free(text);
	} else if (status == EXIT_DONE) {
		struct paper p;
		paper_init(&p, s->out);
		paper_format(&p,
			     "%s: the tree of %" JSON_INTEGER_FORMAT
			     " entries; files written: %" JSON_INTEGER_FORMAT,
			     s->operands[0], json_member_integer(made, "size", 0),
			     json_member_integer(made, "written", 0));
		paper_newline(&p);
		status = session_print(s, &p);
		paper_deinit(&p);
	}
	json_decref(made);
	json_decref(answer);
	return status;
}
