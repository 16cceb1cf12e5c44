/* open-badge: the award of a decision as an Open Badges 3.0 credential, and the list
 * of those that were revoked since. What it answers, and how it is told. */
#include <errno.h>
#include <awardd/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "badge.h"

struct badge {
	json_t *settings; /* owns the texts of `issuer` */
	struct issuer issuer;
	char did[MULTIKEY + 16]; /* did:key:…, where no issuer is set */
	struct signer signer;
	struct revoked revoked;
};

/* ---- answers -------------------------------------------------------------------- */

/* Signs the document and answers with it; takes it. */
static int answer_signed(const struct awardd_host *host, const struct badge *b,
			 struct awardd_call *call, json_t *document, const char *created)
{
	struct why why = {""};
	int rv = signer_sign(&b->signer, document, created, &why);
	char *text = rv == 0 ? json_dumps(document, JSON_COMPACT) : NULL;

	json_decref(document);
	if (rv != 0)
		return host->refuse(call, AWARDD_FAILED, why.text);
	if (text == NULL)
		return host->refuse(call, AWARDD_FAILED, "no memory");
	rv = host->answer(call, (struct awardd_text){text, strlen(text)});
	free(text);
	return rv;
}

/* What must not be issued anew. */
static int refuse_to_issue(const struct awardd_host *host, struct awardd_call *call)
{
	struct awardd_text id = host->get(call, "/entry/id");
	struct awardd_text by = host->get(call, "/revoked/id");
	const char *kind = host->get(call, "/entry/kind").bytes;
	char message[256];
	int code = AWARDD_CONFLICT;

	if (kind == NULL || strcmp(kind, "decision") != 0) {
		(void)snprintf(message, sizeof message,
			       "%s was decided elsewhere and only imported: a credential is issued "
			       "for what was decided here",
			       id.bytes);
	} else if (host->get(call, "/entry/body/decision/outcome/award").bytes == NULL) {
		(void)snprintf(message, sizeof message,
			       "%s gave no award, so there is no credential to issue", id.bytes);
		code = AWARDD_ABSENT;
	} else if (by.bytes != NULL) {
		(void)snprintf(message, sizeof message,
			       "%s was revoked by %s, so no credential is issued for it any more",
			       id.bytes, by.bytes);
	} else {
		return 0;
	}
	return host->refuse(call, code, message);
}

static int issue(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	const struct badge *b = state;
	struct why why = {""};
	json_t *credential = NULL;
	char created[32];

	if (refuse_to_issue(host, call) != 0)
		return -1;
	struct awardd_text text = host->get(call, "");
	json_t *given = text.bytes != NULL ? json_loadb(text.bytes, text.length, 0, NULL) : NULL;
	int rv = given != NULL ? credential_write(&b->issuer, given, &credential, created, &why)
			       : why_set(&why, "no memory");
	json_decref(given);
	if (rv != 0)
		return host->refuse(call, AWARDD_FAILED, why.text);
	return answer_signed(host, b, call, credential, created);
}

static int list(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	const struct badge *b = state;
	const char *number = host->get(call, "/params/list").bytes;
	struct why why = {""};
	json_t *document = NULL;

	if (b->revoked.log[0] == '\0')
		return host->refuse(call, AWARDD_LATER,
				    "the log was not brought here yet: ask again shortly");
	if (status_list_write(&b->issuer, &b->revoked,
			      number != NULL ? strtoll(number, NULL, 10) : 0, &document, &why) != 0)
		return host->refuse(call, AWARDD_FAILED, why.text);
	char created[32];
	(void)snprintf(created, sizeof created, "%s",
		       json_string_value(json_object_get(document, "validFrom")));
	return answer_signed(host, b, call, document, created);
}

/* ---- told ------------------------------------------------------------------------- */

static int64_t number_at(const struct awardd_host *host, struct awardd_call *call,
			 const char *pointer)
{
	const char *text = host->get(call, pointer).bytes;

	return text != NULL ? strtoll(text, NULL, 10) : 0;
}

/* An entry that comes a second time changes nothing. */
static int hear(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct badge *b = state;
	const char *id = host->get(call, "/entry/id").bytes;
	const char *at = host->get(call, "/entry/at").bytes;
	int64_t revokes = number_at(host, call, "/entry/body/revokes/sequence");
	struct why why = {""};
	int rv = 0;

	if (number_at(host, call, "/sequence") == 1)
		rv = revoked_begin(&b->revoked, id, at, &why);
	else if (b->revoked.log[0] == '\0')
		rv = why_set(&why,
			     "what was revoked before entry %s is not known: put back the file "
			     "of revocations, or remove LOG.open-badge.position",
			     id);
	else if (revokes > 0)
		rv = revoked_add(&b->revoked, revokes, at, &why);
	if (rv == 0)
		return 0;
	host->log(host->ctx, AWARDD_ERROR, why.text); /* nobody else is told why a sink refuses */
	return host->refuse(call, AWARDD_LATER, why.text);
}

/* ---- started ---------------------------------------------------------------------- */

static const char *setting(const struct badge *b, const char *name)
{
	return json_string_value(json_object_get(b->settings, name));
}

static int check_issuer(const struct badge *b, struct why *w)
{
	const struct issuer *i = &b->issuer;
	size_t base = strlen(i->base), id = strlen(i->id);

	if (strncmp(i->base, "https://", 8) != 0 || !quads_is_iri(i->base) ||
	    strpbrk(i->base, "?#") != NULL || i->base[base - 1] == '/')
		return why_set(w,
			       "base-url must be an https address without ?, # and a / at its "
			       "end, not %s",
			       i->base);
	if (strncmp(i->id, "did:", 4) != 0 || !quads_is_iri(i->id) || strpbrk(i->id, "?#/") != NULL)
		return why_set(w, "issuer-id must be a DID, such as did:web:awards.example, not %s",
			       i->id);
	if (strncmp(b->signer.method, i->id, id) != 0 || b->signer.method[id] != '#' ||
	    !quads_is_iri(b->signer.method))
		return why_set(w, "key-id must be issuer-id, a # and a name, not %s",
			       b->signer.method);
	return 0;
}

static int open_all(struct badge *b, struct why *w)
{
	const char *id = setting(b, "issuer-id"), *key = setting(b, "key-id");

	if (signer_open(setting(b, "key-file"), &b->signer, w) != 0)
		return -1;
	(void)snprintf(b->did, sizeof b->did, "did:key:%s", b->signer.multikey);
	b->issuer = (struct issuer){id != NULL ? id : b->did, setting(b, "issuer-name"),
				    setting(b, "base-url")};
	if (key != NULL)
		(void)snprintf(b->signer.method, sizeof b->signer.method, "%s", key);
	else
		(void)snprintf(b->signer.method, sizeof b->signer.method, "%s#%s", b->issuer.id,
			       b->signer.multikey);
	if (check_issuer(b, w) != 0)
		return -1;
	return revoked_open(&b->revoked, setting(b, "revocations-file"), w);
}

static void stop(void *state)
{
	struct badge *b = state;

	signer_deinit(&b->signer);
	revoked_deinit(&b->revoked);
	json_decref(b->settings);
	free(b);
}

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	struct badge *b = calloc(1, sizeof *b);
	struct why why = {"no memory"};
	char line[768];

	errno = 0;
	if (b != NULL) {
		revoked_init(&b->revoked);
		b->settings = json_loadb(settings.bytes, settings.length, 0, NULL);
	}
	/* Jansson may leave out a byte that it finds no memory for. */
	if (b == NULL || b->settings == NULL || errno == ENOMEM || open_all(b, &why) != 0) {
		host->log(host->ctx, AWARDD_ERROR, why.text);
		if (b != NULL)
			stop(b);
		return -1;
	}
	(void)snprintf(line, sizeof line, "signs as %s with the key %s", b->signer.method,
		       b->signer.multikey);
	host->log(host->ctx, AWARDD_NOTICE, line);
	*state = b;
	return 0;
}

/* ---- the table --------------------------------------------------------------------- */

static const struct awardd_offer credential = {.size = sizeof credential,
					       .kind = AWARDD_DECISION_RENDERER,
					       .name = "application/vc+ld+json",
					       .run = issue};
static const struct awardd_offer status_list = {
	.size = sizeof status_list,
	.kind = AWARDD_METHOD,
	.name = "status-list",
	.role = "audit",
	.form = "[{\"name\": \"list\", \"type\": \"integer\", \"min\": 0, \"max\": 1000000}]",
	.run = list,
};
static const struct awardd_offer sink = {.size = sizeof sink, .kind = AWARDD_SINK, .run = hear};
static const struct awardd_offer *const offers[] = {&credential, &status_list, &sink, NULL};

static const char settings_form[] =
	"[{\"name\": \"issuer-id\", \"type\": \"text\", \"max\": 200,"
	"  \"says\": \"who issues, a DID; else did:key: of the key\"},"
	" {\"name\": \"issuer-name\", \"type\": \"text\", \"max\": 200, \"required\": true,"
	"  \"says\": \"what the issuer is called\"},"
	" {\"name\": \"base-url\", \"type\": \"text\", \"max\": 256, \"required\": true,"
	"  \"says\": \"where the ids of credentials, awards and lists begin\"},"
	" {\"name\": \"key-file\", \"type\": \"text\", \"max\": 1000, \"required\": true,"
	"  \"says\": \"the key that signs credentials, made where there is none\"},"
	" {\"name\": \"key-id\", \"type\": \"text\", \"max\": 400,"
	"  \"says\": \"the key in the issuer's DID document; else issuer-id#KEY\"},"
	" {\"name\": \"revocations-file\", \"type\": \"text\", \"max\": 1000, \"required\": true,"
	"  \"says\": \"where it keeps what was revoked\"}]";

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "open-badge",
		.version = "1.0",
		.says = "Issues awards as Open Badges 3.0 credentials.",
		.settings = settings_form,
		.offers = offers,
		.start = start,
		.stop = stop,
	};

	return &me;
}
