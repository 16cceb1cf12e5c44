/* Opening and closing, roles, and how calls are taken and answers given. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "awardd/version.h"
#include "script/script.h"
#include "service/state.h"

int64_t monotonic_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- answering ---------------------------------------------------------- */

static void count_latency(struct latencies *l, int64_t us)
{
	int bucket = 0;

	while (bucket < LATENCY_BUCKETS - 1 && us >> bucket > 0)
		bucket++;
	l->buckets[bucket]++;
	l->count++;
	l->total_us += (uint64_t)us;
}

static void answer(struct service *s, struct request *r, struct reply *reply)
{
	s->pending--;
	s->errors += reply->code != 0;
	count_latency(&s->latencies, monotonic_us() - r->began_us);
	json_decref(r->params);
	r->params = NULL;
	r->answer(r, reply);
}

void answer_result(struct service *s, struct request *r, json_t *result)
{
	struct reply reply = {.result = result};

	if (result == NULL) {
		answer_no_memory(s, r);
		return;
	}
	answer(s, r, &reply);
}

void answer_json(struct service *s, struct request *r, struct text json)
{
	struct reply reply = {.json = json};

	answer(s, r, &reply);
}

void answer_error(struct service *s, struct request *r, int code, const char *message, json_t *data)
{
	struct reply reply = {.code = code, .message = message, .data = data};

	answer(s, r, &reply);
}

void answer_no_memory(struct service *s, struct request *r)
{
	answer_error(s, r, CODE_INTERNAL,
		     r->logged ? "out of memory for the answer: it was done, and is in the log"
			       : "out of memory: nothing was changed",
		     NULL);
}

void answer_params(struct service *s, struct request *r, json_t *errors)
{
	json_t *data = json_pack("{so}", "errors", errors);

	if (data == NULL)
		answer_no_memory(s, r);
	else
		answer_error(s, r, CODE_PARAMS, "the parameters do not fit", data);
}

void answer_param(struct service *s, struct request *r, const char *pointer, const char *message)
{
	json_t *error = form_error(pointer, message);
	json_t *errors = error != NULL ? json_pack("[o]", error) : NULL;

	if (errors == NULL)
		answer_no_memory(s, r);
	else
		answer_params(s, r, errors);
}

void answer_absent(struct service *s, struct request *r, const char *says, const char *name)
{
	enum { NAME_MOST = 80 }; /* a longer one is no help in a sentence */
	char message[192];

	bool told = name != NULL && strlen(name) <= NAME_MOST;
	(void)snprintf(message, sizeof message, "%s%s%s", says, told ? ": " : "",
		       told ? name : ""); /* fits */
	answer_error(s, r, CODE_ABSENT, message, NULL);
}

static void answer_no_entry(struct service *s, struct request *r)
{
	static const char *const names[] = {"decision_id", "partnership", "digest"};
	static const char *const numbers[] = {"sequence", "to", "from"};
	const char *name = NULL;
	char digits[32];

	for (size_t i = 0; name == NULL && i < sizeof names / sizeof names[0]; i++)
		name = json_member_text(r->params, names[i]);
	for (size_t i = 0; name == NULL && i < sizeof numbers / sizeof numbers[0]; i++) {
		const json_t *number = json_member(r->params, numbers[i]);
		(void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT,
			       json_integer_value(number)); /* fits */
		name = number != NULL ? digits : NULL;
	}
	answer_absent(s, r, "there is no such entry", name);
}

void answer_status(struct service *s, struct request *r, int status, const struct err *e)
{
	const char *text = e != NULL && e->text[0] != '\0' ? e->text : status_text(status);

	switch (status) {
	case AW_EABSENT:
		answer_no_entry(s, r);
		break;
	case AW_EHELD:
		answer_error(s, r, CODE_LOG_CLOSED,
			     "a reader holds the decision log open, and its WAL has reached"
			     " wal-limit: nothing was changed; send it again when that reader"
			     " has ended",
			     NULL);
		break;
	case AW_EFULL:
	case AW_EBUSY: /* a foreign process holds the file's lock */
		answer_error(s, r, CODE_LOG_CLOSED,
			     "the decision log cannot be written: nothing was changed", NULL);
		break;
	case AW_EIO:
		answer_error(s, r, CODE_LOG_UNKNOWN,
			     "the log failed while it wrote: whether this was done is not known",
			     NULL);
		break;
	case AW_ELIMIT:
		answer_param(s, r, "", TOO_LONG);
		break;
	case -ENOMEM:
		answer_no_memory(s, r);
		break;
	default:
		answer_error(s, r, CODE_INTERNAL, text, NULL);
		break;
	}
}

void answer_not_asked(struct service *s, struct request *r, int rv)
{
	if (rv == AW_ELIMIT)
		answer_param(s, r, "",
			     "is, with all that was logged of the partnership, more than rules"
			     " are given: 64 MiB");
	else
		answer_no_memory(s, r);
}

void answer_evaluation(struct service *s, struct request *r, const struct evaluation *e)
{
	struct buffer message;
	json_t *data;

	if (e->status == -ENOMEM) {
		answer_no_memory(s, r);
		return;
	}
	buffer_init(&message);
	if (e->status == AW_ESCRIPT)
		data = json_pack("{ss ss si}", "reason", "rule-error", "file", e->file, "line",
				 e->line);
	else
		data = json_pack("{ss}", "reason",
				 e->status == AW_EDEADLINE ? "deadline" : "crash");
	(void)rule_failure_append(e, &message); /* the buffer remembers */
	answer_error(s, r, CODE_NO_ANSWER,
		     buffer_append_text(&message, ": nothing was decided") == 0
			     ? message.bytes
			     : "nothing was decided",
		     data);
	buffer_deinit(&message);
}

/* ---- roles -------------------------------------------------------------- */

unsigned roles_of(const struct service *s, const struct peer *peer)
{
	static const struct {
		enum config_setting setting;
		unsigned access;
	} roles[] = {
		{CONFIG_SUBMIT, ACCESS_SUBMIT},
		{CONFIG_AUDIT, ACCESS_AUDIT},
		{CONFIG_ADMIN, ACCESS_ADMIN},
	};
	unsigned has = 0;

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (config_allows(s->options.config, roles[i].setting, peer->actor.uid,
				  peer->groups, peer->group_count))
			has |= roles[i].access;
	}
	return has;
}

static const char *role_name(unsigned access)
{
	switch (access) {
	case ACCESS_SUBMIT:
		return "submit";
	case ACCESS_ADMIN:
		return "admin";
	case ACCESS_ANY_ROLE:
		return "submit, audit or admin";
	default:
		return "audit";
	}
}

static void deny(struct service *s, struct request *r, unsigned access)
{
	answer_error(s, r, CODE_DENIED, "this user may not do this",
		     json_pack("{ss}", "role", role_name(access)));
}

int request_read(struct request *r)
{
	if (r->given != NULL && r->params == NULL)
		r->params = json_read(r->given->text, NULL);
	return r->given == NULL || r->params != NULL ? 0 : -ENOMEM;
}

/* ---- calls -------------------------------------------------------------- */

/* Whether this user may ask this, with parameters that fit; else it is answered. */
static bool may_call(struct service *s, struct request *r, unsigned access, const struct form *form,
		     params_look *look)
{
	if (access != ACCESS_SELF && (roles_of(s, r->peer) & access) == 0) {
		deny(s, r, access);
		return false;
	}
	if (form == NULL) /* the method looks itself */
		return true;
	json_t *errors = json_array();
	int rv = errors != NULL ? request_read(r) : -ENOMEM;
	if (rv == 0)
		rv = params_check(form, r->params, errors);
	if (rv == 0 && look != NULL)
		rv = look(s, r->params, errors);
	if (rv == 0 && json_array_size(errors) > 0) {
		answer_params(s, r, errors);
		return false;
	}
	json_decref(errors);
	if (rv != 0)
		answer_no_memory(s, r);
	return rv == 0;
}

void service_call(struct service *s, struct request *r)
{
	s->pending++;
	s->calls++;
	r->began_us = monotonic_us();
	const struct method *m = method_find(r->method);
	const struct host_offer *o = m == NULL ? hosts_method(s->options.hosts, r->method) : NULL;
	if (m != NULL) {
		if (!may_call(s, r, m->access, method_form(s, m), m->look))
			return;
		if (method_writes(m) && start_is_owed(s))
			start_wait(s, r);
		else
			m->call(s, r);
	} else if (o != NULL) {
		if (may_call(s, r, plugin_access(o), host_offer_form(o), NULL))
			plugin_call(s, r, o);
	} else {
		answer_no_method(s, r);
	}
}

void service_hand_in(struct service *s)
{
	journal_hand_in(s->options.journal);
}

void log_line(struct service *s, int level, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	s->options.on_log(s->options.ctx, level, text);
}

void fail_for_good(struct service *s, int status)
{
	if (status == AW_EIO)
		s->options.on_fatal(s->options.ctx, "the decision log could not be written");
}

/* ---- opening and closing ------------------------------------------------ */

static int find_self(struct actor *self, struct err *e)
{
	const struct passwd *entry;
	int rv;

	self->uid = geteuid();
	rv = user_numbered(self->uid, &entry);
	if (rv != 0)
		return err_set(e, rv, "cannot look up the user %u, who runs this: %s", self->uid,
			       status_text(rv));
	if (entry != NULL)
		(void)snprintf(self->user, sizeof self->user, "%s", entry->pw_name);
	return 0;
}

int service_open(const struct service_options *options, struct service **out, struct err *e)
{
	struct service *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_set(e, -ENOMEM, "no memory for the service");
	int rv = find_self(&s->self, e);
	if (rv == 0)
		rv = methods_open(s, e);
	if (rv != 0) {
		free(s);
		return rv;
	}
	s->options = *options;
	s->last = &s->first;
	s->started_ms = options->clock.now_ms(options->clock.ctx);
	s->started_us = monotonic_us();
	s->erasing = journal_is_erasing(options->journal);
	lanes_init(&s->lanes);
	turns_init(&s->turns);
	json_index_init(&s->answer);
	*out = s;
	return 0;
}

int append_own(struct service *s, const char *kind, json_t *body, journal_appended_cb done)
{
	struct journal_draft draft = {.kind = kind, .by = s->self, .body = body};

	if (body == NULL)
		return -ENOMEM;
	return journal_append(s->options.journal, &draft, 1, done, s);
}

static void on_stop_logged(void *ctx, int status, const struct journal_receipt *receipts,
			   size_t count, const struct err *e)
{
	struct service *s = ctx;

	(void)receipts;
	(void)count;
	(void)e;
	if (status != 0)
		log_line(s, 4, "the stop could not be logged: %s", status_text(status));
	s->stopped(s->stopped_ctx);
}

void service_log_stop(struct service *s)
{
	if (!s->stopping || s->first != NULL || s->start == START_AGAIN)
		return;
	s->stopping = false;
	if (!s->start_logged) { /* nothing was done that could end */
		s->stopped(s->stopped_ctx);
		return;
	}
	int rv = append_own(s, "stop", json_pack("{ss}", "reason", s->stop_reason), on_stop_logged);
	if (rv != 0)
		on_stop_logged(s, rv, NULL, 0, NULL);
}

void service_stop(struct service *s, const char *reason, void (*stopped)(void *ctx), void *ctx)
{
	s->stopped = stopped;
	s->stopped_ctx = ctx;
	s->stop_reason = reason;
	s->stopping = true;
	service_log_stop(s);
}

void service_close(struct service **s)
{
	if (*s == NULL)
		return;
	rules_deinit(*s);
	words_free(&(*s)->words);
	lanes_deinit(&(*s)->lanes);
	json_index_deinit(&(*s)->answer);
	methods_close(*s);
	json_decref((*s)->last_rejection);
	free(*s);
	*s = NULL;
}
