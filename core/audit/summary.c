/* What came of an audit. */
#include "audit/whole.h"

static json_t *newest_document(const struct tree *t)
{
	struct buffer root;

	if (t->newest == 0)
		return json_null();
	buffer_init(&root);
	(void)base64_append(t->newest_root.bytes, sizeof t->newest_root.bytes, &root); /* below */
	json_t *document = buffer_status(&root) != 0
				   ? NULL
				   : json_pack("{sI ss ss%}", "size", (json_int_t)t->newest, "root",
					       root.bytes, "note", t->newest_note.bytes,
					       t->newest_note.length);
	buffer_deinit(&root);
	return document;
}

static json_t *keys_document(const struct keys *k)
{
	json_t *list = json_array();
	char text[TLOG_VKEY];

	for (size_t i = 0; list != NULL && i < k->count; i++) {
		tlog_verifier_format(&k->known[i].verifier, text);
		if (json_array_append_new(list, json_pack("{ss sI}", "key", text, "entry",
							  (json_int_t)k->known[i].entry)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *trusted_document(const struct keys *k)
{
	char text[TLOG_VKEY] = "";

	if (k->has_given)
		tlog_verifier_format(&k->given, text);
	else if (k->count > 0)
		tlog_verifier_format(&k->known[0].verifier, text);
	return json_pack("{ss sb sI}", "key", text, "given", k->has_given, "through",
			 (json_int_t)k->vouched);
}

static json_t *since_document(const struct tree *t)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < t->kept_count; i++) {
		const struct kept_checkpoint *k = &t->kept[i];
		json_t *row = json_pack("{sI sb}", "size", (json_int_t)k->c.size, "agrees",
					k->agrees || (k->c.size == 0 && k->reached));
		if (json_array_append_new(list, row) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

json_t *audit_summarise(const struct audit *a)
{
	const size_t *counts = a->report.counts;
	bool verified = counts[LEVEL_ALTERED] + counts[LEVEL_DERIVED] == 0;

	return json_pack("{sb s{sI sI sI} ss sI sI sI s{sI sI} so so so so sO}", "verified",
			 verified, "findings", "altered", (json_int_t)counts[LEVEL_ALTERED],
			 "derived", (json_int_t)counts[LEVEL_DERIVED], "note",
			 (json_int_t)counts[LEVEL_NOTE], "log", a->judge.identity, "entries",
			 (json_int_t)a->entries, "checkpoints", (json_int_t)a->tree.count,
			 "rule_sets", (json_int_t)a->texts.rule_sets, "personal", "kept",
			 (json_int_t)a->kept, "erased", (json_int_t)a->erased.values, "newest",
			 newest_document(&a->tree), "keys", keys_document(&a->keys), "trusted",
			 trusted_document(&a->keys), "since", since_document(&a->tree), "not_given",
			 a->report.not_given);
}
