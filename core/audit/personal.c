/* Personal values against the commitments of their entry. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/inner.h"

static bool is_commitment(const json_t *value)
{
	const char *text = json_member_text(value, "commitment");

	return text != NULL && json_object_size(value) == 1 && strncmp(text, "sha256:", 7) == 0;
}

/* What an erasure leaves of a row: no salt, and blanks. */
static bool is_erased(const struct value *v)
{
	static const char none[DIGEST_BYTES];

	if (v->salt.length != sizeof none || memcmp(v->salt.bytes, none, sizeof none) != 0)
		return false;
	for (size_t i = 0; i < v->json.length; i++)
		if (v->json.bytes[i] != ' ')
			return false;
	return true;
}

static const struct value *find_value(const struct item *it, const char *pointer)
{
	for (size_t i = 0; i < it->value_count; i++)
		if (strcmp(it->values[i].pointer, pointer) == 0 && !is_erased(&it->values[i]))
			return &it->values[i];
	return NULL;
}

static void note_absent(struct item *it, const char *pointer)
{
	it->absent++;
	if (it->first_absent != NULL)
		return;
	it->first_absent = strdup(pointer);
	it->memory = it->memory || it->first_absent == NULL;
}

static void walk(struct item *it, json_t *document, struct buffer *pointer);

static void walk_into(struct item *it, json_t *value, const char *name, struct buffer *pointer)
{
	size_t length = pointer->length;

	if (json_pointer_append(pointer, name) == 0)
		walk(it, value, pointer);
	else
		it->memory = true;
	pointer->length = length;
	if (pointer->bytes != NULL)
		pointer->bytes[length] = '\0';
}

/* Every commitment must have its value, or be erased. */
static void walk(struct item *it, json_t *document, struct buffer *pointer)
{
	const char *member;
	json_t *each;
	size_t i;

	if (is_commitment(document)) {
		if (find_value(it, pointer->bytes != NULL ? pointer->bytes : "") == NULL)
			note_absent(it, pointer->bytes != NULL ? pointer->bytes : "");
		return;
	}
	json_object_foreach(document, member, each) {
		if (json_is_object(each) || json_is_array(each))
			walk_into(it, each, member, pointer);
	}
	json_array_foreach(document, i, each) {
		char name[24];
		(void)snprintf(name, sizeof name, "%zu", i); /* fits */
		if (json_is_object(each) || json_is_array(each))
			walk_into(it, each, name, pointer);
	}
}

static bool is_second(const struct item *it, const struct value *v)
{
	for (const struct value *before = it->values; before != v; before++)
		if (strcmp(before->pointer, v->pointer) == 0)
			return true;
	return false;
}

/* As it was committed to, and also written so: white space would be seen by nobody else. */
static int match(const struct value *v, const json_t *value, const json_t *body, struct err *why)
{
	struct buffer canonical;

	buffer_init(&canonical);
	int rv = json_canonical(value, &canonical);
	if (rv == 0 && !text_equal((struct text){canonical.bytes, canonical.length}, v->json))
		rv = AW_EINVALID;
	if (rv == 0)
		rv = personal_matches(json_pointer_get(body, v->pointer),
				      (const unsigned char *)v->salt.bytes, value, why);
	buffer_deinit(&canonical);
	return rv;
}

static void judge_value(struct item *it, const struct value *v, const json_t *body)
{
	struct err why = {.status = 0};
	json_t *value = NULL;
	int rv = AW_EINVALID;

	if (is_second(it, v)) {
		json_t *place = json_pack("{sI ss ss}", "entry", (json_int_t)it->sequence, "table",
					  "personal", "key", v->pointer);
		item_find(it, finding_make(LEVEL_ALTERED, "personal.added", place,
					   "entry %lld: a second personal value at %s",
					   (long long)it->sequence, v->pointer));
	}
	if (is_erased(v) && is_commitment(json_pointer_get(body, v->pointer)))
		return; /* the walk over the entry asks for its erasure */
	value = json_read(v->json, &why);
	if (value != NULL && v->salt.length == DIGEST_BYTES)
		rv = match(v, value, body, &why);
	json_decref(value);
	if (rv == -ENOMEM || why.status == -ENOMEM) {
		it->memory = true;
		return;
	}
	it->kept++;
	if (rv == 0)
		return;
	bool committed = is_commitment(json_pointer_get(body, v->pointer));
	json_t *place = json_pack("{sI ss ss}", "entry", (json_int_t)it->sequence, "table",
				  "personal", "key", v->pointer);
	item_find(it,
		  finding_make(LEVEL_ALTERED, committed ? "personal.changed" : "personal.added",
			       place,
			       committed ? "entry %lld: its personal value at %s was changed: it "
					   "is not the one that the entry commits to"
					 : "entry %lld: a personal value at %s that the entry does "
					   "not commit to",
			       (long long)it->sequence, v->pointer));
}

void personal_judge(struct item *it)
{
	json_t *body = json_member(it->document, "body");
	struct buffer pointer;

	for (size_t i = 0; i < it->value_count; i++)
		judge_value(it, &it->values[i], body);
	buffer_init(&pointer);
	walk(it, body, &pointer);
	buffer_deinit(&pointer);
}
