/* Running: one evaluation in a fresh state, or a question about the rules. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "script/inner.h"

struct running {
	const struct script *script;
	const char *operation;
	const struct json_item *input;
};

static void push_input(lua_State *L, const struct running *r, const char *name,
		       const struct shape *shape)
{
	view_push(L, json_item_get(r->input, name), shape);
}

static int run(lua_State *L)
{
	const struct running *r = lua_touserdata(L, 1);

	engine_push(L, r->operation);
	if (strcmp(r->operation, "import") == 0) {
		push_input(L, r, "awards", r->script->awards);
		lua_call(L, 1, 1);
	} else {
		push_input(L, r, "submission", r->script->submission);
		push_input(L, r, "history", &shape_history);
		lua_call(L, 2, 1);
	}
	return 1;
}

static int blame(struct script_fault *fault, const char *what, const char *why)
{
	char message[256];

	(void)snprintf(message, sizeof message, "%s%s", what, why);
	fault_say(fault, "", 0, message);
	return AW_ESCRIPT;
}

/* Whether what was appended since `begun` is not too long. */
static int check_length(const struct buffer *out, size_t begun, size_t limit,
			struct script_fault *fault)
{
	return out->length - begun <= limit
		       ? 0
		       : blame(fault, "the answer is larger than an entry of the log may be", "");
}

static int write_answer(const json_t *answer, size_t limit, struct buffer *out,
			struct script_fault *fault)
{
	size_t begun = out->length;
	int rv = json_canonical(answer, out);

	if (rv != 0 && rv != -ENOMEM)
		rv = blame(fault, "the answer holds what cannot be written", "");
	return rv == 0 ? check_length(out, begun, limit, fault) : rv;
}

/* Appends the answer. */
static int run_in(struct vm *vm, struct running *r, struct buffer *out, struct script_fault *fault)
{
	const char *why = NULL;

	lua_pushcfunction(vm->L, run);
	lua_pushlightuserdata(vm->L, r);
	if (vm_call(vm, 1, 1) != LUA_OK) {
		*fault = vm->fault;
		return vm->starved ? -ENOMEM : AW_ESCRIPT;
	}
	int answer = lua_gettop(vm->L);
	int rv = sheet_is(vm, answer) ? sheet_write(vm, out, &why)
				      : result_write(vm->L, answer, out, &why);
	return rv == AW_ESCRIPT ? blame(fault, "the answer holds ", why) : rv;
}

static bool is_evaluation(const char *operation)
{
	return strcmp(operation, "decide") == 0 || strcmp(operation, "import") == 0;
}

/* A state as it was when the rules had been read: the one there is, put back, or
 * where it could not be kept a new one. */
static int make_ready(struct script *s)
{
	int rv = 0;

	if (s->ready != NULL && s->used) {
		if (vm_is_kept(s->ready))
			vm_restore(s->ready);
		else
			vm_close(&s->ready);
	}
	s->used = false;
	if (s->ready == NULL) {
		rv = script_fresh(s, NULL, NULL, &s->ready);
		if (rv == 0)
			(void)vm_keep(s->ready); /* if not, the next is made anew */
	}
	return rv;
}

static void tell_counting(const struct script *s)
{
	if (s->before_counting != NULL)
		s->before_counting(s->counting_ctx);
}

/* Whether this run goes without counting. Words of plugins may take long. */
static bool begin_quickly(const struct script *s, const struct running *r)
{
	if ((s->words == NULL || s->words->count == 0) && r->input != NULL &&
	    quick_begin(s->ready, r->input->text.length))
		return true;
	tell_counting(s);
	return false;
}

static int evaluate(struct script *s, struct running *r, struct buffer *out,
		    struct script_fault *fault)
{
	size_t limit = strcmp(r->operation, "import") == 0 ? IMPORT_LIMIT : DECISION_LIMIT;
	size_t begun = out->length;
	int rv = make_ready(s);

	if (rv == AW_ESCRIPT)
		(void)blame(fault, "the rules do not load again", ""); /* they did once */
	bool quick = rv == 0 && begin_quickly(s, r);
	if (rv == 0)
		rv = run_in(s->ready, r, out, fault);
	s->used = true;
	if (quick && quick_end(s->ready)) {
		tell_counting(s);
		out->length = begun;
		rv = make_ready(s);
		if (rv == 0)
			rv = run_in(s->ready, r, out, fault);
		s->used = true;
	}
	if (rv == 0)
		rv = check_length(out, begun, limit, fault);
	return rv;
}

static int write_lines(const struct lines *lines, struct buffer *out)
{
	json_t *described = lines_describe(lines);
	int rv = described != NULL ? buffer_append_text(out, ",\"lines\":") : -ENOMEM;

	if (rv == 0)
		rv = json_canonical(described, out);
	json_decref(described);
	return rv;
}

/* NULL where it is none. */
static const char *evaluation_of(const struct json_item *operation)
{
	return json_item_is(operation, text_of("decide"))   ? "decide"
	       : json_item_is(operation, text_of("import")) ? "import"
							    : NULL;
}

/* The same, with the lines that ran beside the answer. */
static int trace(struct script *s, struct running *r, struct buffer *out,
		 struct script_fault *fault)
{
	struct lines *lines = lines_new(s);
	struct vm *vm = NULL;
	size_t begun = out->length;
	int rv = lines != NULL ? 0 : -ENOMEM;

	tell_counting(s);
	r->operation = evaluation_of(json_item_get(r->input, "operation"));
	if (rv == 0 && r->operation == NULL)
		rv = blame(fault, "there is nothing to trace", "");
	if (rv == 0)
		rv = script_fresh(s, NULL, lines, &vm);
	if (rv == 0)
		rv = buffer_append_text(out, "{\"answer\":");
	if (rv == 0)
		rv = run_in(vm, r, out, fault);
	if (rv == 0)
		rv = write_lines(lines, out);
	if (rv == 0)
		rv = buffer_append_text(out, "}");
	if (rv == 0)
		rv = check_length(out, begun, IMPORT_LIMIT, fault);
	vm_close(&vm);
	lines_free(lines);
	return rv;
}

static int answer(struct script *s, struct running *r, struct buffer *out,
		  struct script_fault *fault)
{
	int rv;

	if (is_evaluation(r->operation))
		return evaluate(s, r, out, fault);
	if (strcmp(r->operation, "trace") == 0)
		return trace(s, r, out, fault);
	if (strcmp(r->operation, "tests") == 0)
		return write_answer(s->tests, TESTS_LIMIT, out, fault);
	if (strcmp(r->operation, "pulse") == 0)
		return buffer_append_text(out, "{}");
	if (strcmp(r->operation, "lines") != 0)
		return blame(fault, "there is no operation ", r->operation);
	json_t *lines = lines_of_script(s);
	rv = lines != NULL ? write_answer(lines, TESTS_LIMIT, out, fault) : -ENOMEM;
	json_decref(lines);
	return rv;
}

static int run_request(struct script *s, struct running *r, struct buffer *out,
		       struct script_fault *fault)
{
	locale_t before = uselocale(s->c_locale);
	size_t begun = out->length;

	*fault = (struct script_fault){0};
	int rv = answer(s, r, out, fault);
	if (rv != 0)
		out->length = begun; /* what stands of it is no answer */
	(void)uselocale(before);     /* cannot fail: it was in use */
	return rv;
}

int script_run_item(struct script *s, const struct json_item *request, struct buffer *out,
		    struct script_fault *fault)
{
	struct running r = {.script = s, .input = json_item_get(request, "input")};
	const struct json_item *operation = json_item_get(request, "operation");
	struct buffer name;

	buffer_init(&name);
	int rv = operation != NULL && operation->kind == JSON_ITEM_STRING
			 ? json_item_text(operation, &name)
			 : buffer_append(&name, "", 0);
	r.operation = name.bytes;
	if (rv == 0)
		rv = run_request(s, &r, out, fault);
	buffer_deinit(&name);
	return rv;
}

int script_run(struct script *s, const char *operation, const json_t *input, struct buffer *out,
	       struct script_fault *fault)
{
	struct running r = {.script = s, .operation = operation};
	struct json_index index;
	struct buffer text;

	json_index_init(&index);
	buffer_init(&text);
	int rv = input != NULL ? json_compact(input, &text) : buffer_append_text(&text, "null");
	if (rv == 0)
		rv = json_index_read(&index, (struct text){text.bytes, text.length});
	r.input = index.items;
	if (rv == 0)
		rv = run_request(s, &r, out, fault);
	buffer_deinit(&text);
	json_index_deinit(&index);
	return rv;
}

void script_before_counting(struct script *s, void (*cb)(void *ctx), void *ctx)
{
	s->before_counting = cb;
	s->counting_ctx = ctx;
}

void script_prepare(struct script *s)
{
	locale_t before = uselocale(s->c_locale);

	(void)make_ready(s);     /* where it fails, script_run tries and says so */
	(void)uselocale(before); /* cannot fail: it was in use */
}
