/* publish: the public site, made of what the daemon answers. It asks the socket as report does:
 * what the register, the practice and the statistics are is then decided in one place, and
 * the names of signatories, which the log's file holds beside its entries, are never read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/deliver.h"
#include "ctl/place.h"
#include "ctl/publish.h"
#include "ctl/verb.h"
#include "pages/pages.h"

enum { LIST_MOST = 500, TRIES = 5 };

/* What was answered; owned. */
struct answers {
	json_t *log, *scheme, *awards, *decisions, *practice, *statistics;
};

static void answers_deinit(struct answers *a)
{
	json_decref(a->log);
	json_decref(a->scheme);
	json_decref(a->awards);
	json_decref(a->decisions);
	json_decref(a->practice);
	json_decref(a->statistics);
	*a = (struct answers){.log = NULL};
}

/* All decisions and imports, page by page. */
static int fetch_all(struct session *s, json_t **out)
{
	json_t *all = json_array(), *page = NULL;
	char *after = NULL;
	int status = EXIT_DONE;

	do {
		json_decref(page);
		status = fetch(s, "decisions.list",
			       json_pack("{ss si ss*}", "kind", "any", "limit", LIST_MOST, "after",
					 after),
			       false, &page);
		const char *next = json_member_text(page, "next");
		free(after);
		after = next != NULL ? strdup(next) : NULL;
		if (status == EXIT_DONE &&
		    (all == NULL || (next != NULL && after == NULL) ||
		     json_array_extend(all, json_member(page, "decisions")) != 0))
			status = session_say(s, EXIT_UNEXPECTED, "no memory for the decisions");
	} while (status == EXIT_DONE && after != NULL);
	free(after);
	json_decref(page);
	*out = all;
	return status;
}

static int fetch_each(struct session *s, const char *on, struct answers *a)
{
	int status = fetch(s, "log.checkpoint", json_null(), false, &a->log);

	if (status == EXIT_DONE)
		status = fetch(s, "scheme.get", json_null(), false, &a->scheme);
	if (status == EXIT_DONE)
		status = fetch(s, "register.list", json_pack("{ss}", "on", on), false, &a->awards);
	if (status == EXIT_DONE)
		status = fetch_all(s, &a->decisions);
	if (status == EXIT_DONE)
		status = fetch(s, "practice.list", json_null(), false, &a->practice);
	if (status == EXIT_DONE)
		status = fetch(s, "statistics.get", json_pack("{ss}", "until", on), false,
			       &a->statistics);
	return status;
}

/* The answers of one state of the log: asked again where it grew meanwhile. */
static int fetch_state(struct session *s, const char *on, struct answers *a)
{
	for (int i = 0; i < TRIES; i++) {
		json_t *log = NULL;
		int status = fetch_each(s, on, a);
		if (status == EXIT_DONE)
			status = fetch(s, "log.checkpoint", json_null(), false, &log);
		bool same = json_member_integer(log, "size", -1) ==
			    json_member_integer(a->log, "size", -2);
		json_decref(log);
		if (status != EXIT_DONE || same)
			return status;
		answers_deinit(a);
	}
	return session_say(s, EXIT_UNEXPECTED,
			   "the log grew each of %d times that it was asked: try again later",
			   TRIES);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static int say_failed(const struct session *s, const struct err *e)
{
	return session_say(s, EXIT_UNEXPECTED, "%s", e->text);
}

/* Ids come to stand in paths: letters, digits and hyphens. */
static bool is_id(const char *id)
{
	return id != NULL && *id != '\0' && strlen(id) <= 64 &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

static int write_partnerships(const struct session *s, struct place *p, const json_t *site)
{
	struct err e = {.status = 0};
	struct buffer page;
	size_t i;
	json_t *each;

	buffer_init(&page);
	json_array_foreach(json_member(site, "partnerships"), i, each) {
		const char *id = json_member_text(each, "id");
		char path[128];

		if (!is_id(id))
			continue;
		(void)snprintf(path, sizeof path, "partnerships/%s.html", id); /* fits */
		buffer_clear(&page);
		e.status = site_partnership(site, each, &page);
		if (e.status != 0)
			(void)err_set(&e, e.status, "no memory for %s", path);
		else
			(void)place_write(p, path, (struct text){page.bytes, page.length}, &e);
		if (e.status != 0)
			break;
	}
	buffer_deinit(&page);
	return e.status == 0 ? EXIT_DONE : say_failed(s, &e);
}

static int write_files(const struct session *s, struct place *p, const json_t *site)
{
	struct err e = {.status = 0};
	struct buffer page;

	buffer_init(&page);
	for (size_t i = 0; i < site_file_count && e.status == 0; i++) {
		buffer_clear(&page);
		e.status = site_files[i].write(site, &page);
		if (e.status != 0)
			(void)err_set(&e, e.status, "no memory for %s", site_files[i].path);
		else
			(void)place_write(p, site_files[i].path,
					  (struct text){page.bytes, page.length}, &e);
	}
	buffer_deinit(&page);
	return e.status == 0 ? EXIT_DONE : say_failed(s, &e);
}

/* What pages point at stands before they do, and goes after them. */
static int write_site(struct session *s, struct place *p, json_t *site)
{
	struct err e = {.status = 0};
	const char *note = json_member_text(json_member(site, "log"), "checkpoint");
	int status = EXIT_DONE;

	if (place_write(p, "checkpoint", text_of(note), &e) != 0)
		return say_failed(s, &e);
	status = publish_awards(s, p, site);
	if (status == EXIT_DONE)
		status = write_partnerships(s, p, site);
	if (status == EXIT_DONE)
		status = write_files(s, p, site);
	if (status == EXIT_DONE && (place_prune(p, "partnerships", ".html", &e) != 0 ||
				    place_prune(p, "proofs", ".tlog-proof", &e) != 0))
		status = say_failed(s, &e);
	return status;
}

static int report_done(struct session *s, const struct place *p)
{
	struct paper paper;
	int status;

	paper_init(&paper, s->out);
	if (s->json)
		paper_format(&paper, "{\"written\":%zu,\"unchanged\":%zu,\"removed\":%zu}",
			     p->written, p->unchanged, p->removed);
	else
		paper_format(&paper, "%zu files: %zu written, %zu unchanged, %zu removed",
			     p->written + p->unchanged, p->written, p->unchanged, p->removed);
	paper_newline(&paper);
	status = session_print(s, &paper);
	paper_deinit(&paper);
	return status;
}

static int publish(struct session *s, json_t *site)
{
	const char *note = json_member_text(json_member(site, "log"), "checkpoint");
	struct place p;
	struct err e = {.status = 0};
	int status;

	if (note == NULL)
		return session_say(s, EXIT_UNEXPECTED, "the log has no checkpoint yet");
	if (place_open(&p, s->operands[0], text_of(note), &e) != 0)
		status = say_failed(s, &e);
	else
		status = write_site(s, &p, site);
	if (status == EXIT_DONE)
		status = report_done(s, &p);
	place_close(&p);
	return status;
}

int verb_publish(struct session *s)
{
	struct answers a = {.log = NULL};
	const char *given = session_option(s, OPTION_ON);
	char on[DATE_TEXT];
	struct date day;

	if (given != NULL && !date_parse(text_of(given), &day))
		return session_say(s, EXIT_USAGE, "--on: \"%s\" is no day", given);
	if (given == NULL)
		day = instant_date(clock_system.now_ms(clock_system.ctx));
	date_format(day, on);
	int status = fetch_state(s, on, &a);
	if (status == EXIT_DONE) {
		const struct site_sources from = {
			.on = on,
			.scheme = a.scheme,
			.log = a.log,
			.awards = json_member(a.awards, "awards"),
			.decisions = a.decisions,
			.practice = json_member(a.practice, "practice"),
			.statistics = a.statistics,
		};
		json_t *site = site_publishable(&from);
		status = site != NULL ? publish(s, site)
				      : session_say(s, EXIT_UNEXPECTED, "no memory for the site");
		json_decref(site);
	}
	answers_deinit(&a);
	return status;
}
