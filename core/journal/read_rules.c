/* Rule sets that were active, and every attempt to change them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "journal/reader.h"

static int history_row(struct journal_reader *r, int64_t sequence, json_t *list, struct err *e)
{
	char leaf_hash[DIGEST_HEX];
	struct entry entry;
	json_t *document = NULL;
	int rv = reader_load(r, sequence, &document, &entry, leaf_hash, e);

	if (rv != 0)
		return rv;
	rv = list_append(list,
			 json_pack("{sI ss s{sI ss} ss sO}", "sequence", (json_int_t)sequence, "at",
				   entry.at, "by", "uid", (json_int_t)entry.by.uid, "user",
				   entry.by.user, "kind", entry.kind, "body", entry.body));
	json_decref(document);
	return rv;
}

int reader_rule_history(struct journal_reader *r, int limit, json_t **out, struct err *e)
{
	struct binder b;
	json_t *list = NULL;
	int rv = reader_bind(r, READ_RULE_HISTORY, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "reading the history of the rules");
	list = json_array();
	bind_integer(&b, limit > 0 ? limit : INT_MAX);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = history_row(r, sqlite3_column_int64(b.statement, 0), list, e);
		if (rv != 0)
			break;
	}
	reader_done(&b);
	if (rv == 0 && list == NULL)
		rv = -ENOMEM;
	if (rv != 0) {
		json_decref(list);
		return sql_wrap(e, rv, "reading the history of the rules");
	}
	*out = list;
	return 0;
}

/* The hex digits of "sha256:<hex>" or "<hex>". */
static bool parse_sha256(const char *text, struct digest *out)
{
	if (text == NULL)
		return false;
	if (strncmp(text, "sha256:", 7) == 0)
		text += 7;
	return hex_parse(text_of(text), out->bytes, sizeof out->bytes);
}

/* Gives {"path", "sha256", "text"}; `path` may be NULL. */
static int load_file(struct journal_reader *r, const char *path, const char *sha256, json_t **out,
		     struct err *e)
{
	struct digest digest;
	struct binder b;

	if (!parse_sha256(sha256, &digest))
		return err_set(e, AW_ECORRUPT, "a rule file has no SHA-256");
	int rv = reader_bind(r, READ_BLOB, &b, e);
	if (rv != 0)
		return rv;
	bind_blob(&b, digest.bytes, sizeof digest.bytes);
	rv = sql_next(&b, e);
	if (rv <= 0)
		return rv < 0 ? rv
			      : err_set(e, AW_ECORRUPT, "the text of %s is not in the log", sha256);
	struct text text = column_bytes(b.statement, 0);
	struct digest found = digest_of(text.bytes, text.length);
	if (memcmp(found.bytes, digest.bytes, sizeof digest.bytes) != 0) {
		rv = err_set(e, AW_ECORRUPT, "the text of %s was changed", sha256);
	} else {
		*out = json_pack("{ss* ss so}", "path", path, "sha256", sha256, "text",
				 json_stringn(text.bytes, text.length));
		rv = *out != NULL ? 0 : -ENOMEM;
	}
	reader_done(&b);
	return rv;
}

static int load_files(struct journal_reader *r, const json_t *listed, json_t *files, struct err *e)
{
	json_t *each;
	size_t i;

	json_array_foreach(listed, i, each) {
		json_t *file = NULL;
		int rv = load_file(r, json_member_text(each, "path"),
				   json_member_text(each, "sha256"), &file, e);
		if (rv == 0)
			rv = list_append(files, file);
		if (rv != 0)
			return rv;
	}
	return 0;
}

static int find_activation(struct journal_reader *r, const char *digest, int64_t *sequence,
			   struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, digest != NULL ? READ_RULE_SET : READ_RULE_SET_NEWEST, &b, e);

	if (rv != 0)
		return rv;
	if (digest != NULL)
		bind_text(&b, digest);
	rv = sql_next(&b, e);
	*sequence = rv == 1 ? sqlite3_column_int64(b.statement, 0) : 0; /* max() may be NULL: 0 */
	reader_done(&b);
	if (rv >= 0 && *sequence == 0)
		return err_set(e, AW_EABSENT, "no such rule set was ever active");
	return rv < 0 ? rv : 0;
}

int reader_rules(struct journal_reader *r, const char *digest, json_t **out, struct err *e)
{
	char leaf_hash[DIGEST_HEX];
	struct entry entry;
	json_t *document = NULL, *files = NULL, *prelude = NULL;
	int64_t sequence = 0;
	struct digest known;
	int rv = find_activation(r, digest, &sequence, e);

	if (rv == 0)
		rv = reader_load(r, sequence, &document, &entry, leaf_hash, e);
	if (rv != 0)
		goto out;
	const char *sha256 = json_member_text(entry.body, "prelude");
	files = json_array();
	rv = files != NULL ? load_files(r, json_member(entry.body, "files"), files, e) : -ENOMEM;
	if (rv == 0 && parse_sha256(sha256, &known))
		rv = load_file(r, NULL, sha256, &prelude, e);
	if (rv != 0)
		goto out;
	*out = json_pack("{sO? ss sO sO? sO*}", "digest", json_member(entry.body, "digest"), "at",
			 entry.at, "files", files, "prelude", prelude, "words",
			 json_member(entry.body, "words"));
	rv = *out != NULL ? 0 : -ENOMEM;
out:
	json_decref(prelude);
	json_decref(files);
	json_decref(document);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading a rule set");
}
