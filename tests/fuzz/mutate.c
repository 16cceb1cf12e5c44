/* One to four changes of a document: a value in the place of another, a member or item
 * more, less, or under another name. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "params.h"

/* What is often looked at by forms and rules. */
static const char values[] =
	"[null,true,false,0,-1,1,5,10,11,500,501,9007199254740991,9007199254740992,1.5,\"\",\"a\","
	"\"A B\",\"\\u00e9\\ud83d\\ude00\",\"2024-05-20\",\"2024-02-30\",\"2999-12-31\",\"1999-12-31\","
	"\"quality-mark\",\"quality-lead\",\"child-first\",\"initial\",\"final\",\"email\",\"meeting\","
	"\"8\",\"4a\",\"none\",\"day\",\"month\",\"1-000000000000\",[],[\"8\"],[[]],{},{\"a\":{}},"
	"{\"commitment\":\"sha256:00\"},\"participation\",\"reoffending-rate\",\"new-entry\"]";

/* A place in a document: a member or an item. */
struct place {
	json_t *within;
	const char *name;
	size_t index;
};

enum { PLACES = 256 };

static unsigned next(unsigned *course, size_t below)
{
	*course = *course * 1664525u + 1013904223u;
	return below > 0 ? (unsigned)((*course >> 8) % below) : 0;
}

static void collect(json_t *value, struct place *places, size_t *count)
{
	const char *name;
	json_t *one;
	size_t i;

	json_object_foreach(value, name, one) {
		if (*count < PLACES)
			places[(*count)++] = (struct place){value, name, 0};
		collect(one, places, count);
	}
	json_array_foreach(value, i, one) {
		if (*count < PLACES)
			places[(*count)++] = (struct place){value, NULL, i};
		collect(one, places, count);
	}
}

static json_t *at(const struct place *p)
{
	return p->name != NULL ? json_object_get(p->within, p->name)
			       : json_array_get(p->within, p->index);
}

static void replace(const struct place *p, json_t *value)
{
	int rv = p->name != NULL ? json_object_set_new(p->within, p->name, value)
				 : json_array_set_new(p->within, p->index, value);

	fuzz_must(rv == 0, "no memory");
}

static void drop(const struct place *p)
{
	(void)(p->name != NULL ? json_object_del(p->within, p->name)
			       : json_array_remove(p->within, p->index));
}

/* The same once more: an item, or a member under a name nearly the same. */
static void repeat(const struct place *p)
{
	char name[64];
	json_t *copy = json_deep_copy(at(p));

	(void)snprintf(name, sizeof name, "%sx", p->name != NULL ? p->name : "");
	int rv = p->name != NULL ? json_object_set_new(p->within, name, copy)
				 : json_array_insert_new(p->within, p->index, copy);
	fuzz_must(rv == 0, "no memory");
}

static void change(json_t *document, unsigned *course)
{
	struct place places[PLACES];
	json_t *known = json_read(text_of(values), NULL);
	size_t count = 0;

	collect(document, places, &count);
	const struct place *p = &places[next(course, count)];
	const struct place *other = &places[next(course, count)];
	unsigned what = count > 0 ? next(course, 8) : 8;
	if (what < 5)
		replace(p, json_deep_copy(
				   json_array_get(known, next(course, json_array_size(known)))));
	else if (what == 5)
		replace(p, json_deep_copy(at(other)));
	else if (what == 6)
		drop(p);
	else if (what == 7)
		repeat(p);
	else if (json_is_object(document))
		(void)json_put(document, "scores", json_object());
	json_decref(known);
}

size_t params_mutate(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	unsigned course = seed;
	struct buffer out;

	if (next(&course, 4) == 0 || size < 2)
		return LLVMFuzzerMutate(data, size, most);
	json_t *document = json_read(fuzz_text(data + 1, size - 1), NULL);
	if (document == NULL)
		return LLVMFuzzerMutate(data, size, most);
	for (unsigned changes = next(&course, 2) == 0 ? 1 : next(&course, 5); changes > 0;
	     changes--)
		change(document, &course);
	buffer_init(&out);
	fuzz_must(json_compact(document, &out) == 0, "no memory");
	if (out.length < most) {
		memcpy(data + 1, out.bytes, out.length);
		size = out.length + 1;
	}
	buffer_deinit(&out);
	json_decref(document);
	return size;
}
