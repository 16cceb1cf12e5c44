/* What a folder of rules may not hold: every problem is told, none passed over. */
#include "folder.h"

enum { LIMIT = 256 << 10 };

static void links_are_refused(void **state)
{
	struct folder *f = *state;
	char path[512];

	put(f, "a.lua", "-- a\n");
	path_of(f, "b.lua", path);
	assert_int_equal(symlink("a.lua", path), 0);
	refuses(f, "b.lua:0: is a link, and links are not followed\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("nowhere", path), 0);
	refuses(f, "b.lua:0: is a link, and links are not followed\n");
	assert_int_equal(unlink(path), 0);
	path_of(f, "more.lua", path);
	assert_int_equal(symlink("/tmp", path), 0);
	refuses(f, "more.lua:0: is a link, and links are not followed\n");
}

static void a_linked_folder_is_refused_not_passed_over(void **state)
{
	struct folder *f = *state;
	char path[512];

	put(f, "a.lua", "-- a\n");
	put(f, ".elsewhere/b.lua", "-- b\n");
	path_of(f, "more", path);
	assert_int_equal(symlink(".elsewhere", path), 0);
	refuses(f, "more:0: is a link, and links are not followed\n");
}

static void what_is_no_text_is_refused(void **state)
{
	struct folder *f = *state;
	char path[512];

	put(f, "good.lua", "-- good\n");
	put_bytes(f, "nul.lua", "-- a\0b\n", 7);
	put(f, "latin.lua", "-- caf\xe9\n");
	put(f, "half.lua", "-- \xe2\x82");
	put(f, "pair.lua", "-- \xed\xa0\x80\n");
	path_of(f, "pipe.lua", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refuses(f, "half.lua:0: is not text in UTF-8\n"
		   "latin.lua:0: is not text in UTF-8\n"
		   "nul.lua:0: holds a NUL byte and is no text\n"
		   "pair.lua:0: is not text in UTF-8\n"
		   "pipe.lua:0: is no regular file\n");
}

static void a_file_has_at_most_256_kib(void **state)
{
	struct folder *f = *state;
	char *bytes = malloc(LIMIT + 1);

	assert_non_null(bytes);
	memset(bytes, '-', LIMIT + 1);
	put_bytes(f, "long.lua", bytes, LIMIT);
	reads(f, "long.lua ");
	put_bytes(f, "long.lua", bytes, LIMIT + 1);
	refuses(f, "long.lua:0: is longer than 256 KiB\n");
	free(bytes);
}

static void a_rule_set_has_at_most_1000_files(void **state)
{
	struct folder *f = *state;
	char name[32];

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "%d/r%d.lua", i % 7, i);
		put(f, name, "");
	}
	assert_int_equal(read_again(f), 0);
	assert_int_equal(json_array_size(f->files.files), 1000);
	put(f, "z.lua", "");
	refuses(f, "z.lua:0: is one file too many; a rule set has at most 1,000\n");
}

static void no_script_is_lost_among_many_other_files(void **state)
{
	struct folder *f = *state;
	char name[32];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "r%d.lua", i);
		put(f, name, "");
	}
	for (int i = 0; i < 2500; i++) {
		snprintf(name, sizeof name, "note-%d.txt", i);
		put(f, name, "");
	}
	for (int i = 40; i < 80; i++) {
		snprintf(name, sizeof name, "r%d.lua", i);
		put(f, name, "");
	}
	/* All of them, or none and a fault. */
	if (read_again(f) == 0)
		assert_int_equal(json_array_size(f->files.files), 80);
	else
		assert_int_not_equal(json_array_size(f->faults), 0);
}

static void a_folder_without_scripts_is_refused(void **state)
{
	struct folder *f = *state;
	char wanted[256], path[512];

	snprintf(wanted, sizeof wanted, "%s:0: holds no rule script (*.lua)\n", f->path);
	refuses(f, wanted);
	put(f, "README.md", "");
	put(f, ".a.lua", "");
	put(f, "empty/b.txt", "");
	refuses(f, wanted);
	path_of(f, "nowhere", path);
	assert_int_equal(json_array_clear(f->faults), 0);
	assert_int_equal(rule_files_read(path, &f->files, f->faults), AW_ESCRIPT);
	assert_string_equal(json_member_text(json_array_get(f->faults, 0), "file"), path);
	assert_string_equal(json_member_text(json_array_get(f->faults, 0), "message"),
			    "No such file or directory");
}

static void names_that_are_no_text_are_refused_with_a_fault(void **state)
{
	struct folder *f = *state;

	put(f, "a.lua", "-- a\n");
	put(f, "b\xff.lua", "-- b\n");
	refuses(f, "b?.lua:0: is not text in UTF-8\n");
}

static void a_fault_is_worded_by_what_is_known_of_it(void **state)
{
	static const char *const each[][2] = {
		{"{\"file\": \"a.lua\", \"line\": 3, \"message\": \"no\"}", "a.lua:3: no"},
		{"{\"file\": \"a.lua\", \"line\": 0, \"message\": \"no\"}", "a.lua: no"},
		{"{\"file\": \"\", \"line\": 0, \"message\": \"no\"}", "no"},
		{"{\"file\": \"\", \"line\": 3, \"message\": \"no\"}", "no"},
		{"{\"message\": \"no\"}", "no"},
		{"{\"file\": \"a.lua\"}", "a.lua: "},
		{"{}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
		json_t *fault = json_read(text_of(each[i][0]), NULL);
		struct buffer said;

		assert_non_null(fault);
		buffer_init(&said);
		assert_int_equal(rule_fault_append(fault, &said), 0);
		assert_string_equal(said.bytes, each[i][1]);
		buffer_deinit(&said);
		json_decref(fault);
	}
}

static void a_failure_is_worded_as_a_fault_is(void **state)
{
	static const struct {
		struct evaluation e;
		const char *says;
	} each[] = {
		{{.file = "a.lua", .line = 3, .message = "no"}, "a.lua:3: no"},
		{{.file = "a.lua", .message = "no"}, "a.lua: no"},
		{{.file = "", .message = "no"}, "no"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
		struct buffer said;

		buffer_init(&said);
		assert_int_equal(rule_failure_append(&each[i].e, &said), 0);
		assert_string_equal(said.bytes, each[i].says);
		buffer_deinit(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_worded_by_what_is_known_of_it),
		cmocka_unit_test(a_failure_is_worded_as_a_fault_is),
		in_folder(links_are_refused),
		in_folder(a_linked_folder_is_refused_not_passed_over),
		in_folder(what_is_no_text_is_refused),
		in_folder(a_file_has_at_most_256_kib),
		in_folder(a_rule_set_has_at_most_1000_files),
		in_folder(no_script_is_lost_among_many_other_files),
		in_folder(a_folder_without_scripts_is_refused),
		in_folder(names_that_are_no_text_are_refused_with_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
