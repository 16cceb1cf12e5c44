/* The methods: who may call each, what it takes, and who answers. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "service/state.h"

/* Members as form.h describes them. */
#define MEMBER(name, type, more) "{\"name\":\"" name "\",\"type\":\"" type "\"" more "}"
#define REQUIRED ",\"required\":true"
#define TEXT(name) MEMBER(name, "text", "")
#define DATE(name) MEMBER(name, "date", "")
#define NOTHING "[]"

static const char decisions_form[] =
	"[{\"name\":\"partnership\",\"type\":\"text\"},{\"name\":\"award\",\"type\":\"text\"},"
	"{\"name\":\"since\",\"type\":\"date\"},{\"name\":\"until\",\"type\":\"date\"},"
	"{\"name\":\"failed_criterion\",\"type\":\"text\"},{\"name\":\"changed\",\"type\":\"choice\","
	"\"values\":[\"first\",\"maintained\",\"higher\",\"lower\",\"none\"]},"
	"{\"name\":\"by\",\"type\":\"text\"},{\"name\":\"rules\",\"type\":\"text\"},"
	"{\"name\":\"kind\",\"type\":\"choice\",\"values\":[\"decision\",\"import\",\"any\"]},"
	"{\"name\":\"sort\",\"type\":\"choice\",\"values\":[\"sequence\",\"-sequence\","
	"\"assessed_on\",\"-assessed_on\",\"partnership\",\"-partnership\"]},"
	"{\"name\":\"limit\",\"type\":\"integer\",\"min\":1,\"max\":500},"
	"{\"name\":\"after\",\"type\":\"text\"}]";

static const char register_form[] =
	"[{\"name\":\"on\",\"type\":\"date\"},{\"name\":\"partnership\",\"type\":\"text\"},"
	"{\"name\":\"award\",\"type\":\"text\"},"
	"{\"name\":\"status\",\"type\":\"choice\",\"values\":[\"current\",\"due\",\"lapsed\"]},"
	"{\"name\":\"sort\",\"type\":\"choice\",\"values\":[\"partnership\",\"-partnership\","
	"\"awarded_on\",\"-awarded_on\",\"expires_on\",\"-expires_on\"]}]";

static const struct method methods[] = {
	{"decide", ACCESS_SUBMIT, NULL, submission_decide},
	{"assess", ACCESS_SUBMIT, NULL, submission_assess},
	{"decisions.get", ACCESS_SELF,
	 "[" TEXT("decision_id") "," MEMBER("sequence", "integer", "") "]", decisions_get},
	{"decisions.list", ACCESS_AUDIT, decisions_form, decisions_list},
	{"decisions.revoke", ACCESS_ADMIN,
	 "[" MEMBER("decision_id", "text", REQUIRED) "," MEMBER(
		 "by", "text", REQUIRED ",\"max\":200") "," MEMBER("reason", "text", REQUIRED) "]",
	 revocation_call},
	{"decisions.render", ACCESS_SELF,
	 "[" TEXT("decision_id") "," MEMBER("sequence", "integer", "") "," MEMBER(
		 "media_type", "text", REQUIRED) "," TEXT("plugin") "]",
	 decisions_render},
	{"decisions.erase", ACCESS_ADMIN,
	 "[" TEXT("decision_id") "," TEXT("partnership") "," MEMBER(
		 "by", "text", REQUIRED ",\"max\":200") "," MEMBER("reason", "text", REQUIRED) "]",
	 erasure_call},
	{"register.list", ACCESS_AUDIT, register_form, register_list},
	{"register.render", ACCESS_AUDIT,
	 "[" DATE("on") "," MEMBER("media_type", "text", REQUIRED) "," TEXT("plugin") "]",
	 register_render},
	{"register.import", ACCESS_ADMIN, NULL, import_call},
	{"practice.list", ACCESS_ANY_ROLE, "[" TEXT("statement") "]", practice_list},
	{"statistics.get", ACCESS_AUDIT, "[" DATE("since") "," DATE("until") "]", statistics_get},
	{"scheme.get", ACCESS_ANY_ROLE, NOTHING, scheme_get},
	{"rules.get", ACCESS_AUDIT, NOTHING, rules_get},
	{"rules.history", ACCESS_AUDIT, NOTHING, rules_history},
	{"rules.show", ACCESS_AUDIT, "[" TEXT("digest") "," TEXT("file") "]", rules_show},
	{"rules.reload", ACCESS_ADMIN, NOTHING, rules_reload},
	{"log.checkpoint", ACCESS_AUDIT, NOTHING, log_checkpoint},
	{"log.proof", ACCESS_SELF,
	 "[" TEXT("decision_id") "," MEMBER("sequence", "integer", "") "]", log_proof},
	{"log.consistency", ACCESS_AUDIT,
	 "[" MEMBER("from", "integer", REQUIRED ",\"min\":0") "," MEMBER("to", "integer",
									 ",\"min\":0") "]",
	 log_consistency},
	{"log.rotate", ACCESS_ADMIN, "[" MEMBER("reason", "text", REQUIRED ",\"max\":1000") "]",
	 log_rotate},
	{"server.status", ACCESS_AUDIT, NOTHING, status_get},
	{"server.metrics", ACCESS_AUDIT, NOTHING, status_metrics},
};

enum { METHODS = sizeof methods / sizeof *methods };
static_assert((int)METHODS <= (int)METHODS_MOST, "make room for the forms");

const struct method *method_find(const char *name)
{
	for (int i = 0; i < METHODS; i++) {
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	}
	return NULL;
}

bool method_writes(const struct method *m)
{
	return m->access == ACCESS_ADMIN || m->call == submission_decide;
}

void methods_close(struct service *s)
{
	for (int i = 0; i < METHODS; i++)
		form_free(&s->forms[i]);
}

int methods_open(struct service *s, struct err *e)
{
	int rv = 0;

	for (int i = 0; i < METHODS && rv == 0; i++) {
		if (methods[i].members == NULL)
			continue;
		json_t *members = json_read(text_of(methods[i].members), e);
		rv = members != NULL ? form_new(members, &s->forms[i], e) : -ENOMEM;
		json_decref(members);
	}
	if (rv != 0)
		methods_close(s);
	return rv;
}

const struct form *method_form(const struct service *s, const struct method *m)
{
	return s->forms[m - methods];
}

int params_check(const struct form *form, const json_t *params, json_t *errors)
{
	if (form == NULL)
		return 0;
	bool none = params == NULL || (json_is_array(params) && json_array_size(params) == 0);
	json_t *nothing = none ? json_object() : NULL;
	int rv = none && nothing == NULL ? -ENOMEM
					 : form_check(form, none ? nothing : params, errors);
	json_decref(nothing);
	return rv;
}
