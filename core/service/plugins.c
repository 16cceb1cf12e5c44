/* Methods that plugins add. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/plugin.h"
#include "service/state.h"

struct plugin_call {
	struct service *service;
	struct request *request;
};

/* ---- answers -------------------------------------------------------------- */

void answer_plugin_failure(struct service *s, struct request *r, const struct host_answer *answer)
{
	static const int codes[] = {
		[AWARDD_FAILED] = CODE_INTERNAL,  [AWARDD_PARAMS] = CODE_PARAMS,
		[AWARDD_ABSENT] = CODE_ABSENT,    [AWARDD_CONFLICT] = CODE_CONFLICT,
		[AWARDD_LATER] = CODE_OVERLOADED,
	};
	bool known = answer->code > 0 && answer->code < (int)(sizeof codes / sizeof *codes);
	const char *reason = answer->status == AW_EINVALID    ? "refused"
			     : answer->status == AW_EDEADLINE ? "deadline"
							      : "crash";

	if (answer->status == AW_EINVALID && answer->code == AWARDD_PARAMS) {
		answer_param(s, r, "", answer->message);
		return;
	}
	answer_error(s, r,
		     answer->status == AW_EINVALID && known ? codes[answer->code] : CODE_INTERNAL,
		     answer->message,
		     json_pack("{ss ss}", "plugin", answer->plugin, "reason", reason));
}

void answer_no_plugin(struct service *s, struct request *r, int status, const struct err *e)
{
	if (status == -ENOMEM)
		answer_no_memory(s, r);
	else
		answer_error(s, r, status == AW_ELIMIT ? CODE_OVERLOADED : CODE_INTERNAL, e->text,
			     NULL);
}

void answer_no_method(struct service *s, struct request *r)
{
	/* What it said last may name files: that is for those who may ask for the status. */
	bool may_know = (roles_of(s, r->peer) & ACCESS_AUDIT) != 0;
	const char *why = may_know ? hosts_no_method(s->options.hosts, r->method) : NULL;
	char message[2048];

	if (why == NULL) {
		answer_error(s, r, CODE_METHOD, "there is no such method", NULL);
		return;
	}
	(void)snprintf(message, sizeof message,
		       "the plugin %.*s does not run, so that it has no methods: %s",
		       (int)strcspn(r->method, "."), r->method, why);
	answer_error(s, r, CODE_METHOD, message, NULL);
}

static void on_answer(void *ctx, const struct host_answer *answer)
{
	struct plugin_call *c = ctx;
	struct err e = {0};
	char message[sizeof e.text + 128];
	json_t *result;

	if (answer->status != 0) {
		answer_plugin_failure(c->service, c->request, answer);
	} else if ((result = json_read(answer->bytes, &e)) != NULL) {
		answer_result(c->service, c->request, result);
	} else if (e.status == -ENOMEM) {
		answer_no_memory(c->service, c->request);
	} else {
		(void)snprintf(message, sizeof message,
			       "the plugin %s answered what is no JSON: %s", answer->plugin,
			       e.text);
		answer_error(c->service, c->request, CODE_INTERNAL, message,
			     json_pack("{ss ss}", "plugin", answer->plugin, "reason", "answer"));
	}
	free(c);
}

/* ---- calls ---------------------------------------------------------------- */

unsigned plugin_access(const struct host_offer *o)
{
	const char *role = host_offer_role(o);

	if (strcmp(role, "submit") == 0)
		return ACCESS_SUBMIT;
	if (strcmp(role, "audit") == 0)
		return ACCESS_AUDIT;
	return strcmp(role, "admin") == 0 ? ACCESS_ADMIN : ACCESS_ANY_ROLE;
}

void plugin_call(struct service *s, struct request *r, const struct host_offer *o)
{
	const struct actor *by = &r->peer->actor;
	struct plugin_call *c = request_read(r) == 0 ? malloc(sizeof *c) : NULL;
	json_t *params = json_is_object(r->params) ? NULL : json_object();
	json_t *call = json_pack("{ss sO ss sI}", "method", r->method, "params",
				 params != NULL ? params : r->params, "user", by->user, "uid",
				 (json_int_t)by->uid);
	struct err e = {0};
	int rv = -ENOMEM;

	if (c != NULL && call != NULL) {
		*c = (struct plugin_call){s, r};
		rv = hosts_call(o, call, on_answer, c, &e);
	}
	json_decref(call);
	json_decref(params);
	if (rv != 0) {
		free(c);
		answer_no_plugin(s, r, rv, &e);
	}
}
