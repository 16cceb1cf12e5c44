/*
 * site: awardctl publish run into the folder `site` of a scene, and what stands in its files.
 */
#ifndef AW_TESTS_PAGES_SITE_H
#define AW_TESTS_PAGES_SITE_H

#include <dirent.h>
#include <fcntl.h>

#include "../scenario/tool.h"

#define SITE_DAY "2024-12-31"
#define SITE_PUBLISH "publish", "site", "--on", SITE_DAY

/* On SITE_DAY; it must succeed. */
static inline void site_publish(const struct scene *s)
{
	free(TOOL_OUT(s, 0, SITE_PUBLISH));
}

static inline size_t site_count_in_file(const char *path, const char *words)
{
	char *text = tool_slurp(open(path, O_RDONLY | O_CLOEXEC));
	size_t count = 0;

	for (const char *c = text; (c = strstr(c, words)) != NULL; c++)
		count++;
	free(text);
	return count;
}

/* How often the words stand in the files of a folder and of those within it, or in their
 * names. */
static inline size_t site_count_in(const char *folder, const char *words)
{
	DIR *list = opendir(folder);
	const struct dirent *each;
	size_t count = 0;

	assert_non_null(list);
	while ((each = readdir(list)) != NULL) {
		char path[4 * PATH_TEXT];

		if (strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0)
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, each->d_name);
		count += strstr(each->d_name, words) != NULL;
		count += each->d_type == DT_DIR ? site_count_in(path, words)
						: site_count_in_file(path, words);
	}
	(void)closedir(list);
	return count;
}

/* The same, of the whole site. */
static inline size_t site_count(const struct scene *s, const char *words)
{
	char path[2 * PATH_TEXT];

	tool_path(s, "site", path);
	return site_count_in(path, words);
}

static inline void site_must_hold(const struct scene *s, const char *file, const char *words)
{
	char *text = tool_read(s, file);

	tool_must_say(text, words);
	free(text);
}

/* Whether a file of the scene is there. */
static inline bool site_has(const struct scene *s, const char *file)
{
	char path[2 * PATH_TEXT];

	tool_path(s, file, path);
	return access(path, F_OK) == 0;
}

/* A test whose log has nothing of another's. */
#define in_its_own(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
