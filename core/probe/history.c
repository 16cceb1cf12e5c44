/* Histories, made by the rules themselves: what was decided becomes the past of
 * what is decided next. */
#include <errno.h>
#include <string.h>

#include "probe/inner.h"

enum { CHAIN_LONGEST = 4, PARTNERSHIP_LEVELS = 8 };

/* Gives the row of a decision on one base after a history, or NULL where the
 * rules gave none (which is found otherwise) or memory ran out. */
static json_t *decide_row(struct probe *p, size_t base, const char *day, const json_t *history)
{
	json_t *submission = json_deep_copy_of(json_array_get(p->bases, base)), *decision = NULL;
	json_t *date = json_string(day), *row = NULL;
	struct err e = {0};

	if (submission != NULL && date != NULL && document_edit(submission, "/assessed_on", date) &&
	    document_edit(submission, "/registered_on", date) &&
	    trial_decide(p->trial, submission, history, &decision, &e) == 0)
		row = trial_decision_row((json_int_t)json_array_size(history) + 1, submission,
					 decision);
	p->evaluations++;
	json_decref(decision);
	json_decref(date);
	json_decref(submission);
	return row;
}

/* Takes the rows. */
static int keep(struct probe *p, json_t *rows)
{
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return 0;
	}
	return json_array_append_new(p->histories, rows) == 0 ? 0 : -ENOMEM;
}

/* A copy of a history whose last row says otherwise. Takes `value`. */
static int keep_changed(struct probe *p, const json_t *rows, const char *pointer, json_t *value)
{
	json_t *copy = json_deep_copy_of(rows);
	json_t *last = json_array_get(copy, json_array_size(copy) - 1);

	if (copy == NULL || value == NULL || !document_edit(last, pointer, value)) {
		json_decref(value);
		json_decref(copy);
		return -ENOMEM;
	}
	json_decref(value);
	return keep(p, copy);
}

/* One decision; and on the highest base also the same revoked, without a name,
 * and with a level that these rules do not know. */
static int keep_single(struct probe *p, size_t base, bool highest)
{
	json_t *none = json_array();
	json_t *row = none != NULL ? decide_row(p, base, p->known.day, none) : NULL;
	json_t *rows = row != NULL ? json_pack("[o]", row) : NULL;
	int rv = none != NULL && (row == NULL || rows != NULL) ? 0 : -ENOMEM;

	if (rv == 0 && rows != NULL && highest) {
		rv = keep_changed(p, rows, "/revoked", json_true());
		if (rv == 0)
			rv = keep_changed(p, rows, "/name", json_null());
		if (rv == 0 && json_member(json_member(row, "outcome"), "award") != NULL)
			rv = keep_changed(p, rows, "/outcome/award",
					  json_string("a-level-of-other-rules"));
	}
	if (rv == 0 && rows != NULL)
		rv = keep(p, json_incref(rows));
	json_decref(rows);
	json_decref(none);
	return rv;
}

/* Two or more decisions, each a day before the one before it ends. */
static int keep_chain(struct probe *p, const size_t *bases, size_t count)
{
	int months = 12 * (int)json_member_integer(json_member(p->manifest, "register"),
						   "years_current", 3);
	char day[DATE_TEXT];
	json_t *rows = json_array();

	day_move(p->known.day, 0, 0, day);
	for (size_t i = 0; i < count && rows != NULL; i++) {
		json_t *row = decide_row(p, bases[i], day, rows);
		if (row == NULL)
			break;
		if (json_array_append_new(rows, row) != 0) {
			json_decref(rows);
			return -ENOMEM;
		}
		const char *end = json_member_text(json_member(row, "outcome"), "expires_on");
		char next[DATE_TEXT];
		struct date d;
		if (end != NULL && date_parse(text_of(end), &d))
			day_move(end, 0, -1, next);
		else
			day_move(day, months, -1, next);
		memcpy(day, next, sizeof day);
	}
	return rows != NULL ? keep(p, rows) : -ENOMEM;
}

static int keep_chains(struct probe *p, const size_t *bases, size_t count)
{
	size_t same[CHAIN_LONGEST];
	int rv = 0;

	for (size_t a = 0; a < count && rv == 0; a++) {
		for (size_t b = 0; b < count && rv == 0; b++)
			rv = keep_chain(p, (const size_t[2]){bases[a], bases[b]}, 2);
	}
	for (size_t length = 3; length <= CHAIN_LONGEST && count > 0 && rv == 0; length++) {
		for (size_t i = 0; i < length; i++)
			same[i] = bases[0];
		rv = keep_chain(p, same, length);
	}
	return rv;
}

/* ---- awards made elsewhere ------------------------------------------------ */

struct importing {
	struct probe *p;
	json_t *outcome;
	struct trouble trouble;
	int status;
};

static void on_imported(void *ctx, const struct evaluation *e)
{
	struct importing *i = ctx;

	i->status = e->status;
	i->p->evaluations++;
	if (e->status == 0) {
		json_t *answer = json_read(e->result, NULL);
		json_t *first = json_array_get(json_member(answer, "awards"), 0);
		i->outcome = first != NULL ? json_incref(first) : NULL;
		json_decref(answer);
		return;
	}
	trouble_set(&i->trouble, e);
}

/* Imports one award (taken) and keeps it as a history. */
static int import_one(struct probe *p, json_t *award)
{
	struct importing i = {.p = p};
	json_t *input = award != NULL ? json_pack("{s[O]}", "awards", award) : NULL;
	int rv = input != NULL ? trial_ask(p->trial, "import", input, on_imported, &i) : -ENOMEM;

	if (rv == 0)
		trial_wait(p->trial);
	if (rv == 0 && i.status == -ENOMEM)
		rv = -ENOMEM;
	if (rv == 0 && i.status != 0)
		rv = say_import(p, &i.trouble, award);
	if (rv == 0 && i.outcome != NULL) {
		json_t *row = trial_import_row(1, award, i.outcome);
		json_t *rows = row != NULL ? json_pack("[o]", row) : NULL;
		rv = rows != NULL ? keep(p, rows) : -ENOMEM;
	}
	json_decref(i.outcome);
	json_decref(input);
	json_decref(award);
	return rv;
}

static const json_t *import_values(const struct probe *p, const char *name)
{
	const json_t *form = json_member(p->manifest, "import_form"), *member;
	size_t i;

	json_array_foreach(form, i, member) {
		const char *is = json_member_text(member, "name");
		const json_t *of = json_member(member, "of");
		if (is != NULL && strcmp(is, name) == 0)
			return json_member(of != NULL ? of : member, "values");
	}
	return NULL;
}

/* An award of each level with all that may be left out, and without; and the
 * last one by each route. */
static int keep_imports(struct probe *p)
{
	const json_t *form = json_member(p->manifest, "import_form");
	const json_t *levels = import_values(p, "award"), *routes = import_values(p, "route");
	const json_t *value;
	size_t i, step = json_array_size(levels) / PARTNERSHIP_LEVELS + 1;
	int rv = 0;

	json_array_foreach(levels, i, value) {
		for (int full = 0; full < 2 && i % step == 0 && rv == 0; full++) {
			json_t *award = make_object(form, full == 1, 0, p->known.day);
			if (award != NULL && !document_edit(award, "/award", value)) {
				json_decref(award);
				award = NULL;
			}
			rv = import_one(p, award);
		}
	}
	json_array_foreach(routes, i, value) {
		json_t *award = rv == 0 ? make_object(form, true, i, p->known.day) : NULL;
		if (award != NULL && !document_edit(award, "/route", value)) {
			json_decref(award);
			award = NULL;
		}
		if (rv == 0)
			rv = import_one(p, award);
	}
	return rv;
}

int history_make(struct probe *p, const size_t *bases, size_t count)
{
	int rv = 0;

	for (size_t i = 0; i < count && rv == 0; i++)
		rv = keep_single(p, bases[i], i == 0);
	if (rv == 0)
		rv = keep_imports(p);
	if (rv == 0)
		rv = keep_chains(p, bases, count);
	return rv;
}
