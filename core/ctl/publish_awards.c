/* Each published award with its citation and its proof, asked of the daemon many at a time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/publish.h"
#include "pages/pages.h"

enum { AT_A_TIME = 32, PATH_BYTES = 64 };

/* An award of the site, borrowed. */
struct asked {
	json_t *award;
};

/* One request for each award of a list, and what is done with its answer. */
struct questions {
	struct session *s;
	struct place *place;
	const struct tlog_verifier *key;
	struct asked *awards;
	size_t count;
	const char *method;
	int (*answered)(struct questions *q, json_t *award, const json_t *answer, struct err *e);
};

static json_int_t sequence_of(const json_t *award)
{
	return json_member_integer(award, "sequence", 0);
}

static int send_one(const struct questions *q, size_t i)
{
	char params[64];

	(void)snprintf(params, sizeof params, "{\"sequence\":%" JSON_INTEGER_FORMAT "}",
		       sequence_of(q->awards[i].award)); /* fits */
	return awardd_client_send(q->s->client, (int64_t)i, q->method, params);
}

/* Takes one answer of whichever request. */
static int receive_one(struct questions *q)
{
	struct awardd_answer answer;
	struct err e = {.status = 0};

	awardd_answer_init(&answer);
	int status = session_trouble(q->s, awardd_client_receive(q->s->client, &answer));
	if (status == EXIT_REFUSED) {
		session_refusal(q->s, q->method, &answer);
	} else if (status == EXIT_DONE) {
		json_t *document = json_read(text_of(answer.result), NULL);
		if (document == NULL || answer.id < 0 || (size_t)answer.id >= q->count)
			status = session_say(q->s, EXIT_UNEXPECTED, "%s: the answer cannot be read",
					     q->method);
		else if (q->answered(q, q->awards[answer.id].award, document, &e) != 0)
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

/* ---- what was decided -------------------------------------------------------------------------- */

static int on_entry(struct questions *q, json_t *award, const json_t *answer, struct err *e)
{
	(void)q;
	return site_complete(award, answer) == 0 ? 0
						 : err_set(e, -ENOMEM, "no memory for an award");
}

/* ---- proofs -------------------------------------------------------------------------------------- */

static void format_path(const json_t *award, char out[PATH_BYTES])
{
	(void)snprintf(out, PATH_BYTES, "proofs/%" JSON_INTEGER_FORMAT ".tlog-proof",
		       sequence_of(award)); /* fits */
}

/* A proof is true for ever, though the log has grown: it is written again only where it is not
 * by the key of today. */
static bool still_proves(const struct questions *q, const json_t *award, struct text text)
{
	struct proof_text proof;
	struct checkpoint c;
	struct digest leaf;
	struct buffer extra;
	const char *hex = json_member_text(award, "leaf_hash");

	buffer_init(&extra);
	bool proves = hex != NULL && hex_parse(text_of(hex), leaf.bytes, sizeof leaf.bytes) &&
		      proof_text_read(text, &proof, &extra, NULL) == 0 &&
		      proof.extra.bytes == NULL &&
		      proof.index == (uint64_t)sequence_of(award) - 1 &&
		      checkpoint_check(proof.checkpoint, q->key) == NOTE_GOOD &&
		      checkpoint_read(proof.checkpoint, &c, NULL) == 0 &&
		      tree_check_inclusion(&proof.proof, proof.index, c.size, &leaf, &c.root);
	buffer_deinit(&extra);
	return proves;
}

/* The entry that the daemon's proof carries holds the whole submission: it stays here. */
static int on_proof(struct questions *q, json_t *award, const json_t *answer, struct err *e)
{
	const char *text = json_member_text(answer, "proof");
	struct proof_text proof = {.index = 0};
	struct buffer extra, bare;
	char path[PATH_BYTES];

	buffer_init(&extra);
	buffer_init(&bare);
	format_path(award, path);
	int rv = text != NULL ? proof_text_read(text_of(text), &proof, &extra, e)
			      : err_set(e, AW_ESYNTAX, "log.proof: no proof was answered");
	if (rv == 0) {
		proof.extra = (struct text){NULL, 0};
		rv = proof_text_format(&proof, &bare);
	}
	struct text bytes = {bare.bytes, bare.length};
	if (rv == 0 && checkpoint_check(proof.checkpoint, q->key) != NOTE_GOOD)
		rv = err_set(e, AW_EINVALID,
			     "another key signs the log than when this began: publish again");
	if (rv == 0 && !still_proves(q, award, bytes))
		rv = err_set(e, AW_ECORRUPT,
			     "the proof of entry %" JSON_INTEGER_FORMAT
			     " does not prove it: have the log verified",
			     sequence_of(award));
	if (rv == 0)
		rv = place_write(q->place, path, bytes, e);
	buffer_deinit(&bare);
	buffer_deinit(&extra);
	return rv;
}

/* Leaves in `q` those whose proof is not there. */
static int keep_proofs(struct questions *q, struct err *e)
{
	size_t left = 0;
	struct buffer there;
	int rv = 0;

	buffer_init(&there);
	for (size_t i = 0; i < q->count && rv == 0; i++) {
		char path[PATH_BYTES];

		format_path(q->awards[i].award, path);
		buffer_clear(&there);
		if (place_read(q->place, path, &there) &&
		    still_proves(q, q->awards[i].award, (struct text){there.bytes, there.length}))
			rv = place_keep(q->place, path, e);
		else
			q->awards[left++] = q->awards[i];
	}
	q->count = left;
	buffer_deinit(&there);
	return rv;
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
	q.method = "decisions.get";
	q.answered = on_entry;
	int status = ask_all(&q);
	if (status == EXIT_DONE && keep_proofs(&q, &e) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "%s", e.text);
	q.method = "log.proof";
	q.answered = on_proof;
	if (status == EXIT_DONE)
		status = ask_all(&q);
	free(q.awards);
	return status;
}
