/* practice.list and statistics.get: what all partnerships' latest benchmarks
 * say together (SH-1, SH-3). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/read.h"

/* ---- practice.list ------------------------------------------------------ */

struct practice {
	const char *statement; /* NULL: all */
	struct buffer *out;
	struct buffer id; /* of the statement in hand */
	bool any;
};

static void put_text(struct buffer *out, const char *before, const char *text)
{
	/* A failure stays marked in the buffer. */
	(void)buffer_append_text(out, before);
	if (text != NULL)
		(void)json_canonical_text(text_of(text), out);
	else
		(void)buffer_append_text(out, "null");
}

static void put_item(struct buffer *out, const char *before, const struct json_item *item)
{
	/* A failure stays marked in the buffer. */
	(void)buffer_append_text(out, before);
	if (item != NULL)
		(void)buffer_append(out, item->text.bytes, item->text.length);
	else
		(void)buffer_append_text(out, "null");
}

static int put_row(struct practice *p, const struct benchmark *b, const struct json_item *study,
		   const struct json_item *statement)
{
	struct text id = {p->id.bytes, p->id.length};

	put_text(p->out, p->any ? ",{\"partnership\":" : "{\"partnership\":", b->partnership);
	put_text(p->out, ",\"name\":", b->name);
	put_item(p->out, ",\"title\":", json_item_get(study, "title"));
	put_item(p->out, ",\"statement\":", statement);
	put_item(p->out, ",\"score\":", json_item_find(b->scores, id));
	put_text(p->out, ",\"date\":", b->assessed_on);
	p->any = true;
	return buffer_append(p->out, "}", 1);
}

/* Canonical texts are the same where what they say is. */
static bool named_before(const struct json_item *statements, const struct json_item *statement)
{
	const struct json_item *each = json_item_next(statements, NULL);

	while (each != statement && !text_equal(each->text, statement->text))
		each = json_item_next(statements, each);
	return each != statement;
}

/* A shareable case study counts once for each statement it names. */
static int put_study(struct practice *p, const struct benchmark *b, const struct json_item *study)
{
	const struct json_item *statements = json_item_get(study, "statements"), *each = NULL;
	const struct json_item *shareable = json_item_get(study, "shareable");
	int rv = 0;

	if (shareable == NULL || shareable->kind != JSON_ITEM_TRUE)
		return 0;
	while (rv == 0 && (each = json_item_next(statements, each)) != NULL) {
		if (each->kind != JSON_ITEM_STRING || named_before(statements, each) ||
		    (p->statement != NULL && !json_item_is(each, text_of(p->statement))))
			continue;
		buffer_clear(&p->id);
		rv = json_item_text(each, &p->id);
		if (rv == 0)
			rv = put_row(p, b, study, each);
	}
	return rv;
}

static int put_benchmark(void *ctx, const struct benchmark *b)
{
	const struct json_item *study = NULL;
	int rv = 0;

	while (rv == 0 && (study = json_item_next(b->case_studies, study)) != NULL)
		rv = put_study(ctx, b, study);
	return rv;
}

static int ask_practice(struct read *q, struct journal_reader *r, struct err *e)
{
	struct practice p = {.statement = json_member_text(q->request->params, "statement"),
			     .out = &q->json};

	buffer_init(&p.id);
	(void)buffer_append_text(&q->json, "{\"practice\":["); /* buffer_status tells */
	int rv = reader_benchmarks(r, NULL, NULL, put_benchmark, &p, e);
	if (rv == 0)
		rv = buffer_append_text(&q->json, "]}");
	buffer_deinit(&p.id);
	return rv;
}

static bool is_statement(const struct service *s, const char *id)
{
	size_t i;
	json_t *statement;

	json_array_foreach(json_object_get(generation_manifest(s->current), "statements"), i,
			   statement) {
		if (strcmp(json_member_text(statement, "id"), id) == 0)
			return true;
	}
	return false;
}

int params_name_statement(const struct service *s, const json_t *params, json_t *errors)
{
	const char *statement = json_member_text(params, "statement");

	return statement == NULL || s->current == NULL || is_statement(s, statement)
		       ? 0
		       : params_fault(errors, "/statement", "must be a statement of the framework");
}

void practice_list(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_practice};

	read_begin(&q);
}

/* ---- statistics.get ----------------------------------------------------- */

/* How many partnerships gave each score to each statement. */
struct census {
	json_t *statements; /* {"<id>": {"<score>": count}} */
	json_int_t partnerships;
};

static int count_scores(void *ctx, json_t *scores)
{
	struct census *c = ctx;
	const char *id;
	json_t *score;
	char name[24];

	c->partnerships++;
	json_object_foreach(scores, id, score) {
		json_t *counts = json_object_get(c->statements, id);
		if (counts == NULL) {
			counts = json_object();
			if (json_put(c->statements, id, counts) != 0)
				return -ENOMEM;
		}
		(void)snprintf(name, sizeof name, "%" JSON_INTEGER_FORMAT,
			       json_integer_value(score));
		json_int_t before = json_member_integer(counts, name, 0);
		if (json_put(counts, name, json_integer(before + 1)) != 0)
			return -ENOMEM;
	}
	return 0;
}

int statistics_ask(struct read *q, struct journal_reader *r, struct err *e)
{
	const char *since = json_member_text(q->request->params, "since");
	const char *until = q->day[0] != '\0' ? q->day
					      : json_member_text(q->request->params, "until");
	struct census c = {json_object(), 0};
	json_t *awards = NULL;
	int rv = c.statements != NULL ? 0 : -ENOMEM;

	if (rv == 0)
		rv = reader_scores(r, since, until, count_scores, &c, e);
	if (rv == 0)
		rv = reader_award_counts(r, since, until, &awards, e);
	if (rv == 0) {
		q->found = json_pack("{sO sI sO}", "awards", awards, "partnerships", c.partnerships,
				     "statements", c.statements);
		rv = q->found != NULL ? 0 : -ENOMEM;
	}
	json_decref(c.statements);
	json_decref(awards);
	return rv;
}

struct scale {
	json_int_t from, to, not_applicable;
};

static json_int_t count_of(const json_t *counts, json_int_t score)
{
	char name[24];

	(void)snprintf(name, sizeof name, "%" JSON_INTEGER_FORMAT, score);
	return json_member_integer(counts, name, 0);
}

/* The nearest rank: the least score with at least this share of all below or
 * at it; quarters = 0 gives the minimum, 4 the maximum. Null without scores. */
static json_t *rank(const json_t *counts, const struct scale *scale, json_int_t scored,
		    json_int_t quarters)
{
	json_int_t wanted = (scored * quarters + 3) / 4, seen = 0;

	if (wanted < 1)
		wanted = 1;
	for (json_int_t score = scale->from; score <= scale->to; score++) {
		if (score != scale->not_applicable)
			seen += count_of(counts, score);
		if (seen >= wanted)
			return json_integer(score);
	}
	return json_null();
}

static json_t *statement_row(const json_t *statement, const json_t *census,
			     const struct scale *scale)
{
	json_t *id = json_object_get(statement, "id");
	const json_t *counts = json_object_get(census, json_string_value(id));
	json_int_t scored = 0;

	for (json_int_t score = scale->from; score <= scale->to; score++)
		scored += score != scale->not_applicable ? count_of(counts, score) : 0;
	return json_pack("{sO sI sI so so so so so}", "statement", id, "scored", scored,
			 "not_applicable", count_of(counts, scale->not_applicable), "minimum",
			 rank(counts, scale, scored, 0), "lower_quartile",
			 rank(counts, scale, scored, 1), "median", rank(counts, scale, scored, 2),
			 "upper_quartile", rank(counts, scale, scored, 3), "maximum",
			 rank(counts, scale, scored, 4));
}

json_t *statistics_document(struct read *q)
{
	const json_t *manifest = q->generation != NULL ? generation_manifest(q->generation) : NULL;
	const json_t *about = json_object_get(manifest, "scale");
	struct scale scale = {
		.from = json_member_integer(about, "from", 0),
		.to = json_member_integer(about, "to", 0),
		.not_applicable = json_member_integer(about, "not_applicable", 0),
	};
	json_t *rows = json_array();
	size_t i;
	json_t *statement;
	bool memory = rows != NULL;

	json_array_foreach(json_object_get(manifest, "statements"), i, statement) {
		memory = memory &&
			 json_array_append_new(
				 rows,
				 statement_row(statement, json_object_get(q->found, "statements"),
					       &scale)) == 0;
	}
	if (memory && json_object_set(q->found, "statements", rows) == 0) {
		json_decref(rows);
		return json_incref(q->found);
	}
	json_decref(rows);
	return NULL;
}

static json_t *finish_statistics(struct read *q)
{
	json_t *result = statistics_document(q);

	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void statistics_get(struct service *s, struct request *r)
{
	struct read q = {
		.service = s, .request = r, .ask = statistics_ask, .finish = finish_statistics};

	read_begin(&q);
}
