/* Rooms keep to the table in core/README.md: includes point one way, only to
 * public headers, and each library stays in its rooms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/base.h"

enum { ROOMS_MAX = 32, LINE_MAX_TEXT = 512, FAULTS_MAX = 4096 };

struct room {
	char name[32];
	char libraries[128];
};

struct table {
	struct room rooms[ROOMS_MAX];
	size_t count;
};

static const struct room *find(const struct table *t, const char *name, size_t *index)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->rooms[i].name, name) == 0) {
			*index = i;
			return &t->rooms[i];
		}
	}
	return NULL;
}

/* Rows that begin with a name in backquotes, up to the first heading after. */
static void read_table(struct table *t)
{
	char line[LINE_MAX_TEXT];
	FILE *f = fopen(AWARDD_SOURCE "/core/README.md", "r");

	assert_non_null(f);
	t->count = 0;
	while (fgets(line, sizeof line, f) != NULL) {
		struct room *room = &t->rooms[t->count];
		if (strncmp(line, "## ", 3) == 0)
			break;
		if (sscanf(line, "| `%31[a-z]`", room->name) != 1)
			continue;
		char *last = strrchr(line, '|');
		*last = '\0';
		(void)snprintf(room->libraries, sizeof room->libraries, "%s", strrchr(line, '|'));
		t->count++;
		assert_true(t->count < ROOMS_MAX);
	}
	(void)fclose(f);
}

/* Whether a header of a library that some room keeps to itself. */
static bool is_kept(const struct table *t, const char *header)
{
	char quoted[80];

	(void)snprintf(quoted, sizeof quoted, "`%s`", header);
	for (size_t i = 0; i < t->count; i++) {
		if (strstr(t->rooms[i].libraries, quoted) != NULL)
			return true;
	}
	return false;
}

/* What is wrong with one line of a file of a room, or NULL. */
static const char *check_line(const struct table *t, const char *room_name, const char *line)
{
	char target[80], folder[80], expected[80], quoted[84];
	size_t here, there;
	const struct room *room = find(t, room_name, &here);

	if (room == NULL)
		return "is a folder that the table does not name";
	if (sscanf(line, "#include <%79[^>]>", target) == 1) {
		(void)snprintf(quoted, sizeof quoted, "`%s`", target);
		return is_kept(t, target) && strstr(room->libraries, quoted) == NULL
			       ? "includes a library that is kept to other rooms"
			       : NULL;
	}
	if (sscanf(line, "#include \"%79[^\"]\"", target) != 1)
		return NULL;
	if (sscanf(target, "%79[^/]/", folder) != 1 || strcmp(folder, target) == 0)
		return "includes a header without naming its room";
	if (strcmp(folder, "awardd") == 0 || strcmp(folder, room_name) == 0)
		return NULL;
	if (find(t, folder, &there) == NULL)
		return "includes what is no room";
	(void)snprintf(expected, sizeof expected, "%s/%s.h", folder, folder);
	if (strcmp(expected, target) != 0)
		return "includes a header that is not its room's public one";
	return there < here ? NULL : "includes a room that does not stand above its own";
}

static void check_file(const struct table *t, const char *room, const char *name, int *faults)
{
	char path[1024], line[LINE_MAX_TEXT];
	int number = 0;

	(void)snprintf(path, sizeof path, AWARDD_SOURCE "/core/%s/%s", room, name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		const char *wrong = check_line(t, room, line);
		number++;
		if (wrong == NULL)
			continue;
		print_error("core/%s/%s:%d: %s\n", room, name, number, wrong);
		(*faults)++;
	}
	(void)fclose(f);
}

static bool is_source(const char *name)
{
	size_t length = strlen(name);

	return length > 2 && name[0] != '.' &&
	       (strcmp(name + length - 2, ".c") == 0 || strcmp(name + length - 2, ".h") == 0);
}

static int check_room(const struct table *t, const char *room, int *faults)
{
	char path[1024];
	int files = 0;

	(void)snprintf(path, sizeof path, AWARDD_SOURCE "/core/%s", room);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (!is_source(entry->d_name))
			continue;
		check_file(t, room, entry->d_name, faults);
		files++;
	}
	(void)closedir(dir);
	return files;
}

static void every_room_includes_only_rooms_above_it(void **state)
{
	struct table t;
	int faults = 0, files = 0;
	DIR *core = opendir(AWARDD_SOURCE "/core");

	(void)state;
	read_table(&t);
	assert_true(t.count >= 10);
	assert_non_null(core);
	for (struct dirent *entry; (entry = readdir(core)) != NULL;) {
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			files += check_room(&t, entry->d_name, &faults);
	}
	(void)closedir(core);
	assert_true(files > 50);
	assert_int_equal(faults, 0);
}

static void every_room_has_its_public_header(void **state)
{
	struct table t;
	char path[1024];

	(void)state;
	read_table(&t);
	for (size_t i = 0; i < t.count; i++) {
		const char *name = t.rooms[i].name;
		/* The client's header is the installed one. */
		if (strcmp(name, "client") == 0)
			(void)snprintf(path, sizeof path, AWARDD_SOURCE "/include/awardd/client.h");
		else
			(void)snprintf(path, sizeof path, AWARDD_SOURCE "/core/%s/%s.h", name,
				       name);
		FILE *f = fopen(path, "r");
		if (f == NULL)
			fail_msg("%s has no header %s", name, path);
		(void)fclose(f);
	}
}

static void a_planted_fault_of_each_kind_is_found(void **state)
{
	static const struct {
		const char *room, *line;
		bool fits;
	} cases[] = {
		{"json", "#include \"base/base.h\"\n", true},
		{"base", "#include \"json/json.h\"\n", false},
		{"service", "#include \"journal/schema.h\"\n", false},
		{"service", "#include \"service/lane.h\"\n", true},
		{"service", "#include \"lane.h\"\n", false},
		{"service", "#include \"server/server.h\"\n", false},
		{"service", "#include \"nowhere/nowhere.h\"\n", false},
		{"service", "#include <sqlite3.h>\n", false},
		{"journal", "#include <sqlite3.h>\n", true},
		{"journal", "#include <string.h>\n", true},
		{"journal", "#include <lua.h>\n", false},
		{"attic", "#include <string.h>\n", false},
	};
	struct table t;

	(void)state;
	read_table(&t);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *wrong = check_line(&t, cases[i].room, cases[i].line);
		if ((wrong == NULL) != cases[i].fits)
			fail_msg("%s: %s: %s", cases[i].room, cases[i].line,
				 wrong != NULL ? wrong : "passed");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_room_includes_only_rooms_above_it),
		cmocka_unit_test(every_room_has_its_public_header),
		cmocka_unit_test(a_planted_fault_of_each_kind_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
