/* A revocation: nobody must miss it. */
#include <stdio.h>

#include "ctl/revoked.h"

void revoked_write(struct paper *p, const json_t *revoked)
{
	const json_t *by_whom = json_member(revoked, "by");
	const char *by = json_is_string(by_whom) ? json_string_value(by_whom)
						 : json_member_text(by_whom, "user");
	const char *at = json_member_text(revoked, "at");
	const char *reason = json_member_text(revoked, "reason");

	if (!json_is_object(revoked))
		return;
	if (json_member(by_whom, "erased") != NULL)
		by = "somebody whose name is erased";
	paper_tone(p, TONE_BAD);
	paper_sign(p, SIGN_UNMET);
	paper_text(p, " ");
	paper_wrap_format(p, 2, "REVOKED%s%s%s%s%s%s", at != NULL ? " at " : "",
			  at != NULL ? at : "", by != NULL ? " by " : "", by != NULL ? by : "",
			  reason != NULL ? ": " : "", reason != NULL ? reason : "");
	paper_tone(p, TONE_PLAIN);
	paper_newline(p);
}

static int open_beside(const struct session *s, struct awardd_client **client)
{
	int result = awardd_client_new(client);

	if (result != AWARDD_OK)
		return result;
	awardd_client_set_timeout(*client, s->timeout_ms);
	return awardd_client_connect(*client, s->socket);
}

static int ask(const struct session *s, struct awardd_client **client, const char *decision_id,
	       json_t **revoked)
{
	char params[128];
	struct awardd_answer answer;
	int result = *client == NULL ? open_beside(s, client) : AWARDD_OK;

	awardd_answer_init(&answer);
	(void)snprintf(params, sizeof params, "{\"decision_id\":\"%s\"}", decision_id); /* fits */
	if (result == AWARDD_OK)
		result = awardd_client_call(*client, "decisions.get", params, &answer);
	if (result == AWARDD_OK) {
		json_t *entry = json_read(text_of(answer.result), NULL);

		*revoked = json_incref(json_object_get(entry, "revoked"));
		json_decref(entry);
		result = *revoked != NULL ? AWARDD_OK : AWARDD_MEMORY;
	}
	awardd_answer_deinit(&answer);
	return result;
}

json_t *revoked_ask(const struct session *s, struct awardd_client **client, const char *where,
		    const json_t *decision)
{
	const char *id = json_member_text(decision, "decision_id");
	json_t *revoked = NULL;
	int result = id != NULL ? ask(s, client, id, &revoked) : AWARDD_OK;

	if (result != AWARDD_OK)
		(void)session_say(s, 0, "%s: whether it was revoked since is not known: %s", where,
				  result == AWARDD_MEMORY ? "no memory"
							  : awardd_client_error(*client));
	return revoked;
}
