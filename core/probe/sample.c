/* Samples and pairs: kept in few bytes, made whole when they are asked. */
#include <errno.h>
#include <stdlib.h>

#include "probe/inner.h"

static int grow(struct probe *p)
{
	size_t capacity = p->capacity * 2 + 1024;
	struct sample *samples = realloc(p->samples, capacity * sizeof *samples);

	if (samples == NULL)
		return -ENOMEM;
	p->samples = samples;
	unsigned char *answers = realloc(p->answers, capacity * p->width);
	if (answers == NULL)
		return -ENOMEM;
	p->answers = answers;
	p->capacity = capacity;
	return 0;
}

int probe_add(struct probe *p, size_t base, size_t history, json_t *patch)
{
	if (p->count == p->capacity && grow(p) != 0) {
		json_decref(patch);
		return -ENOMEM;
	}
	p->samples[p->count] = (struct sample){
		.base = (unsigned)base,
		.history = (unsigned)history,
		.twin = NO_TWIN,
		.patch = patch,
	};
	return (int)p->count++;
}

int probe_add_pair(struct probe *p, int lower, int higher, bool adds)
{
	if (lower < 0 || higher < 0)
		return lower < 0 ? lower : higher;
	if (p->pair_count == p->pair_capacity) {
		size_t capacity = p->pair_capacity * 2 + 1024;
		struct pair *pairs = realloc(p->pairs, capacity * sizeof *pairs);
		if (pairs == NULL)
			return -ENOMEM;
		p->pairs = pairs;
		p->pair_capacity = capacity;
	}
	p->pairs[p->pair_count++] = (struct pair){(size_t)lower, (size_t)higher, adds};
	return 0;
}

int patch_add(json_t *patch, const char *pointer, const json_t *value)
{
	json_t *row = json_pack("[s]", pointer);

	if (row != NULL && value != NULL &&
	    json_array_append_new(row, json_deep_copy_of(value)) != 0) {
		json_decref(row);
		row = NULL;
	}
	return json_array_append_new(patch, row) == 0 ? 0 : -ENOMEM;
}

json_t *patch_of(const char *pointer, const json_t *value)
{
	json_t *patch = json_array();

	if (patch != NULL && patch_add(patch, pointer, value) != 0) {
		json_decref(patch);
		patch = NULL;
	}
	return patch;
}

json_t *probe_submission(const struct probe *p, const struct sample *s)
{
	json_t *document = json_deep_copy_of(json_array_get(p->bases, s->base));
	const json_t *row;
	size_t i;

	if (document == NULL)
		return NULL;
	json_array_foreach(s->patch, i, row) {
		/* What cannot be edited is left as it is: a sample like another. */
		(void)document_edit(document, json_string_value(json_array_get(row, 0)),
				    json_array_get(row, 1));
	}
	return document;
}

struct facts probe_facts(const struct probe *p, unsigned char *answer)
{
	size_t criteria = p->known.criterion_count, awards = p->known.award_count;

	return (struct facts){
		.criteria = answer,
		.awards = answer + criteria,
		.in_force = answer + criteria + awards,
		.given = answer + criteria + 2 * awards,
	};
}
