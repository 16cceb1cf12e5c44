/* The examples, varied: some thousand texts made before the run, in which only the
 * submission_id and the partnership are written anew for each submission. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "load.h"

enum { VARIANTS = 1024, FILE_LIMIT = 1 << 20 };

static const char blank_id[] = "00000000-0000-4000-8000-000000000000";
static const char blank_area[] = "area-0000000", blank_name[] = "Area 0000000";
enum { BEFORE_NUMBER = 5, NUMBER = 7 };

struct variant {
	char *text;
	size_t length, id, area, name; /* where they stand; name may be 0: not at all */
};

struct payloads {
	uint64_t seed, partnerships;
	struct variant list[VARIANTS];
};

/* ---- chance --------------------------------------------------------------- */

/* A finaliser of 64 bits: neighbours come out unrelated, and no two alike. */
static uint64_t mixed(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xe9846af9b1a615d;
	x ^= x >> 32;
	x *= 0xe9846af9b1a615d;
	x ^= x >> 28;
	return x;
}

static uint64_t draw(uint64_t *chance, uint64_t below)
{
	*chance += 0x9e3779b97f4a7c15;
	return mixed(*chance) % below;
}

/* ---- one variant ---------------------------------------------------------- */

static void vary_scores(json_t *scores, uint64_t *chance)
{
	json_int_t level = 4 + (json_int_t)draw(chance, 5);
	const char *name;
	json_t *value;

	json_object_foreach(scores, name, value) {
		json_int_t score = level + (json_int_t)draw(chance, 3);
		if (draw(chance, 12) == 0)
			score = 0;
		else if (draw(chance, 25) == 0)
			score -= 3;
		(void)json_integer_set(value, score < 10 ? score : 10); /* it is an integer */
	}
}

static int vary_dates(json_t *submission, uint64_t *chance)
{
	struct date on = {.year = 2017 + (int)draw(chance, 10),
			  .month = 1 + (int)draw(chance, 12),
			  .day = 1 + (int)draw(chance, 28)};
	char text[DATE_TEXT];
	int rv;

	date_format(on, text);
	rv = json_put(submission, "assessed_on", json_string(text));
	if (rv == 0 && json_member_text(submission, "registered_on") != NULL) {
		date_format(date_add_months(on, -(int)draw(chance, 7)), text);
		rv = json_put(submission, "registered_on", json_string(text));
	}
	return rv;
}

static int vary(json_t *submission, uint64_t *chance)
{
	static const char *const optional[] = {"evidence", "case_studies", "seeking", "sign_off"};
	json_t *partnership = json_object_get(submission, "partnership");
	int rv = json_put(submission, "submission_id", json_string(blank_id));

	if (rv == 0)
		rv = json_put(partnership, "id", json_string(blank_area));
	if (rv == 0 && json_member_text(partnership, "name") != NULL)
		rv = json_put(partnership, "name", json_string(blank_name));
	if (rv == 0)
		rv = json_put(partnership, "aym_member", json_boolean(draw(chance, 2)));
	if (rv == 0)
		rv = vary_dates(submission, chance);
	vary_scores(json_object_get(submission, "scores"), chance);
	for (size_t i = 0; i < sizeof optional / sizeof *optional; i++) {
		if (draw(chance, 12) == 0)
			(void)json_object_del(submission, optional[i]); /* it may not be there */
	}
	return rv;
}

static size_t place_of(const char *text, const char *blank)
{
	const char *found = strstr(text, blank);

	return found != NULL ? (size_t)(found - text) : 0;
}

static int make(struct variant *v, const json_t *example, uint64_t *chance)
{
	json_t *submission = json_deep_copy(example);
	int rv = submission != NULL ? vary(submission, chance) : -ENOMEM;

	if (rv == 0) {
		v->text = json_dumps(submission, JSON_COMPACT);
		rv = v->text != NULL ? 0 : -ENOMEM;
	}
	json_decref(submission);
	if (rv != 0)
		return rv;
	v->length = strlen(v->text);
	v->id = place_of(v->text, blank_id);
	v->area = place_of(v->text, blank_area);
	v->name = place_of(v->text, blank_name);
	return 0;
}

/* ---- all of them ---------------------------------------------------------- */

static int read_example(const char *path, json_t *examples, struct err *e)
{
	struct buffer bytes;

	buffer_init(&bytes);
	int rv = file_read(path, FILE_LIMIT, &bytes, e);
	json_t *example = rv == 0 ? json_read((struct text){bytes.bytes, bytes.length}, e) : NULL;
	buffer_deinit(&bytes);
	if (rv == 0 && !json_is_object(json_object_get(example, "partnership")))
		rv = err_set(e, AW_EINVALID, "%s is no submission", path);
	if (rv == 0)
		return json_array_append_new(examples, example) == 0 ? 0 : -ENOMEM;
	json_decref(example);
	return rv;
}

static int read_examples(const char *dir, json_t *examples, struct err *e)
{
	char pattern[4096];
	glob_t found;
	int rv = 0;

	(void)snprintf(pattern, sizeof pattern, "%s/*.json", dir);
	if (glob(pattern, 0, NULL, &found) != 0)
		return err_set(e, AW_EABSENT, "there are no submissions in %s", dir);
	for (size_t i = 0; i < found.gl_pathc && rv == 0; i++)
		rv = read_example(found.gl_pathv[i], examples, e);
	globfree(&found);
	return rv;
}

int payloads_new(const struct options *o, struct payloads **out, struct err *e)
{
	struct payloads *p = calloc(1, sizeof *p);
	json_t *examples = json_array();
	uint64_t chance = (uint64_t)o->seed;
	int rv = p != NULL && examples != NULL ? 0 : err_set(e, -ENOMEM, "no memory");

	if (rv == 0)
		rv = read_examples(o->submissions, examples, e);
	for (size_t i = 0; i < VARIANTS && rv == 0; i++) {
		rv = make(&p->list[i], json_array_get(examples, i % json_array_size(examples)),
			  &chance);
		if (rv != 0)
			(void)err_set(e, rv, "no memory for submissions");
	}
	json_decref(examples);
	if (rv != 0) {
		payloads_free(&p);
		return rv;
	}
	p->seed = (uint64_t)o->seed;
	p->partnerships = (uint64_t)o->partnerships;
	*out = p;
	return 0;
}

void payloads_free(struct payloads **p)
{
	if (*p == NULL)
		return;
	for (size_t i = 0; i < VARIANTS; i++)
		free((*p)->list[i].text);
	free(*p);
	*p = NULL;
}

/* ---- one submission ------------------------------------------------------- */

static void put_hex(char *out, size_t digits, uint64_t value)
{
	static const char hex[] = "0123456789abcdef";

	while (digits-- > 0) {
		out[digits] = hex[value & 15];
		value >>= 4;
	}
}

static void put_decimal(char *out, size_t digits, uint64_t value)
{
	while (digits-- > 0) {
		out[digits] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* Random at its beginning, as ids are that clients make; its end is the number. */
static void make_id(uint64_t chance, uint64_t number, char id[PAYLOAD_ID])
{
	memcpy(id, blank_id, sizeof blank_id);
	put_hex(id, 8, chance);
	put_hex(id + 9, 4, chance >> 32);
	put_hex(id + 15, 3, chance >> 48);
	put_hex(id + 24, 12, number);
}

int payload_append(const struct payloads *p, uint64_t number, struct buffer *out,
		   char id[PAYLOAD_ID])
{
	uint64_t chance = mixed(mixed(p->seed) ^ number);
	const struct variant *v = &p->list[mixed(chance) % VARIANTS];
	uint64_t area = mixed(chance + 1) % p->partnerships;
	size_t begun = out->length;

	if (buffer_append(out, v->text, v->length) != 0)
		return -ENOMEM;
	char *text = out->bytes + begun;
	make_id(chance, number, id);
	memcpy(text + v->id, id, PAYLOAD_ID - 1);
	put_decimal(text + v->area + BEFORE_NUMBER, NUMBER, area);
	if (v->name != 0)
		put_decimal(text + v->name + BEFORE_NUMBER, NUMBER, area);
	return 0;
}
