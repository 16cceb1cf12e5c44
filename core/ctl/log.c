/* The verbs that ask the daemon about its log's key, checkpoint and proofs. */
#include <stdio.h>

#include "ctl/outline.h"
#include "ctl/verb.h"

/* A text that programs read: just as it is, so that it can go into a file. */
static void write_text(struct paper *p, const json_t *result, const char *member)
{
	const char *text = json_member_text(result, member);

	(void)buffer_append_text(&p->out, text != NULL ? text : ""); /* the buffer remembers */
}

static void write_key(struct session *s, struct paper *p, const json_t *result)
{
	(void)s; /* every write has the same form */
	write_text(p, result, "key");
	paper_newline(p);
}

int verb_log_key(struct session *s)
{
	return session_show(s, "log.checkpoint", json_null(), write_key);
}

static void write_checkpoint(struct session *s, struct paper *p, const json_t *result)
{
	(void)s;
	write_text(p, result, "checkpoint");
}

int verb_log_checkpoint(struct session *s)
{
	return session_show(s, "log.checkpoint", json_null(), write_checkpoint);
}

static void write_proof(struct session *s, struct paper *p, const json_t *result)
{
	(void)s;
	write_text(p, result, "proof");
}

int verb_log_proof(struct session *s)
{
	json_t *params;
	int status = session_entry(s, &params);

	return status != EXIT_DONE ? status : session_show(s, "log.proof", params, write_proof);
}

static void write_rotated(struct session *s, struct paper *p, const json_t *result)
{
	(void)s;
	paper_wrap(p, 0,
		   "Another key signs the log from now on. The old one has signed that it does; "
		   "give the new one to whoever verifies.");
	outline_write(p, result);
}

int verb_log_rotate(struct session *s)
{
	const char *reason = session_option(s, OPTION_REASON);

	if (reason == NULL)
		return session_say(s, EXIT_USAGE, "say why, with --reason");
	return session_show(s, "log.rotate", json_pack("{ss}", "reason", reason), write_rotated);
}
