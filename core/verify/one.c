/* One test: what went before, one evaluation after another, then itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify/inner.h"

/* One test under way. */
struct one {
	struct verify *verify;
	struct claim claim;
	size_t index, step;
	json_t *history;
	json_t *document; /* what is being evaluated, free of personal values */
};

static void advance(struct one *one);

static bool has_passed(const struct one *one)
{
	return json_array_size(one->claim.messages) == 0;
}

static void end(struct one *one)
{
	struct verify *v = one->verify;
	size_t index = one->index;
	const json_t *test = one->claim.test;
	json_t *result = NULL;

	if (!one->claim.failed_memory)
		result = json_pack("{sO sO sO sb sO}", "name", json_object_get(test, "name"),
				   "file", json_object_get(test, "file"), "line",
				   json_object_get(test, "line"), "passed", has_passed(one),
				   "messages", one->claim.messages);
	json_decref(one->claim.messages);
	json_decref(one->history);
	json_decref(one->document);
	free(one);
	verify_one_ended(v, index, result);
}

static const json_t *step_of(const struct one *one)
{
	const json_t *step = json_array_get(json_object_get(one->claim.test, "before"), one->step);

	return step != NULL ? step : one->claim.test;
}

static bool is_last(const struct one *one)
{
	return step_of(one) == one->claim.test;
}

static bool is_import(const struct one *one)
{
	return json_object_get(step_of(one), "imported") != NULL;
}

/* What was answered becomes a row of the history. */
static int remember(struct one *one, const json_t *answer)
{
	const json_t *step = step_of(one);
	json_int_t sequence = (json_int_t)one->step + 1;
	json_t *row =
		is_import(one)
			? trial_import_row(sequence, json_object_get(step, "imported"),
					   json_array_get(json_object_get(answer, "awards"), 0))
			: trial_decision_row(sequence, one->document, answer);

	if (row == NULL ||
	    json_put(row, "revoked", json_boolean(json_member_true(step, "revoked"))))
		return json_decref(row), -ENOMEM;
	return json_array_append_new(one->history, row) == 0 ? 0 : -ENOMEM;
}

static int compare_last(struct one *one, json_t *answer)
{
	if (!is_import(one)) {
		claim_compare(&one->claim, answer);
		return 0;
	}
	json_t *shown =
		json_pack("{sO}", "outcome", json_array_get(json_object_get(answer, "awards"), 0));
	if (shown != NULL)
		claim_compare(&one->claim, shown);
	json_decref(shown);
	return shown != NULL ? 0 : -ENOMEM;
}

static void take_answer(struct one *one, json_t *document)
{
	struct verify *v = one->verify;
	json_t *answer = v->options.lines ? json_object_get(document, "answer") : document;
	int rv = v->options.lines ? coverage_ran(&v->coverage, json_object_get(document, "lines"))
				  : 0;

	if (rv == 0 && !is_import(one))
		rv = coverage_decided(&v->coverage, answer);
	if (rv == 0)
		rv = is_last(one) ? compare_last(one, answer) : remember(one, answer);
	one->claim.failed_memory |= rv != 0;
}

static void say_failure(struct one *one, const struct evaluation *e)
{
	struct buffer said;

	buffer_init(&said);
	if (rule_failure_append(e, &said) == 0)
		claim_say(&one->claim, "nothing was decided%s: %s",
			  is_last(one) ? "" : " of what went before", said.bytes);
	else
		one->claim.failed_memory = true;
	buffer_deinit(&said);
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct one *one = ctx;
	bool last = is_last(one);
	json_t *document = e->status == 0 ? json_read(e->result, NULL) : NULL;

	if (document != NULL)
		take_answer(one, document);
	else if (e->status != 0 && e->status != -ENOMEM)
		say_failure(one, e);
	else
		one->claim.failed_memory = true;
	json_decref(document);
	one->step++;
	if (last || !has_passed(one) || one->claim.failed_memory)
		end(one);
	else
		advance(one);
}

/* Gives the input of the evaluation, or NULL: no memory. */
static json_t *input_of(struct one *one, const char *operation)
{
	json_t *input = is_import(one) ? json_pack("{s[O]}", "awards",
						   json_object_get(step_of(one), "imported"))
				       : json_pack("{sO sO}", "history", one->history, "submission",
						   one->document);

	if (input != NULL && one->verify->options.lines &&
	    json_put(input, "operation", json_string(operation)) != 0) {
		json_decref(input);
		input = NULL;
	}
	return input;
}

static int ask_one(struct one *one)
{
	struct verify *v = one->verify;
	const char *operation = is_import(one) ? "import" : "decide";
	json_t *input = input_of(one, operation);
	int rv = input != NULL ? v->ask(v->by, v->options.lines ? "trace" : operation, input,
					on_answer, one)
			       : -ENOMEM;

	json_decref(input);
	return rv;
}

/* An import is checked as a list of one; a test knows nothing of the list. */
static int point_into_import(json_t *errors)
{
	static const char list[] = "/awards/0";
	size_t i;
	json_t *error;

	json_array_foreach(errors, i, error) {
		const char *pointer = json_member_text(error, "pointer");

		if (pointer != NULL && strncmp(pointer, list, sizeof list - 1) == 0 &&
		    json_put(error, "pointer", json_string(pointer + sizeof list - 1)) != 0)
			return -ENOMEM;
	}
	return 0;
}

/* 0, and the document that is evaluated; 1 where it does not fit. */
static int prepare(struct one *one)
{
	const struct generation *rules = one->verify->rules;
	const char *what = is_last(one) ? "what is given" : "before";
	json_t *errors = json_array(), *personal = json_array();
	int rv = errors != NULL && personal != NULL ? 0 : -ENOMEM;

	json_decref(one->document);
	one->document =
		is_import(one)
			? json_pack("{s[O]}", "awards", json_object_get(step_of(one), "imported"))
			: json_deep_copy_of(json_object_get(step_of(one), "submission"));
	if (rv == 0)
		rv = one->document == NULL
			     ? -ENOMEM
			     : form_check(is_import(one) ? generation_import_form(rules)
							 : generation_form(rules),
					  one->document, errors);
	if (rv == 0 && is_import(one))
		rv = point_into_import(errors);
	if (rv == 0 && claim_refused(&one->claim, errors, what))
		rv = 1;
	if (rv == 0 && !is_import(one))
		rv = form_commit(generation_form(rules), one->document, "", chance_system,
				 personal);
	json_decref(errors);
	json_decref(personal);
	return rv;
}

static void advance(struct one *one)
{
	int rv = prepare(one);

	if (rv == 0)
		rv = ask_one(one);
	if (rv == 0)
		return;
	one->claim.failed_memory |= rv < 0;
	end(one);
}

void one_begin(struct verify *v, size_t index)
{
	struct one *one = calloc(1, sizeof *one);
	json_t *history = json_array(), *messages = json_array();

	if (one == NULL || history == NULL || messages == NULL) {
		free(one);
		json_decref(history);
		json_decref(messages);
		verify_give_up(v, -ENOMEM);
		return;
	}
	*one = (struct one){.verify = v, .index = index, .history = history};
	one->claim = (struct claim){.test = json_array_get(v->tests, index),
				    .messages = messages,
				    .manifest = generation_manifest(v->rules)};
	v->under_way++;
	advance(one);
}
