/* One entry by itself: its bytes, their leaf hash, their form, their columns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/inner.h"

void item_clear(struct item *it)
{
	struct buffer kept = it->bytes;

	for (size_t i = 0; i < it->value_count; i++) {
		free(it->values[i].pointer);
		buffer_deinit(&it->values[i].bytes);
	}
	free(it->values);
	free(it->first_absent);
	json_decref(it->document);
	json_decref(it->findings);
	buffer_clear(&kept);
	*it = (struct item){.bytes = kept};
}

void item_find(struct item *it, json_t *finding)
{
	if (finding == NULL || json_array_append_new(it->findings, finding) != 0)
		it->memory = true;
}

static void find_at(struct item *it, const char *what, const char *message)
{
	item_find(it, finding_make(LEVEL_ALTERED, what, place_entry(it->sequence), "entry %lld: %s",
				   (long long)it->sequence, message));
}

static void judge_leaf(struct item *it)
{
	struct digest d = digest_leaf(it->bytes.bytes, it->bytes.length);

	if (!it->has_leaf || memcmp(d.bytes, it->leaf.bytes, sizeof d.bytes) != 0)
		find_at(it, "entry.leaf", "its bytes do not have its leaf hash");
	if (it->bytes.length > ENTRY_LIMIT)
		find_at(it, "entry.length", "it has more bytes than an entry may");
}

/* Where the two first differ. */
static size_t first_difference(struct text a, struct text b)
{
	size_t i = 0;

	while (i < a.length && i < b.length && a.bytes[i] == b.bytes[i])
		i++;
	return i;
}

static void judge_canonical(struct item *it, struct text bytes)
{
	struct buffer canonical;

	buffer_init(&canonical);
	int rv = json_canonical(it->document, &canonical);
	if (rv == -ENOMEM) {
		it->memory = true;
	} else if (rv != 0) {
		find_at(it, "entry.canonical", "it holds a number that no entry may hold");
	} else if (!text_equal((struct text){canonical.bytes, canonical.length}, bytes)) {
		size_t at =
			first_difference((struct text){canonical.bytes, canonical.length}, bytes);
		json_t *place = json_pack("{sI sI}", "entry", (json_int_t)it->sequence, "byte",
					  (json_int_t)at);
		item_find(it, finding_make(LEVEL_ALTERED, "entry.canonical", place,
					   "entry %lld: its bytes are not in their canonical form "
					   "(RFC 8785), from byte %zu on",
					   (long long)it->sequence, at));
	}
	buffer_deinit(&canonical);
}

/* ---- members ------------------------------------------------------------- */

static bool is_instant(const char *text)
{
	static const char form[] = "YYYY-MM-DDT99:99:99.999Z";
	struct date day;

	if (text == NULL || strlen(text) != sizeof form - 1 ||
	    !date_parse((struct text){text, DATE_TEXT - 1}, &day))
		return false;
	for (size_t i = DATE_TEXT - 1; i < sizeof form - 1; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';
		if (form[i] == '9' ? !digit : text[i] != form[i])
			return false;
	}
	return strncmp(text + 11, "24", 2) < 0 && text[14] < '6' && text[17] < '6';
}

/* "<sequence>-<12 hex digits>" */
static bool is_id_of(const char *text, int64_t sequence)
{
	char front[32];
	int length = snprintf(front, sizeof front, "%lld-", (long long)sequence);

	return text != NULL && strncmp(text, front, (size_t)length) == 0 &&
	       strlen(text + length) == 12 && strspn(text + length, "0123456789abcdef") == 12;
}

static bool is_known(const char *kind)
{
	static const char *const kinds[] = {"decision", "import",    "revocation",
					    "erasure",  "rejection", "activation",
					    "start",    "stop",      "key"};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static void judge_members(struct item *it)
{
	const json_t *d = it->document, *by = json_member(d, "by");
	const char *kind = json_member_text(d, "kind"), *at = json_member_text(d, "at");

	if (json_object_size(d) != 7 || kind == NULL || json_object_size(by) != 2 ||
	    !json_is_integer(json_member(by, "uid")) || json_member_text(by, "user") == NULL ||
	    !json_is_object(json_member(d, "body")) || json_member_integer(d, "form", 0) != 1) {
		find_at(it, "entry.members", "it does not have the members of an entry");
		return;
	}
	if (json_member_integer(d, "sequence", 0) != it->sequence)
		find_at(it, "entry.sequence", "its bytes name another sequence");
	else if (!is_id_of(json_member_text(d, "id"), it->sequence))
		find_at(it, "entry.id", "its id is not one of its sequence");
	if (!is_instant(at))
		find_at(it, "entry.at", "its instant is none");
	if (strncmp(it->kind, kind, sizeof it->kind) != 0)
		find_at(it, "entry.column", "its column kind is not what its bytes say");
	if (at == NULL || strncmp(it->at, at, sizeof it->at) != 0)
		find_at(it, "entry.column", "its column at is not what its bytes say");
	/* The views and other readers expect that of decisions alone. */
	if (it->quotes && strcmp(kind, "decision") != 0)
		find_at(it, "entry.quotes", "it stands in quotes, which only a decision does");
	if (!is_known(kind))
		find_at(it, "entry.kind", "it is of a kind that this program does not know");
}

static void judge_start(struct item *it, const struct judge *j)
{
	const char *log = json_member_text(json_member(it->document, "body"), "log");

	if (log == NULL || strcmp(log, j->identity) != 0)
		find_at(it, "entry.log", "it was written into another log than this file's");
}

void item_judge(struct item *it, const struct judge *j)
{
	struct text bytes = {it->bytes.bytes != NULL ? it->bytes.bytes : "", it->bytes.length};
	struct err why = {.status = 0};

	it->findings = json_array();
	if (it->findings == NULL) {
		it->memory = true;
		return;
	}
	judge_leaf(it);
	it->document = json_read(bytes, &why);
	if (it->document == NULL && why.status == -ENOMEM) {
		it->memory = true;
	} else if (it->document == NULL) {
		item_find(it, finding_make(LEVEL_ALTERED, "entry.syntax", place_entry(it->sequence),
					   "entry %lld: its bytes are no document: %s",
					   (long long)it->sequence, why.text));
	} else {
		judge_canonical(it, bytes);
		judge_members(it);
		const char *kind = json_member_text(it->document, "kind");
		if (kind == NULL)
			return;
		if (strcmp(kind, "start") == 0)
			judge_start(it, j);
		it->mark = json_array_size(it->findings);
		personal_judge(it);
	}
}
