/* Rule texts against their SHA-256, and rule sets against their texts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/inner.h"
#include "ruleset/ruleset.h"

void texts_init(struct texts *t)
{
	*t = (struct texts){.known = NULL};
}

void texts_deinit(struct texts *t)
{
	free(t->known);
	json_decref(t->in_force);
	texts_init(t);
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(((const struct known *)a)->digest.bytes,
		      ((const struct known *)b)->digest.bytes, DIGEST_BYTES);
}

static int add(struct texts *t, const struct digest *d)
{
	if ((t->count & (t->count - 1)) == 0) { /* grows at powers of two */
		size_t capacity = t->count > 0 ? 2 * t->count : 1;
		struct known *grown = realloc(t->known, capacity * sizeof *grown);
		if (grown == NULL)
			return -ENOMEM;
		t->known = grown;
	}
	t->known[t->count++] = (struct known){.digest = *d};
	return 0;
}

static int read_text(struct texts *t, const struct raw_row *row, struct report *report)
{
	struct text named = row->texts[0], bytes = row->texts[1];
	struct digest d = digest_of(bytes.bytes, bytes.length), claimed = {{0}};
	char hex[DIGEST_HEX];

	if (named.length == sizeof claimed.bytes)
		memcpy(claimed.bytes, named.bytes, sizeof claimed.bytes);
	hex_format(claimed.bytes, sizeof claimed.bytes, hex);
	if (named.length == sizeof claimed.bytes &&
	    memcmp(d.bytes, claimed.bytes, sizeof d.bytes) == 0)
		return add(t, &d);
	return report_give(
		report, finding_make(LEVEL_ALTERED, "text.changed",
				     json_pack("{ss ss}", "table", "blob", "key", hex),
				     "the rule text sha256:%s was changed: its bytes have another "
				     "SHA-256",
				     hex));
}

int texts_read(struct texts *t, struct journal_reader *r, struct report *report, struct err *e)
{
	struct raw_walk *walk = NULL;
	struct raw_row row;
	int rv = raw_walk_new(r, RAW_BLOB, &walk, e);

	t->in_force = json_object();
	if (rv == 0 && t->in_force == NULL)
		rv = -ENOMEM;
	while (rv == 0) {
		rv = raw_walk_next(walk, &row, e);
		if (rv != 1)
			break;
		rv = read_text(t, &row, report);
	}
	raw_walk_free(&walk);
	if (t->count > 0)
		qsort(t->known, t->count, sizeof *t->known, by_digest);
	return report_unreadable(report, rv, "the rule texts", e);
}

/* ---- what an entry says -------------------------------------------------- */

static bool find(struct texts *t, const char *sha256)
{
	struct known wanted = {.used = false};

	if (sha256 != NULL && strncmp(sha256, "sha256:", 7) == 0)
		sha256 += 7;
	if (sha256 == NULL || t->count == 0 ||
	    !hex_parse(text_of(sha256), wanted.digest.bytes, sizeof wanted.digest.bytes))
		return false;
	struct known *found = bsearch(&wanted, t->known, t->count, sizeof *t->known, by_digest);
	if (found != NULL)
		found->used = true;
	return found != NULL;
}

static void put(json_t *findings, json_t *finding)
{
	if (json_array_append_new(findings, finding) != 0)
		(void)json_array_append_new(findings, json_null()); /* stands for no memory */
}

/* The files of an edit that was refused are kept as those that came into force; where they
 * were too many to be named, or could not be read, none is. */
static void check_rule_set(struct texts *t, int64_t sequence, const json_t *body, bool in_force,
			   json_t *findings)
{
	const char *digest = json_member_text(body, "digest");
	const char *prelude = json_member_text(body, "prelude");
	const json_t *files = json_member(body, "files"), *file;
	char wanted[RULES_DIGEST];
	size_t i;

	t->rule_sets += in_force;
	json_array_foreach(files, i, file) {
		const char *path = json_member_text(file, "path");
		if (!find(t, json_member_text(file, "sha256")))
			put(findings,
			    finding_make(LEVEL_ALTERED, "text.missing", place_entry(sequence),
					 "entry %lld: the text of the rule file %s is not "
					 "in the log",
					 (long long)sequence, path != NULL ? path : "?"));
	}
	if (!find(t, prelude) && (in_force || prelude != NULL))
		put(findings, finding_make(LEVEL_ALTERED, "text.missing", place_entry(sequence),
					   "entry %lld: the text of the prelude is not in the log",
					   (long long)sequence));
	if (prelude != NULL &&
	    rule_files_digest(prelude, files, json_member(body, "words"), wanted) == 0 &&
	    digest != NULL && strcmp(digest, wanted) != 0)
		put(findings, finding_make(LEVEL_ALTERED, "rules.digest", place_entry(sequence),
					   "entry %lld: the rule set %s is made of files whose "
					   "digest is %s",
					   (long long)sequence, digest, wanted));
	if (in_force && digest != NULL && json_put(t->in_force, digest, json_true()) != 0)
		put(findings, NULL);
}

void texts_check(struct texts *t, int64_t sequence, const char *kind, const json_t *body,
		 json_t *findings)
{
	const char *digest;

	bool in_force = strcmp(kind, "activation") == 0;
	if (in_force || strcmp(kind, "rejection") == 0) {
		check_rule_set(t, sequence, body, in_force, findings);
		return;
	}
	if (strcmp(kind, "decision") == 0)
		body = json_member(body, "decision");
	else if (strcmp(kind, "import") != 0)
		return;
	digest = json_member_text(json_member(body, "rules"), "digest");
	if (digest == NULL || json_object_get(t->in_force, digest) == NULL)
		put(findings,
		    finding_make(LEVEL_ALTERED, "rules.unknown", place_entry(sequence),
				 "entry %lld: decided by the rule set %s, which no entry "
				 "before it put in force",
				 (long long)sequence, digest != NULL ? digest : "(none)"));
}

int texts_finish(struct texts *t, struct report *report)
{
	char hex[DIGEST_HEX];
	int rv = 0;

	for (size_t i = 0; i < t->count && rv == 0; i++) {
		if (t->known[i].used)
			continue;
		hex_format(t->known[i].digest.bytes, DIGEST_BYTES, hex);
		rv = report_give(report,
				 finding_make(LEVEL_ALTERED, "text.added",
					      json_pack("{ss ss}", "table", "blob", "key", hex),
					      "the rule text sha256:%s belongs to no rule set that "
					      "an entry names",
					      hex));
	}
	return rv;
}
