/* What is signed: the award of a decision as an Open Badges 3.0 credential, and the
 * lists of what was revoked. Only terms of the two contexts that are named, and an id
 * for every node: see quads.c. */
#include "badge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define CONTEXT_VC "https://www.w3.org/ns/credentials/v2"
#define CONTEXT_OB "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

enum { IRI = 768 };

struct iri {
	char text[IRI];
};

/* An id of this issuer: its base and a path. */
__attribute__((format(printf, 2, 3))) static struct iri at(const struct issuer *i,
							   const char *format, ...)
{
	struct iri iri;
	va_list arguments;
	size_t length = (size_t)snprintf(iri.text, sizeof iri.text, "%s/", i->base);

	va_start(arguments, format);
	/* What does not fit is no IRI, and so is refused when it is signed. */
	if (length >= sizeof iri.text ||
	    (size_t)vsnprintf(iri.text + length, sizeof iri.text - length, format, arguments) >=
		    sizeof iri.text - length)
		iri.text[0] = '\0';
	va_end(arguments);
	return iri;
}

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

/* Entries say milliseconds; what is signed says seconds. */
static void to_seconds(const char *instant, char out[32])
{
	(void)snprintf(out, 32, "%.19sZ", instant);
}

/* ---- what was achieved --------------------------------------------------------- */

/* The award and its commendations, as the decision has them. */
struct held {
	const json_t *decision, *outcome;
	char ids[IRI];    /* "quality-lead/child-first" */
	char title[1024]; /* "Quality Lead with Child First Commendation" */
};

static const json_t *find_award(const json_t *decision, const char *id)
{
	size_t i;
	const json_t *award;

	json_array_foreach(json_object_get(decision, "awards"), i, award) {
		if (strcmp(text_of(award, "id"), id) == 0)
			return award;
	}
	return NULL;
}

/* -1 where it does not fit. */
static int add_held(struct held *h, const char *id, const char *between)
{
	size_t ids = strlen(h->ids), title = strlen(h->title);
	const char *says = text_of(find_award(h->decision, id), "title");

	if (ids + strlen(id) + 2 > sizeof h->ids ||
	    title + strlen(between) + strlen(says) + 1 > sizeof h->title)
		return -1;
	(void)sprintf(h->ids + ids, "%s%s", ids > 0 ? "/" : "", id);
	(void)sprintf(h->title + title, "%s%s", between, says);
	return 0;
}

static int hold(struct held *h, struct why *w)
{
	size_t i;
	const json_t *one;
	int rv = add_held(h, text_of(h->outcome, "award"), "");

	json_array_foreach(json_object_get(h->outcome, "commendations"), i, one) {
		if (rv == 0)
			rv = add_held(h, json_string_value(one), i == 0 ? " with " : " and ");
	}
	return rv == 0 ? 0 : why_set(w, "the award and its commendations are too long to name");
}

static bool is_held(const struct held *h, const char *id)
{
	size_t i;
	const json_t *commendation;

	if (strcmp(text_of(h->outcome, "award"), id) == 0)
		return true;
	json_array_foreach(json_object_get(h->outcome, "commendations"), i, commendation) {
		if (strcmp(json_string_value(commendation), id) == 0)
			return true;
	}
	return false;
}

/* Gives what had to be met, as a list in Markdown. */
static char *list_criteria(const struct held *h)
{
	char *text = NULL;
	size_t length = 0, i, j;
	const json_t *award, *criterion;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return NULL;
	json_array_foreach(json_object_get(h->decision, "awards"), i, award) {
		if (!is_held(h, text_of(award, "id")))
			continue;
		json_array_foreach(json_object_get(award, "criteria"), j, criterion)
			(void)fprintf(out, "- %s: %s\n", text_of(criterion, "id"),
				      text_of(criterion, "says"));
	}
	bool failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}

static json_t *subject(const struct issuer *i, const struct held *h)
{
	const json_t *partnership = json_object_get(h->decision, "partnership");
	char *criteria = list_criteria(h);
	json_t *achievement = json_pack(
		"{ss s[s] ss ss ss s{ss ss}}", "id", at(i, "awards/%s", h->ids).text, "type",
		"Achievement", "achievementType", "Award", "name", h->title, "description",
		"An award to an area partnership for its work with young "
		"people who have special educational needs and are known to youth justice",
		"criteria", "id", at(i, "criteria/%s", h->ids).text, "narrative",
		criteria != NULL ? criteria : "");

	free(criteria);
	return json_pack("{ss s[s] ss so}", "id",
			 at(i, "partnerships/%s", text_of(partnership, "id")).text, "type",
			 "AchievementSubject", "name", text_of(partnership, "name"), "achievement",
			 achievement);
}

/* ---- what it rests on ---------------------------------------------------------- */

struct proof {
	char leaf[2 * crypto_hash_sha256_BYTES + 1];
	char *text; /* without the entry itself, which is not for everybody */
};

static int hash_leaf(const char *coded, size_t length, char out[65])
{
	unsigned char *entry = malloc(length + 1), hash[crypto_hash_sha256_BYTES];
	size_t used = 0;
	int rv = -1;

	if (entry != NULL && sodium_base642bin(entry + 1, length, coded, length, NULL, &used, NULL,
					       sodium_base64_VARIANT_ORIGINAL) == 0) {
		entry[0] = 0; /* RFC 6962: this is what tells a leaf from a node */
		(void)crypto_hash_sha256(hash, entry, used + 1);
		(void)sodium_bin2hex(out, 65, hash, sizeof hash);
		rv = 0;
	}
	free(entry);
	return rv;
}

/* The entry is in the proof's second line, "extra …". */
static int read_proof(const char *text, struct proof *p, struct why *w)
{
	static const char mark[] = "\nextra ";
	const char *extra = strstr(text, mark);
	const char *coded = extra != NULL ? extra + strlen(mark) : NULL;
	size_t length = coded != NULL ? strcspn(coded, "\n") : 0;

	if (length == 0 || hash_leaf(coded, length, p->leaf) != 0)
		return why_set(w, "the proof of the log does not hold the entry");
	p->text = malloc(strlen(text) + 1);
	if (p->text == NULL)
		return why_set(w, "no memory");
	(void)sprintf(p->text, "%.*s%s", (int)(extra - text), text, coded + length);
	return 0;
}

static json_t *evidence(const struct issuer *i, const json_t *call, const struct held *h,
			const struct proof *p)
{
	const json_t *entry = json_object_get(call, "entry");
	const char *id = text_of(entry, "id");
	const char *log = text_of(json_object_get(call, "log"), "identity");
	char title[256], rests[1024], proves[1024];

	(void)snprintf(title, sizeof title, "Decision %s", id);
	(void)snprintf(rests, sizeof rests,
		       "Decided on %s by the rule set %s: entry %" JSON_INTEGER_FORMAT
		       " of the log awardd/%s, whose leaf hash is %s",
		       text_of(entry, "at"),
		       text_of(json_object_get(h->decision, "rules"), "digest"),
		       json_integer_value(json_object_get(entry, "sequence")), log, p->leaf);
	(void)snprintf(proves, sizeof proves,
		       "The c2sp.org/tlog-proof@v1 of that leaf hash, without the entry itself, to "
		       "be checked with the log's key %s",
		       text_of(json_object_get(call, "log"), "key"));
	return json_pack("[{ss s[s] ss ss ss}, {ss s[s] ss ss ss}]", "id",
			 at(i, "decisions/%s", id).text, "type", "Evidence", "name", title,
			 "description", rests, "narrative", text_of(h->outcome, "citation"), "id",
			 at(i, "decisions/%s/proof", id).text, "type", "Evidence", "name",
			 "Proof that the decision is in the log", "description", proves,
			 "narrative", p->text);
}

/* ---- the credential ------------------------------------------------------------ */

static json_t *status_entry(const struct issuer *i, const json_t *entry)
{
	json_int_t sequence = json_integer_value(json_object_get(entry, "sequence"));
	struct iri list = at(i, "status/%" JSON_INTEGER_FORMAT, sequence / LIST_BITS);
	struct iri own = at(i, "credentials/%s#status", text_of(entry, "id"));
	char index[32];

	(void)snprintf(index, sizeof index, "%" JSON_INTEGER_FORMAT, sequence % LIST_BITS);
	return json_pack("{ss ss ss ss ss}", "id", own.text, "type", "BitstringStatusListEntry",
			 "statusPurpose", "revocation", "statusListIndex", index,
			 "statusListCredential", list.text);
}

static json_t *document(const struct issuer *i, const json_t *call, const struct held *h,
			const struct proof *p)
{
	const json_t *entry = json_object_get(call, "entry");
	char from[32], until[32];

	(void)snprintf(from, sizeof from, "%.10sT00:00:00Z", text_of(h->outcome, "awarded_on"));
	(void)snprintf(until, sizeof until, "%.10sT00:00:00Z", text_of(h->outcome, "expires_on"));
	return json_pack("{s[ss] ss s[ss] ss s{ss s[s] ss ss} ss ss so so so}", "@context",
			 CONTEXT_VC, CONTEXT_OB, "id",
			 at(i, "credentials/%s", text_of(entry, "id")).text, "type",
			 "VerifiableCredential", "OpenBadgeCredential", "name",
			 text_of(h->outcome, "citation"), "issuer", "id", i->id, "type", "Profile",
			 "name", i->name, "url", i->base, "validFrom", from, "validUntil", until,
			 "credentialSubject", subject(i, h), "credentialStatus",
			 status_entry(i, entry), "evidence", evidence(i, call, h, p));
}

/* The instant of the decision; on later days the beginning of the day, which is the
 * nearest that a renderer is told: never later than now, nor before the entry. */
static void when_signed(const json_t *call, char created[32])
{
	const char *entered = text_of(json_object_get(call, "entry"), "at");
	const char *today = text_of(call, "today");

	if (strncmp(entered, today, 10) < 0)
		(void)snprintf(created, 32, "%.10sT00:00:00Z", today);
	else
		to_seconds(entered, created);
}

int credential_write(const struct issuer *i, const json_t *call, json_t **out, char created[32],
		     struct why *w)
{
	const json_t *entry = json_object_get(call, "entry");
	struct held h = {.decision = json_object_get(json_object_get(entry, "body"), "decision")};
	struct proof p = {.text = NULL};

	h.outcome = json_object_get(h.decision, "outcome");
	if (hold(&h, w) != 0 || read_proof(text_of(call, "proof"), &p, w) != 0)
		return -1;
	*out = document(i, call, &h, &p);
	when_signed(call, created);
	free(p.text);
	return *out != NULL ? 0 : why_set(w, "no memory");
}

/* ---- status lists --------------------------------------------------------------- */

/* The first entry is the highest bit of the first byte. */
static void set_bits(const struct revoked *r, int64_t number, unsigned char bits[LIST_BITS / 8])
{
	for (size_t i = 0; i < r->count; i++) {
		int64_t index = r->sequences[i] % LIST_BITS;
		if (r->sequences[i] / LIST_BITS == number)
			bits[index / 8] |= (unsigned char)(0x80 >> (index % 8));
	}
}

int status_list_write(const struct issuer *i, const struct revoked *r, int64_t number, json_t **out,
		      struct why *w)
{
	unsigned char *bits = calloc(1, LIST_BITS / 8);
	char *coded = NULL, from[32];
	struct iri id = at(i, "status/%" PRId64, number);
	struct iri list = at(i, "status/%" PRId64 "#list", number);

	if (bits != NULL) {
		set_bits(r, number, bits);
		coded = gzip_write(bits, LIST_BITS / 8);
	}
	to_seconds(r->newest, from);
	*out = coded == NULL ? NULL
			     : json_pack("{s[s] ss s[ss] ss ss s{ss ss ss ss}}", "@context",
					 CONTEXT_VC, "id", id.text, "type", "VerifiableCredential",
					 "BitstringStatusListCredential", "issuer", i->id,
					 "validFrom", from, "credentialSubject", "id", list.text,
					 "type", "BitstringStatusList", "statusPurpose",
					 "revocation", "encodedList", coded);
	free(coded);
	free(bits);
	return *out != NULL ? 0 : why_set(w, "no memory");
}
