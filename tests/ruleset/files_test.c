/* A folder of rule scripts, read once: which files, in which order, and under
 * which digest. */
#include "folder.h"
#include "script/script.h"

static void the_digest_is_that_of_the_list_that_sha256sum_prints(void **state)
{
	struct folder *f = *state;
	struct text prelude = script_prelude();
	char list[1024], hash[65], wanted[80], command[160];
	size_t used;
	FILE *pipe;

	put(f, "b.lua", "-- second\n");
	put(f, "a.lua", "");
	put(f, "more/c.lua", "-- \xc3\xa9\n");
	reads(f, "a.lua b.lua more/c.lua ");
	sum(prelude.bytes, prelude.length, hash);
	used = (size_t)snprintf(list, sizeof list, "%s  prelude\n", hash);
	snprintf(command, sizeof command, "cd %s && sha256sum a.lua b.lua more/c.lua", f->path);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	used += fread(list + used, 1, sizeof list - used, pipe);
	assert_int_equal(pclose(pipe), 0);
	sum(list, used, hash);
	snprintf(wanted, sizeof wanted, "sha256:%s", hash);
	assert_string_equal(f->files.digest, wanted);
}

static void each_file_is_kept_with_its_text_and_hash(void **state)
{
	struct folder *f = *state;
	const json_t *file;
	char hash[65];

	put(f, "only.lua", "return \"caf\xc3\xa9\"\r\n");
	reads(f, "only.lua ");
	file = json_array_get(f->files.files, 0);
	sum("return \"caf\xc3\xa9\"\r\n", 16, hash);
	assert_int_equal(json_object_size(file), 3);
	assert_string_equal(json_member_text(file, "text"), "return \"caf\xc3\xa9\"\r\n");
	assert_string_equal(json_member_text(file, "sha256"), hash);
}

static void a_change_of_any_name_or_byte_is_another_digest(void **state)
{
	struct folder *f = *state;
	char digests[5][72], from[512], to[512];

	put(f, "a.lua", "one");
	for (int i = 0; i < 5; i++) {
		if (i == 1)
			put(f, "a.lua", "onf");
		if (i == 2)
			put(f, "a.lua", "one\n");
		if (i == 3)
			put(f, "b.lua", "one");
		if (i == 4) {
			path_of(f, "b.lua", from);
			path_of(f, "c.lua", to);
			assert_int_equal(rename(from, to), 0);
		}
		assert_int_equal(read_again(f), 0);
		memcpy(digests[i], f->files.digest, sizeof digests[i]);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(digests[i], digests[k]);
	}
}

static void the_order_is_that_of_whole_paths_however_they_were_made(void **state)
{
	static const char *const names[] = {"A.lua",   "a-b.lua",   "a.lua",
					    "a/a.lua", "a/b/c.lua", "a0.lua",
					    "b.lua",   "z/a.lua",   "\xc3\xa9.lua"};
	enum { COUNT = sizeof names / sizeof names[0] };
	struct folder *f = *state;
	char first[72], path[512];

	for (int turn = 0; turn < COUNT; turn++) {
		for (int i = 0; i < COUNT; i++)
			put(f, names[(i * 5 + turn) % COUNT], "-- same\n");
		reads(f, "A.lua a-b.lua a.lua a/a.lua a/b/c.lua a0.lua b.lua z/a.lua "
			 "\xc3\xa9.lua ");
		if (turn == 0)
			memcpy(first, f->files.digest, sizeof first);
		assert_string_equal(f->files.digest, first);
		for (int i = 0; i < COUNT; i++) {
			path_of(f, names[i], path);
			assert_int_equal(unlink(path), 0);
		}
	}
}

static void dot_files_and_what_editors_leave_are_not_read(void **state)
{
	static const char *const left[] = {
		".a.lua.swp",    ".lua",
		".hidden.lua",   "a.lua~",
		"#a.lua#",       ".#a.lua",
		"a.lua.bak",     "a.lua.orig",
		"4913",          "a.LUA",
		"alua",          "lua",
		"README.md",     ".git/hooks/b.lua",
		".vscode/c.lua",
	};
	struct folder *f = *state;
	char before[72];

	put(f, "a.lua", "-- a\n");
	reads(f, "a.lua ");
	memcpy(before, f->files.digest, sizeof before);
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
		put(f, left[i], "not (Lua\xff\0");
	reads(f, "a.lua ");
	assert_string_equal(f->files.digest, before);
}

static void subfolders_are_read_to_their_depth_and_no_deeper(void **state)
{
	struct folder *f = *state;

	put(f, "1/2/3/4/5/6/7/8/deep.lua", "-- deep\n");
	put(f, "looks.lua/inner.lua", "-- a folder may be named so\n");
	put(f, "empty/README", "");
	reads(f, "1/2/3/4/5/6/7/8/deep.lua looks.lua/inner.lua ");
	put(f, "1/2/3/4/5/6/7/8/9/deeper.lua", "-- too deep\n");
	refuses(f, "1/2/3/4/5/6/7/8/9:0: lies too deep\n");
}

static void the_folder_itself_may_be_a_link(void **state)
{
	struct folder *f = *state;
	struct rule_files files;
	char path[512], digest[72];

	put(f, "v1/a.lua", "-- a\n");
	path_of(f, "v1", path);
	assert_int_equal(rule_files_read(path, &files, f->faults), 0);
	memcpy(digest, files.digest, sizeof digest);
	rule_files_deinit(&files);
	path_of(f, "current", path);
	assert_int_equal(symlink("v1", path), 0);
	assert_int_equal(rule_files_read(path, &files, f->faults), 0);
	assert_string_equal(files.digest, digest);
	rule_files_deinit(&files);
}

static void no_other_files_have_the_same_digest(void **state)
{
	struct folder *f = *state;
	char hash[65], forged[128], path[512], digest[72];

	put(f, "a.lua", "-- a\n");
	put(f, "b.lua", "-- b\n");
	reads(f, "a.lua b.lua ");
	memcpy(digest, f->files.digest, sizeof digest);
	path_of(f, "b.lua", path);
	assert_int_equal(unlink(path), 0);
	path_of(f, "a.lua", path);
	assert_int_equal(unlink(path), 0);
	/* One file, whose name makes the list of two. */
	sum("-- b\n", 5, hash);
	snprintf(forged, sizeof forged, "a.lua\n%s  b.lua", hash);
	put(f, forged, "-- a\n");
	if (read_again(f) == 0)
		assert_string_not_equal(f->files.digest, digest);
}

static void files_kept_in_the_log_give_the_same_rule_set(void **state)
{
	struct folder *f = *state;
	json_t *kept = json_array(), *each;
	struct rule_files again;
	size_t i;

	put(f, "b.lua", "-- \xc3\xa9\n");
	put(f, "a.lua", "");
	put(f, "more/c.lua", "return 1\n");
	reads(f, "a.lua b.lua more/c.lua ");
	/* As the log gives them, and in another order. */
	json_array_foreach(f->files.files, i, each)
		assert_int_equal(json_array_insert_new(kept, 0,
						       json_pack("{s:O,s:O}", "path",
								 json_object_get(each, "path"),
								 "text",
								 json_object_get(each, "text"))),
				 0);
	assert_int_equal(rule_files_from(kept, NULL, &again), 0);
	assert_string_equal(again.digest, f->files.digest);
	assert_true(json_equal(again.files, f->files.files));
	rule_files_deinit(&again);
	assert_null(again.files);
	/* A hash that stands there already is not believed. */
	assert_int_equal(
		json_object_set_new(json_array_get(kept, 0), "text", json_string("return 2\n")), 0);
	assert_int_equal(
		json_object_set_new(json_array_get(kept, 0), "sha256", json_string("0000")), 0);
	assert_int_equal(rule_files_from(kept, NULL, &again), 0);
	assert_string_not_equal(again.digest, f->files.digest);
	rule_files_deinit(&again);
	json_decref(kept);
}

static void the_words_of_another_version_make_another_digest(void **state)
{
	struct folder *f = *state;
	struct text own = script_prelude();
	json_t *prelude = json_stringn(own.bytes, own.length), *other = json_string("-- other");
	struct rule_files again;

	put(f, "a.lua", "-- a\n");
	reads(f, "a.lua ");
	assert_int_equal(rule_files_from(f->files.files, prelude, &again), 0);
	assert_string_equal(again.digest, f->files.digest);
	rule_files_deinit(&again);
	assert_int_equal(rule_files_from(f->files.files, other, &again), 0);
	assert_string_not_equal(again.digest, f->files.digest);
	assert_ptr_equal(again.prelude, other);
	rule_files_deinit(&again);
	json_decref(prelude);
	json_decref(other);
}

static void a_description_has_no_texts(void **state)
{
	struct folder *f = *state;
	json_t *described, *files;

	put(f, "a.lua", "-- a\n");
	put(f, "b.lua", "-- b\n");
	reads(f, "a.lua b.lua ");
	described = rule_files_describe(&f->files);
	files = json_object_get(described, "files");
	assert_string_equal(json_member_text(described, "digest"), f->files.digest);
	assert_int_equal(json_array_size(files), 2);
	assert_int_equal(json_object_size(json_array_get(files, 1)), 2);
	assert_string_equal(json_member_text(json_array_get(files, 1), "path"), "b.lua");
	assert_string_equal(json_member_text(json_array_get(files, 1), "sha256"),
			    json_member_text(json_array_get(f->files.files, 1), "sha256"));
	json_decref(described);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_folder(the_digest_is_that_of_the_list_that_sha256sum_prints),
		in_folder(each_file_is_kept_with_its_text_and_hash),
		in_folder(a_change_of_any_name_or_byte_is_another_digest),
		in_folder(the_order_is_that_of_whole_paths_however_they_were_made),
		in_folder(dot_files_and_what_editors_leave_are_not_read),
		in_folder(subfolders_are_read_to_their_depth_and_no_deeper),
		in_folder(the_folder_itself_may_be_a_link),
		in_folder(no_other_files_have_the_same_digest),
		in_folder(files_kept_in_the_log_give_the_same_rule_set),
		in_folder(the_words_of_another_version_make_another_digest),
		in_folder(a_description_has_no_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
