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
	{"decide", ACCESS_SUBMIT, NULL, NULL, submission_decide,
	 "decides a submission; answers when the decision is durable"},
	{"assess", ACCESS_SUBMIT, NULL, NULL, submission_assess,
	 "what `decide` would answer now; nothing is logged"},
	{"decisions.get", ACCESS_SELF,
	 "[" TEXT("decision_id") "," MEMBER("sequence", "integer", "") "]", params_name_entry,
	 decisions_get, "one entry: the submission as sent, the decision as answered, who sent it"},
	{"decisions.list", ACCESS_AUDIT, decisions_form, params_page, decisions_list,
	 "summaries, the newest first unless `sort` says otherwise"},
	{"decisions.revoke", ACCESS_ADMIN,
	 "[" MEMBER("decision_id", "text", REQUIRED) "," MEMBER(
		 "by", "text", REQUIRED ",\"max\":200") "," MEMBER("reason", "text", REQUIRED) "]",
	 NULL, revocation_call, "a decision, or an imported award, no longer counts"},
	{"decisions.render", ACCESS_SELF,
	 "[" TEXT("decision_id") "," MEMBER("sequence", "integer", "") "," MEMBER(
		 "media_type", "text", REQUIRED) "," TEXT("plugin") "]",
	 params_ask_decision_drawn, decisions_render, "an entry as a plugin draws it"},
	{"decisions.erase", ACCESS_ADMIN,
	 "[" TEXT("decision_id") "," TEXT("partnership") "," MEMBER(
		 "by", "text", REQUIRED ",\"max\":200") "," MEMBER("reason", "text", REQUIRED) "]",
	 params_name_erased, erasure_call,
	 "removes the personal values of an entry, or of all of a partnership"},
	{"register.list", ACCESS_AUDIT, register_form, NULL, register_list,
	 "the latest award of each partnership"},
	{"register.render", ACCESS_AUDIT,
	 "[" DATE("on") "," MEMBER("media_type", "text", REQUIRED) "," TEXT("plugin") "]",
	 params_ask_register_drawn, register_render, "the register as a plugin draws it"},
	{"register.import", ACCESS_ADMIN, NULL, NULL, import_call,
	 "awards made elsewhere: all or none; those known already are not doubled"},
	{"practice.list", ACCESS_ANY_ROLE, "[" TEXT("statement") "]", params_name_statement,
	 practice_list, "case studies that partnerships share"},
	{"statistics.get", ACCESS_AUDIT, "[" DATE("since") "," DATE("until") "]", NULL,
	 statistics_get,
	 "how partnerships score, statement by statement; awards by level and year"},
	{"scheme.get", ACCESS_ANY_ROLE, NOTHING, NULL, scheme_get,
	 "the scheme, and the form of a submission"},
	{"rules.get", ACCESS_AUDIT, NOTHING, NULL, rules_get,
	 "the rules in force; the last edit that was refused, and whether that is over"},
	{"rules.history", ACCESS_AUDIT, NOTHING, NULL, rules_history,
	 "every change of the rules, and every refusal"},
	{"rules.show", ACCESS_AUDIT, "[" TEXT("digest") "," TEXT("file") "]", params_name_rules,
	 rules_show, "the texts of a rule set that was in force"},
	{"rules.reload", ACCESS_ADMIN, NOTHING, NULL, rules_reload,
	 "reads the folder of rules again"},
	{"log.checkpoint", ACCESS_AUDIT, NOTHING, NULL, log_checkpoint,
	 "the newest signed checkpoint, and the key"},
	{"log.proof", ACCESS_SELF,
	 "[" TEXT("decision_id") "," MEMBER("sequence", "integer", "") "]", params_name_entry,
	 log_proof, "a proof that an entry is in the log, with the entry"},
	{"log.consistency", ACCESS_AUDIT,
	 "[" MEMBER("from", "integer", REQUIRED ",\"min\":0") "," MEMBER("to", "integer",
									 ",\"min\":0") "]",
	 params_ask_consistency, log_consistency,
	 "the proof that a shorter log is the beginning of a longer one"},
	{"log.rotate", ACCESS_ADMIN, "[" MEMBER("reason", "text", REQUIRED ",\"max\":1000") "]",
	 NULL, log_rotate, "another key signs from now on; the old one signs that it does"},
	{"server.status", ACCESS_AUDIT, NOTHING, NULL, status_get,
	 "how the daemon is: counts, latencies, log, evaluators, rules, plugins"},
	{"server.metrics", ACCESS_AUDIT, NOTHING, NULL, status_metrics,
	 "figures as text for Prometheus"},
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
	bool none = params == NULL || (json_is_array(params) && json_array_size(params) == 0);
	json_t *nothing = none ? json_object() : NULL;
	int rv = none && nothing == NULL ? -ENOMEM
					 : form_check(form, none ? nothing : params, errors);
	json_decref(nothing);
	return rv;
}

int params_fault(json_t *errors, const char *pointer, const char *message)
{
	size_t i;
	json_t *each;

	json_array_foreach(errors, i, each) {
		if (strcmp(json_member_text(each, "pointer"), pointer) == 0)
			return 0;
	}
	return json_array_append_new(errors, form_error(pointer, message)) == 0 ? 0 : -ENOMEM;
}

static const char *needs(unsigned access)
{
	return access == ACCESS_SUBMIT  ? "submit"
	       : access == ACCESS_AUDIT ? "audit"
	       : access == ACCESS_ADMIN ? "admin"
	       : access == ACCESS_SELF  ? "audit, or whoever submitted it"
					: "any role";
}

json_t *service_describe(void)
{
	json_t *list = json_array();

	for (int i = 0; list != NULL && i < METHODS; i++) {
		const struct method *m = &methods[i];
		json_t *params = m->members != NULL ? json_read(text_of(m->members), NULL) : NULL;

		(void)json_array_append_new(list, json_pack("{ss ss ss so?}", "name", m->name,
							    "needs", needs(m->access), "says",
							    m->says, "params", params));
	}
	return list;
}
