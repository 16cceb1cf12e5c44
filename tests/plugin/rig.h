/* rig: a scene with plugins in it. */
#ifndef AW_TESTS_PLUGIN_RIG_H
#define AW_TESTS_PLUGIN_RIG_H

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* Copies a built plugin ("good/hello") into the folder of plugins of the scene. */
static inline void rig_add(const struct scene *s, const char *plugin)
{
	char from[512], to[512];
	int status;

	(void)snprintf(to, sizeof to, "%s/plugins", s->dir);
	(void)mkdir(to, 0755); /* it may be there */
	(void)snprintf(from, sizeof from, AWARDD_PLUGINS "/%s.so", plugin);
	pid_t child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)execlp("cp", "cp", from, to, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Writes a file into that folder. */
static inline void rig_write(const struct scene *s, const char *name, const char *text)
{
	char path[512];

	(void)snprintf(path, sizeof path, "%s/plugins/%s", s->dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Starts the daemon with the folder, and with these arguments besides. */
static inline void rig_start(struct scene *s, const char *const *extra)
{
	char folder[512];
	const char *arguments[16] = {"--plugins", folder};
	size_t count = 2;

	(void)snprintf(folder, sizeof folder, "%s/plugins", s->dir);
	for (size_t i = 0; extra != NULL && extra[i] != NULL && count < 15; i++)
		arguments[count++] = extra[i];
	scene_start(s, arguments);
}

/* Gives what server.status says of a plugin. */
static inline json_t *rig_status(struct scene *s, const char *name)
{
	json_t *status = called(s, "server.status", "{}"), *found = NULL, *one;
	size_t i;

	json_array_foreach(json_object_get(status, "plugins"), i, one) {
		if (strcmp(json_member_text(one, "name"), name) == 0)
			found = json_incref(one);
	}
	json_decref(status);
	if (found == NULL)
		fail_msg("there is no plugin %s in the status", name);
	return found;
}

#endif
