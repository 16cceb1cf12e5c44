/* Opening and closing, the table of methods, roles, and how answers are given. */
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

static const struct method methods[] = {
	{ "decide", ACCESS_SUBMIT, submission_decide },
	{ "assess", ACCESS_SUBMIT, submission_assess },
	{ "decisions.get", ACCESS_SELF, decisions_get },
	{ "decisions.list", ACCESS_AUDIT, decisions_list },
	{ "decisions.revoke", ACCESS_ADMIN, revocation_call },
	{ "register.list", ACCESS_AUDIT, register_list },
	{ "register.import", ACCESS_ADMIN, import_call },
	{ "practice.list", ACCESS_ANY_ROLE, practice_list },
	{ "statistics.get", ACCESS_AUDIT, statistics_get },
	{ "scheme.get", ACCESS_ANY_ROLE, scheme_get },
	{ "rules.get", ACCESS_AUDIT, rules_get },
	{ "rules.history", ACCESS_AUDIT, rules_history },
	{ "rules.reload", ACCESS_ADMIN, rules_reload },
	{ "server.status", ACCESS_AUDIT, status_get },
	{ "server.metrics", ACCESS_AUDIT, status_metrics },
};

/* Members of decisions.revoke, as form.h describes forms. */
static const char revoke_members[] =
	"[{\"name\":\"decision_id\",\"type\":\"text\",\"max\":64,\"required\":true},"
	"{\"name\":\"by\",\"type\":\"text\",\"max\":200,\"required\":true,\"personal\":true},"
	"{\"name\":\"reason\",\"type\":\"text\",\"max\":10000,\"required\":true}]";

static int64_t now_us(void)
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
	count_latency(&s->latencies, now_us() - r->began_us);
	r->answer(r, reply);
}

void answer_result(struct service *s, struct request *r, json_t *result)
{
	struct reply reply = { .result = result };

	if (result == NULL) {
		answer_no_memory(s, r);
		return;
	}
	answer(s, r, &reply);
}

void answer_error(struct service *s, struct request *r, int code, const char *message, json_t *data)
{
	struct reply reply = { .code = code, .message = message, .data = data };

	answer(s, r, &reply);
}

void answer_no_memory(struct service *s, struct request *r)
{
	answer_error(s, r, CODE_INTERNAL, "out of memory: nothing was changed", NULL);
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

void answer_status(struct service *s, struct request *r, int status, const struct err *e)
{
	const char *text = e != NULL && e->text[0] != '\0' ? e->text : status_text(status);

	switch (status) {
	case AW_EABSENT:
		answer_error(s, r, CODE_ABSENT, "there is no such entry", NULL);
		break;
	case AW_EFULL:
	case AW_EBUSY: /* a foreign process holds the file's lock */
		answer_error(s, r, CODE_LOG_CLOSED,
			     "the decision log cannot be written: nothing was changed", NULL);
		break;
	case AW_EIO:
		answer_error(s, r, CODE_LOG_UNKNOWN,
			     "the log failed while it wrote: whether this was done is not known", NULL);
		break;
	case AW_ELIMIT:
		answer_param(s, r, "", "is too long: an entry of the log holds 65,535 bytes");
		break;
	case -ENOMEM:
		answer_no_memory(s, r);
		break;
	default:
		answer_error(s, r, CODE_INTERNAL, text, NULL);
		break;
	}
}

void answer_evaluation(struct service *s, struct request *r, const struct evaluation *e)
{
	char message[768];
	json_t *data;

	if (e->status == AW_ESCRIPT) {
		data = json_pack("{ss ss si}", "reason", "rule-error", "file", e->file, "line",
				 e->line);
		(void)snprintf(message, sizeof message, "%s:%d: %s: nothing was decided", e->file,
			       e->line, e->message);
	} else {
		bool late = e->status == AW_EDEADLINE;
		data = json_pack("{ss}", "reason", late ? "deadline" : "crash");
		(void)snprintf(message, sizeof message, "%s: nothing was decided", e->message);
	}
	answer_error(s, r, CODE_NO_ANSWER, message, data);
}

/* ---- parameters --------------------------------------------------------- */

bool params_know(struct service *s, struct request *r, const char *const *names)
{
	size_t count = 0;

	if (r->params != NULL && !json_is_object(r->params)) {
		answer_param(s, r, "", "must be an object");
		return false;
	}
	const char **given = json_sorted_names(r->params, &count);
	json_t *errors = json_array();
	bool memory = given != NULL && errors != NULL;
	for (size_t i = 0; memory && i < count; i++) {
		bool known = false;
		for (size_t n = 0; names[n] != NULL && !known; n++)
			known = strcmp(names[n], given[i]) == 0;
		struct buffer at;
		buffer_init(&at);
		memory = json_pointer_append(&at, given[i]) == 0;
		if (memory && !known)
			memory = json_array_append_new(
					 errors, form_error(at.bytes, "is not known here")) == 0;
		buffer_deinit(&at);
	}
	free(given);
	if (memory && json_array_size(errors) == 0) {
		json_decref(errors);
		return true;
	}
	if (memory) {
		answer_params(s, r, errors);
	} else {
		json_decref(errors);
		answer_no_memory(s, r);
	}
	return false;
}

int params_date(const json_t *params, const char *name, const char **out)
{
	struct date d;
	const json_t *value = json_member(params, name);

	*out = NULL;
	if (value == NULL)
		return 0;
	struct text t = { json_string_value(value), json_string_length(value) };
	if (!json_is_string(value) || !date_parse(t, &d))
		return -1;
	*out = t.bytes;
	return 1;
}

/* ---- roles -------------------------------------------------------------- */

unsigned roles_of(const struct service *s, const struct peer *peer)
{
	static const struct {
		enum config_setting setting;
		unsigned access;
	} roles[] = {
		{ CONFIG_SUBMIT, ACCESS_SUBMIT },
		{ CONFIG_AUDIT, ACCESS_AUDIT },
		{ CONFIG_ADMIN, ACCESS_ADMIN },
	};
	unsigned has = 0;

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (config_allows(s->options.config, roles[i].setting, peer->actor.uid,
				  peer->groups, peer->group_count))
			has |= roles[i].access;
	}
	return has;
}

struct actor actor_self(void)
{
	struct actor self = { .uid = geteuid() };
	const struct passwd *entry = getpwuid(self.uid);

	if (entry != NULL)
		(void)snprintf(self.user, sizeof self.user, "%s", entry->pw_name);
	return self;
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

/* ---- calls -------------------------------------------------------------- */

void service_call(struct service *s, struct request *r)
{
	s->pending++;
	s->calls++;
	r->began_us = now_us();
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		const struct method *m = &methods[i];
		if (strcmp(m->name, r->method) != 0)
			continue;
		if (m->access != ACCESS_SELF && (roles_of(s, r->peer) & m->access) == 0)
			deny(s, r, m->access);
		else
			m->call(s, r);
		return;
	}
	answer_error(s, r, CODE_METHOD, "there is no such method", NULL);
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

int service_open(const struct service_options *options, struct service **out, struct err *e)
{
	struct service *s = calloc(1, sizeof *s);
	json_t *members = json_read(text_of(revoke_members), NULL);
	int rv = s != NULL && members != NULL ? 0 : err_set(e, -ENOMEM, "no memory for the service");

	if (rv == 0)
		rv = form_new(members, &s->revoke_form, e);
	json_decref(members);
	if (rv != 0) {
		free(s);
		return rv;
	}
	s->options = *options;
	s->last = &s->first;
	s->started_ms = options->clock.now_ms(options->clock.ctx);
	lanes_init(&s->lanes);
	*out = s;
	return 0;
}

static void on_start_logged(void *ctx, int status, const struct journal_receipt *receipts,
			    size_t count, const struct err *e)
{
	struct service *s = ctx;

	(void)receipts;
	(void)count;
	if (status == 0) {
		rules_start(s);
		return;
	}
	log_line(s, 3, "the start could not be logged: %s",
		 e != NULL && e->text[0] != '\0' ? e->text : status_text(status));
	s->started(s->started_ctx, status);
}

static int append_own(struct service *s, const char *kind, json_t *body, journal_appended_cb done)
{
	struct journal_draft draft = { .kind = kind, .by = actor_self(), .body = body };

	if (body == NULL)
		return -ENOMEM;
	return journal_append(s->options.journal, &draft, 1, done, s);
}

void service_start(struct service *s, void (*started)(void *ctx, int status), void *ctx)
{
	s->started = started;
	s->started_ctx = ctx;
	json_t *body = json_pack("{ss ss ss}", "engine", AWARDD_VERSION, "log",
				 journal_identity(s->options.journal), "lua", script_lua_version());
	int rv = append_own(s, "start", body, on_start_logged);
	if (rv != 0)
		started(ctx, rv);
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
	s->stopping = false;
	int rv = append_own(s, "stop", json_pack("{ss}", "reason", s->stop_reason),
			    on_stop_logged);
	if (rv != 0)
		on_stop_logged(s, rv, NULL, 0, NULL);
}

void service_stop(struct service *s, const char *reason, void (*stopped)(void *ctx), void *ctx)
{
	s->stopped = stopped;
	s->stopped_ctx = ctx;
	s->stop_reason = reason;
	s->stopping = true;
	if (s->first == NULL)
		service_log_stop(s);
}

void service_close(struct service **s)
{
	if (*s == NULL)
		return;
	rules_deinit(*s);
	lanes_deinit(&(*s)->lanes);
	form_free(&(*s)->revoke_form);
	json_decref((*s)->last_rejection);
	free(*s);
	*s = NULL;
}
