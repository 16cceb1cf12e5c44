/* Canonical N-Quads of the documents that this plugin makes. Since every node has
 * an IRI there are no blank nodes to name: it is one line for each value, escaped as
 * RDFC-1.0 says, and sorted. What each term stands for is copied from the two
 * contexts that the documents name; the tests compare with what JSON-LD libraries
 * make of the same documents. */
#include "badge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VC "https://www.w3.org/2018/credentials#"
#define STATUS "https://www.w3.org/ns/credentials/status#"
#define SECURITY "https://w3id.org/security#"
#define OB "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
#define SCHEMA "https://schema.org/"
#define XSD "http://www.w3.org/2001/XMLSchema#"
#define RDF_TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

enum kind {
	TEXT,  /* a literal */
	LINES, /* a literal that may hold line ends */
	NODE,  /* a node, or the IRI of one */
	NAMED  /* one of `named` */
};

static const struct term {
	const char *name, *iri;
	enum kind kind;
	const char *datatype; /* of a literal; NULL: a plain text */
} terms[] = {
	{"type", RDF_TYPE, NAMED, NULL},
	{"name", SCHEMA "name", TEXT, NULL},
	{"description", SCHEMA "description", TEXT, NULL},
	/* The context of Open Badges says https here, where the others say http. */
	{"url", SCHEMA "url", TEXT, "https://www.w3.org/2001/XMLSchema#anyURI"},
	{"narrative", OB "narrative", LINES, NULL},
	{"achievement", OB "achievement", NODE, NULL},
	{"achievementType", OB "achievementType", TEXT, NULL},
	{"criteria", OB "Criteria", NODE, NULL},
	{"issuer", VC "issuer", NODE, NULL},
	{"validFrom", VC "validFrom", TEXT, XSD "dateTime"},
	{"validUntil", VC "validUntil", TEXT, XSD "dateTime"},
	{"credentialSubject", VC "credentialSubject", NODE, NULL},
	{"credentialStatus", VC "credentialStatus", NODE, NULL},
	{"evidence", VC "evidence", NODE, NULL},
	{"statusPurpose", STATUS "statusPurpose", TEXT, NULL},
	{"statusListIndex", STATUS "statusListIndex", TEXT, NULL},
	{"statusListCredential", STATUS "statusListCredential", NODE, NULL},
	{"encodedList", STATUS "encodedList", TEXT, SECURITY "multibase"},
	{"created", "http://purl.org/dc/terms/created", TEXT, XSD "dateTime"},
	{"cryptosuite", SECURITY "cryptosuite", TEXT, SECURITY "cryptosuiteString"},
	{"proofPurpose", SECURITY "proofPurpose", NAMED, NULL},
	{"verificationMethod", SECURITY "verificationMethod", NODE, NULL},
};

static const struct {
	const char *name, *iri;
} named[] = {
	{"VerifiableCredential", VC "VerifiableCredential"},
	{"OpenBadgeCredential", OB "OpenBadgeCredential"},
	{"Profile", OB "Profile"},
	{"AchievementSubject", OB "AchievementSubject"},
	{"Achievement", OB "Achievement"},
	{"Evidence", OB "Evidence"},
	{"BitstringStatusListEntry", STATUS "BitstringStatusListEntry"},
	{"BitstringStatusListCredential", STATUS "BitstringStatusListCredential"},
	{"BitstringStatusList", STATUS "BitstringStatusList"},
	{"DataIntegrityProof", SECURITY "DataIntegrityProof"},
	{"assertionMethod", SECURITY "assertionMethod"},
};

/* ---- what may stand in a line ------------------------------------------------- */

bool quads_is_iri(const char *text)
{
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	if (scheme == 0 || text[scheme] != ':' || text[scheme + 1] == '\0')
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || strchr("<>\"{}|\\^`", *c) != NULL)
			return false;
	}
	return true;
}

static const struct term *find_term(const char *name)
{
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		if (strcmp(terms[i].name, name) == 0)
			return &terms[i];
	}
	return NULL;
}

static const char *find_named(const char *name)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		if (strcmp(named[i].name, name) == 0)
			return named[i].iri;
	}
	return NULL;
}

/* U+0000 to U+001F and U+007F to U+009F; canonical forms differ in how they escape
 * some of the former. `text` is UTF-8. */
static bool has_control(const json_t *text, bool lines)
{
	const unsigned char *c = (const unsigned char *)json_string_value(text);

	for (size_t i = 0, length = json_string_length(text); i < length; i++) {
		if ((c[i] < 0x20 && !(lines && c[i] == '\n')) || c[i] == 0x7f)
			return true;
		if (c[i] == 0xc2 && c[i + 1] < 0xa0)
			return true;
	}
	return false;
}

/* ---- lines -------------------------------------------------------------------- */

static void put_subject(FILE *out, const char *subject, const char *predicate)
{
	/* The stream is in memory; whether it failed is asked once, at its end. */
	if (strncmp(subject, "_:", 2) == 0)
		(void)fprintf(out, "%s <%s> ", subject, predicate);
	else
		(void)fprintf(out, "<%s> <%s> ", subject, predicate);
}

static int put_literal(FILE *out, const struct term *t, const json_t *value, struct why *w)
{
	if (has_control(value, t->kind == LINES))
		return why_set(w, "\"%s\" holds a control character, and such a text is not signed",
			       t->name);
	(void)fputc('"', out);
	for (const char *c = json_string_value(value); *c != '\0'; c++) {
		if (*c == '\n')
			(void)fputs("\\n", out);
		else if (*c == '"' || *c == '\\')
			(void)fprintf(out, "\\%c", *c);
		else
			(void)fputc(*c, out);
	}
	(void)fputc('"', out);
	if (t->datatype != NULL)
		(void)fprintf(out, "^^<%s>", t->datatype);
	(void)fputs(" .\n", out);
	return 0;
}

static int put_node(FILE *out, const json_t *object, const char *subject, struct why *w);

static int put_value(FILE *out, const char *subject, const struct term *t, const json_t *value,
		     struct why *w)
{
	const json_t *id = json_is_object(value) ? json_object_get(value, "id") : value;
	const char *text = json_string_value(id);

	if (text == NULL)
		return why_set(w, "\"%s\" is no text and has no id", t->name);
	if (t->kind == NAMED)
		text = find_named(text);
	if (t->kind >= NODE && (text == NULL || !quads_is_iri(text)))
		return why_set(w, "\"%s\": %s is no absolute IRI", t->name, json_string_value(id));
	put_subject(out, subject, t->iri);
	if (t->kind < NODE)
		return put_literal(out, t, value, w);
	(void)fprintf(out, "<%s> .\n", text);
	return json_is_object(value) ? put_node(out, value, text, w) : 0;
}

static int put_node(FILE *out, const json_t *object, const char *subject, struct why *w)
{
	const char *name;
	json_t *member;
	int rv = 0;

	json_object_foreach((json_t *)(uintptr_t)object, name, member) /* only read */
	{
		const struct term *t = find_term(name);
		if (strcmp(name, "@context") == 0 || strcmp(name, "id") == 0)
			continue;
		if (t == NULL)
			return why_set(w, "\"%s\" is no term that is signed", name);
		size_t count = json_is_array(member) ? json_array_size(member) : 1;
		for (size_t i = 0; i < count && rv == 0; i++)
			rv = put_value(out, subject, t,
				       json_is_array(member) ? json_array_get(member, i) : member,
				       w);
		if (rv != 0)
			return rv;
	}
	return 0;
}

/* ---- sorted ------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Gives the lines of `text` in order, each once; takes it apart for that. */
static char *sort(char *text, size_t length)
{
	size_t count = 0, used = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	char **lines = calloc(count + 1, sizeof *lines);
	char *sorted = malloc(length + 1);
	if (lines != NULL && sorted != NULL) {
		char *rest = text;
		for (size_t i = 0; i < count; i++)
			lines[i] = strsep(&rest, "\n");
		qsort(lines, count, sizeof *lines, compare);
		for (size_t i = 0; i < count; i++) {
			if (i > 0 && strcmp(lines[i - 1], lines[i]) == 0)
				continue;
			used += (size_t)sprintf(sorted + used, "%s\n", lines[i]);
		}
		sorted[used] = '\0';
	} else {
		free(sorted);
		sorted = NULL;
	}
	free(lines);
	return sorted;
}

int quads_write(const json_t *document, const char *blank, char **out, struct why *w)
{
	const char *subject = blank != NULL ? blank
					    : json_string_value(json_object_get(document, "id"));
	char *text = NULL;
	size_t length = 0;

	if (subject == NULL || (blank == NULL && !quads_is_iri(subject)))
		return why_set(w, "the document's id is no absolute IRI");
	FILE *lines = open_memstream(&text, &length);
	int rv = lines != NULL ? put_node(lines, document, subject, w) : why_set(w, "no memory");
	bool failed = lines != NULL && ferror(lines) != 0;
	if (lines != NULL && fclose(lines) != 0)
		failed = true;
	if (rv == 0) {
		*out = failed ? NULL : sort(text, length);
		rv = *out != NULL ? 0 : why_set(w, "no memory");
	}
	free(text);
	return rv;
}
