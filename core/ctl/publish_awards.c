/* Each published award with its citation and its proof, asked of the daemon many at a time. Only
 * the proof is asked for, whose entry holds no personal value: no name is read at all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "ctl/publish.h"
#include "pages/pages.h"

enum { AT_A_TIME = 32, PATH_BYTES = 64 };
static const char method[] = "log.proof";

/* An award of the site, borrowed. */
struct asked {
	json_t *award;
};

/* One request for each award of a list. */
struct questions {
	struct session *s;
	struct place *place;
	const struct tlog_verifier *key;
	struct asked *awards;
	size_t count;
};

static json_int_t sequence_of(const json_t *award)
{
	return json_member_integer(award, "sequence", 0);
}

/* ---- proofs -------------------------------------------------------------------------------------- */

static void format_path(const json_t *award, char out[PATH_BYTES])
{
	(void)snprintf(out, PATH_BYTES, "proofs/%" JSON_INTEGER_FORMAT ".tlog-proof",
		       sequence_of(award)); /* fits */
}

/* A proof is true for ever, though the log has grown: it is written again only where it is not
 * by the key of today. */
static bool still_proves(const struct questions *q, const json_t *award, const char *path)
{
	const char *wanted = json_member_text(award, "leaf_hash");
	struct err e = {.status = 0};
	struct buffer there;
	json_t *proved = NULL;

	buffer_init(&there);
	bool proves = place_read(q->place, path, &there) &&
		      audit_proof((struct text){there.bytes, there.length}, q->key, &proved, &e) ==
			      0 &&
		      json_is_null(json_object_get(proved, "entry"));
	if (proves) {
		const char *leaf = json_member_text(proved, "leaf_hash");
		proves = wanted != NULL && leaf != NULL && strcmp(leaf, wanted) == 0 &&
			 json_member_integer(proved, "sequence", 0) == sequence_of(award);
	}
	json_decref(proved);
	buffer_deinit(&there);
	return proves;
}

/* The entry that the daemon's proof carries holds the whole submission: it stays here. */
static int write_proof(const struct questions *q, const json_t *award, struct text proof,
		       struct err *e)
{
	struct buffer bare;
	char path[PATH_BYTES];

	format_path(award, path);
	if (still_proves(q, award, path))
		return place_keep(q->place, path, e);
	buffer_init(&bare);
	int rv = audit_proof_bare(proof, &bare, e);
	if (rv == 0)
		rv = place_write(q->place, path, (struct text){bare.bytes, bare.length}, e);
	buffer_deinit(&bare);
	return rv;
}

/* The log's key was changed since the site was begun. */
static bool is_of_another_key(const struct questions *q, struct text text)
{
	struct proof_text proof = {.index = 0};
	struct buffer extra;

	buffer_init(&extra);
	bool other = proof_text_read(text, &proof, &extra, NULL) == 0 &&
		     checkpoint_check(proof.checkpoint, q->key) == NOTE_NOT_HIS;
	buffer_deinit(&extra);
	return other;
}

/* Why a proof that was answered is not used: what failed stands in `e`. */
static int refuse_proof(const struct questions *q, const json_t *award, struct text text,
			struct err *e)
{
	if (e->status == -ENOMEM)
		return e->status; /* which says nothing about the proof */
	if (is_of_another_key(q, text))
		return err_set(e, AW_EINVALID,
			       "another key signs the log than when this began: publish again");
	return err_wrap(e,
			"the proof of entry %" JSON_INTEGER_FORMAT
			" does not prove it; have the log verified",
			sequence_of(award));
}

/* What was decided is read out of what is proved: personal values are not in an entry. */
static int on_proof(const struct questions *q, json_t *award, const json_t *answer, struct err *e)
{
	const char *text = json_member_text(answer, "proof");
	json_t *proved = NULL;

	if (text == NULL)
		return err_set(e, AW_ESYNTAX, "log.proof: no proof was answered");
	int rv = audit_proof(text_of(text), q->key, &proved, e);
	if (rv == 0 &&
	    json_member_integer(json_member(proved, "entry"), "sequence", 0) != sequence_of(award))
		rv = err_set(e, AW_ECORRUPT, "it is of another entry");
	if (rv == 0 && site_complete(award, proved) != 0)
		rv = err_set(e, -ENOMEM, "no memory for an award");
	json_decref(proved);
	return rv == 0 ? write_proof(q, award, text_of(text), e)
		       : refuse_proof(q, award, text_of(text), e);
}

/* ---- asking ----------------------------------------------------------------------------------------- */

static int send_one(const struct questions *q, size_t i)
{
	char params[64];

	(void)snprintf(params, sizeof params, "{\"sequence\":%" JSON_INTEGER_FORMAT "}",
		       sequence_of(q->awards[i].award)); /* fits */
	return awardd_client_send(q->s->client, (int64_t)i, method, params);
}

/* Takes one answer of whichever request. */
static int receive_one(struct questions *q)
{
	struct awardd_answer answer;
	struct err e = {.status = 0};

	awardd_answer_init(&answer);
	int status = session_trouble(q->s, awardd_client_receive(q->s->client, &answer));
	if (status == EXIT_REFUSED) {
		session_refusal(q->s, method, &answer);
	} else if (status == EXIT_DONE) {
		json_t *document = json_read(text_of(answer.result), NULL);
		if (document == NULL || answer.id < 0 || (size_t)answer.id >= q->count)
			status = session_say(q->s, EXIT_UNEXPECTED, "%s: the answer cannot be read",
					     method);
		else if (on_proof(q, q->awards[answer.id].award, document, &e) != 0)
			status = session_say(q->s, EXIT_UNEXPECTED, "%s", e.text);
		json_decref(document);
	}
	awardd_answer_deinit(&answer);
	return status;
}

static int ask_all(struct questions *q)
{
	int status = EXIT_DONE;

	for (size_t sent = 0, heard = 0; status == EXIT_DONE && heard < q->count;) {
		if (sent < q->count && sent - heard < AT_A_TIME) {
			status = session_trouble(q->s, send_one(q, sent));
			sent++;
		} else {
			status = receive_one(q);
			heard++;
		}
	}
	return status;
}

/* ---- all of them ------------------------------------------------------------------------------------ */

/* Gives every award of the site. NULL: no memory. */
static struct asked *awards_of(const json_t *site, size_t *count)
{
	size_t i, k, most = 0;
	json_t *partnership, *award;

	json_array_foreach(json_member(site, "partnerships"), i, partnership)
		most += json_array_size(json_member(partnership, "awards"));
	struct asked *awards = calloc(most + 1, sizeof *awards);

	*count = 0;
	json_array_foreach(json_member(site, "partnerships"), i, partnership) {
		json_array_foreach(json_member(partnership, "awards"), k, award) {
			if (awards != NULL)
				awards[(*count)++].award = award;
		}
	}
	return awards;
}

int publish_awards(struct session *s, struct place *p, json_t *site)
{
	const char *vkey = json_member_text(json_member(site, "log"), "key");
	struct tlog_verifier key;
	struct err e = {.status = 0};
	struct questions q = {.s = s, .place = p, .key = &key};

	if (tlog_verifier_read(text_of(vkey != NULL ? vkey : ""), &key, &e) != 0)
		return session_say(s, EXIT_UNEXPECTED, "the log's key: %s", e.text);
	q.awards = awards_of(site, &q.count);
	if (q.awards == NULL)
		return session_say(s, EXIT_UNEXPECTED, "no memory for the awards");
	int status = ask_all(&q);
	free(q.awards);
	return status;
}
