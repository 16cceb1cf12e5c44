/* Rule files, loaded in the sandbox and run: a file each, divided by 0xFF, the last but
 * one named as tests. What is wrong is said with file and line; and everything comes out
 * the same when it is done again. The process is not sealed here, as an evaluator is. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "script/script.h"

enum { FILES = 6 };

static const char submission[] =
	"{\"submission\":{\"partnership\":{\"id\":\"a\",\"name\":\"A\"},"
	"\"assessed_on\":\"2024-05-20\",\"scores\":{\"1\":7,\"2\":5,\"3\":9,\"4a\":7,\"4b\":7,"
	"\"5\":8,\"6\":0,\"7\":7,\"8\":9,\"9\":7,\"10\":7}},\"history\":[]}";

static void divide(struct text rest, struct script_file files[FILES], size_t *count)
{
	static const char *const names[FILES] = {"a.lua", "b.lua",      "c.lua",
						 "d.lua", "e.test.lua", "f.lua"};

	for (*count = 0; *count < FILES && fuzz_piece(&rest, &files[*count].source); (*count)++)
		files[*count].path = names[*count];
}

static void check_tokens(struct text source)
{
	struct script_token token = {0};
	size_t after = 0;
	int line = 1;

	while (script_token_next(source, &token)) {
		fuzz_must(token.length > 0 && token.offset >= after &&
				  token.length <= source.length - token.offset &&
				  token.line >= line,
			  "a token at %zu of %zu bytes on line %d", token.offset, token.length,
			  token.line);
		after = token.offset + token.length;
		line = token.line;
	}
}

/* Adds what one question gives. */
static void ask(struct script *s, const char *operation, struct buffer *out)
{
	struct script_fault fault = {.line = 0};
	json_t *input = json_read(text_of(submission), NULL);
	size_t before = out->length;

	int rv = script_run(s, operation, input, out, &fault);
	fuzz_must(rv == 0 || rv == AW_ESCRIPT, "%s gives %d", operation, rv);
	if (rv == 0) {
		struct err e = {0};
		json_t *answer =
			json_read((struct text){out->bytes + before, out->length - before}, &e);
		fuzz_must(answer != NULL, "%s answers what is no JSON: %s", operation, e.text);
		json_decref(answer);
	} else {
		fuzz_must(fault.message[0] != '\0', "%s fails without a sentence", operation);
		(void)buffer_printf(out, "%s:%d: %s", fault.file, fault.line, fault.message);
	}
	json_decref(input);
}

static void open_and_run(const struct script_file *files, size_t count, struct buffer *out)
{
	struct script_faults faults = {0};
	struct script *s = NULL;

	int rv = script_open((struct text){NULL, 0}, files, count, NULL, &s, &faults);
	fuzz_must(rv == 0 || (rv == AW_ESCRIPT && faults.count > 0), "loading gives %d", rv);
	for (size_t i = 0; i < faults.count; i++)
		(void)buffer_printf(out, "%s:%d: %s\n", faults.list[i].file, faults.list[i].line,
				    faults.list[i].message);
	if (rv == 0) {
		fuzz_must(json_canonical(script_manifest(s), out) == 0, "a manifest of no form");
		ask(s, "decide", out);
		ask(s, "tests", out);
		ask(s, "lines", out);
		size_t before = out->length;
		ask(s, "decide", out);
		ask(s, "decide", out);
		size_t each = (out->length - before) / 2;
		fuzz_must(memcmp(out->bytes + before, out->bytes + before + each, each) == 0,
			  "a run leaves a trace in the next");
	}
	script_close(&s);
	script_faults_deinit(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script_file files[FILES];
	struct buffer once, again;
	size_t count;

	divide(fuzz_text(data, size), files, &count);
	for (size_t i = 0; i < count; i++)
		check_tokens(files[i].source);
	buffer_init(&once);
	buffer_init(&again);
	open_and_run(files, count, &once);
	open_and_run(files, count, &again);
	fuzz_must(text_equal((struct text){once.bytes, once.length},
			     (struct text){again.bytes, again.length}),
		  "the same files, and something else came of them:\n%s\n%s", once.bytes,
		  again.bytes);
	buffer_deinit(&once);
	buffer_deinit(&again);
	return 0;
}
