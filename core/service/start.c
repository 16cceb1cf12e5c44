/*
 * The start: an entry of its own, then the rules of the folder, then calls are taken.
 *
 * Where the log has no room for an entry, the log is read all the same, with the rules that
 * it says were last active. The start is owed then: the next call that would write waits until
 * it was tried again, and is carried out after it, or refused as it was.
 *
 *   NEW ─▶ logged, rules in force ─▶ DONE        AGAIN ─▶ logged, rules in force ─▶ DONE
 *    └─ no room ─▶ BORROWING ─▶ OWED ─ a call ─▶  └─ no room ─▶ OWED
 */
#include <errno.h>
#include <stdio.h>

#include "awardd/version.h"
#include "script/script.h"
#include "service/state.h"

static void on_start_logged(void *ctx, int status, const struct journal_receipt *receipts,
			    size_t count, const struct err *e);
static void on_room(struct service *s, int status);

static void warn_of_log(struct service *s)
{
	struct journal_stats stats;
	char key[TLOG_VKEY];

	journal_stats(s->options.journal, &stats);
	journal_key(s->options.journal, key);
	if (stats.key_replaced)
		log_line(
			s, 4,
			"another key has signed the log so far; this one is %s. Was the key's file "
			"lost, or the log moved without it? Whoever verifies will ask",
			key);
	if (stats.lacks.count > 0) {
		char others[40] = "";
		if (stats.lacks.count > 1)
			(void)snprintf(others, sizeof others, " and %zu more of its guards",
				       stats.lacks.count - 1); /* fits */
		log_line(s, 4,
			 "the log lacks its guard %s%s: somebody dropped what refuses changes to "
			 "it; run awardctl log verify",
			 stats.lacks.name, others);
	}
}

void service_start(struct service *s, void (*started)(void *ctx, int status), void *ctx)
{
	s->started = started;
	s->started_ctx = ctx;
	if (hosts_words(s->options.hosts, &s->words) != 0)
		log_line(s, 3, "the words of plugins cannot be lent to rules");
	s->options.pool.words = s->words;
	warn_of_log(s);
	rules_remember(s);
}

void start_begin(struct service *s)
{
	char key[TLOG_VKEY];

	if (s->start_logged) {
		rules_start(s);
		return;
	}
	journal_key(s->options.journal, key);
	json_t *body = json_pack("{ss ss ss ss}", "engine", AWARDD_VERSION, "key", key, "log",
				 journal_identity(s->options.journal), "lua", script_lua_version());
	int rv = append_own(s, "start", body, on_start_logged);
	if (rv != 0)
		start_ended(s, rv);
}

static void on_start_logged(void *ctx, int status, const struct journal_receipt *receipts,
			    size_t count, const struct err *e)
{
	struct service *s = ctx;

	(void)receipts;
	(void)count;
	s->start_logged = status == 0;
	if (status == 0 && s->stop_reason == NULL) {
		rules_start(s);
		return;
	}
	if (status != 0 && s->start == START_NEW) /* said once */
		log_line(s, 3, "the start could not be logged: %s",
			 e != NULL && e->text[0] != '\0' ? e->text : status_text(status));
	start_ended(s, status);
}

void start_ended(struct service *s, int status)
{
	bool shut = status == AW_EFULL || status == AW_EHELD;

	switch (s->start) {
	case START_NEW:
		if (shut) {
			s->start = START_BORROWING;
			log_line(s, 4, "until the start can be logged the log is only read");
			rules_fall_back(s);
			return;
		}
		s->start = START_DONE;
		s->started(s->started_ctx, status);
		break;
	case START_BORROWING:
		s->start = START_OWED;
		s->started(s->started_ctx, status);
		break;
	case START_AGAIN:
		on_room(s, status);
		break;
	case START_OWED:
	case START_DONE:
		break;
	}
}

/* ---- owed --------------------------------------------------------------- */

bool start_is_owed(const struct service *s)
{
	return s->start != START_DONE && s->start != START_NEW;
}

void start_again(struct service *s)
{
	if (s->start != START_OWED || s->stop_reason != NULL)
		return;
	s->start = START_AGAIN;
	start_begin(s);
}

void start_wait(struct service *s, struct request *r)
{
	r->next = NULL;
	if (s->last_waiting != NULL)
		s->last_waiting->next = r;
	else
		s->first_waiting = r;
	s->last_waiting = r;
	start_again(s);
}

static void on_room(struct service *s, int status)
{
	struct request *r = s->first_waiting, *next;

	s->first_waiting = s->last_waiting = NULL;
	s->start = status == 0 ? START_DONE : START_OWED;
	if (status == 0)
		log_line(s, 6, "the start is logged: from here on everything is");
	for (; r != NULL; r = next) {
		next = r->next; /* an answer may free it */
		if (status == 0)
			method_find(r->method)->call(s, r);
		else
			answer_status(s, r, status, NULL);
	}
	service_log_stop(s);
}
