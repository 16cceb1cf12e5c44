/* Which folders are looked at, and which of their events matter. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "watch/places.h"

/* As deep as rules may lie, and no more folders than rules may have. */
enum { DEPTH_LIMIT = 8, FOLDERS_LIMIT = 1000, PATH_LIMIT = 4096 };

static const uint32_t rules_mask = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
				   IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
				   IN_ONLYDIR;
/* The log often lies beside the rules: its writes must not wake anybody. */
static const uint32_t above_mask = IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
				   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

static void add(struct places *p, int inotify, const char *path, struct place place, uint32_t mask)
{
	if (p->count == p->capacity) {
		size_t more = p->capacity == 0 ? 16 : 2 * p->capacity;
		struct place *grown = realloc(p->list, more * sizeof *grown);
		if (grown == NULL) {
			p->status = -ENOMEM;
			return;
		}
		p->list = grown;
		p->capacity = more;
	}
	place.wd = inotify_add_watch(inotify, path, mask);
	if (place.wd >= 0)
		p->list[p->count++] = place;
	/* Of one that is not there, or may not be read, the one above it tells. */
	else if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		p->status = -errno;
}

/* Each folder on the way, with the name that matters in it. */
static void add_above(struct places *p, int inotify, const char *dir)
{
	char path[PATH_LIMIT];
	const char *at = dir;

	while (*at != '\0') {
		size_t slashes = strspn(at, "/"), length = strcspn(at + slashes, "/");
		const char *name = at + slashes;
		int before = (int)(name - dir);
		if (length == 0)
			break;
		(void)snprintf(path, sizeof path, "%s%.*s", before == 0 ? "." : "", before, dir);
		add(p, inotify, path, (struct place){.name = name, .name_length = length},
		    above_mask);
		at = name + length;
	}
}

static bool is_folder(const char *path, const struct dirent *entry)
{
	struct stat about;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return lstat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void add_folder(struct places *p, int inotify, const char *dir, int depth)
{
	char path[PATH_LIMIT];
	const struct dirent *entry;

	add(p, inotify, dir, (struct place){.name = NULL}, rules_mask);
	DIR *stream = depth < DEPTH_LIMIT ? opendir(dir) : NULL;
	while (stream != NULL && (entry = readdir(stream)) != NULL && p->count < FOLDERS_LIMIT) {
		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= PATH_LIMIT)
			continue;
		if (is_folder(path, entry))
			add_folder(p, inotify, path, depth + 1);
	}
	if (stream != NULL)
		(void)closedir(stream); /* only read from */
}

static const struct place *find(const struct places *p, int wd)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->list[i].wd == wd)
			return &p->list[i];
	}
	return NULL;
}

void places_look_at(struct places *p, int inotify, const char *dir)
{
	struct places before = *p;

	*p = (struct places){0};
	add_above(p, inotify, dir);
	add_folder(p, inotify, dir, 0);
	for (size_t i = 0; i < before.count; i++) {
		if (find(p, before.list[i].wd) == NULL)
			/* the kernel let go of a removed one already */
			(void)inotify_rm_watch(inotify, before.list[i].wd);
	}
	places_deinit(&before);
}

void places_deinit(struct places *p)
{
	free(p->list);
	*p = (struct places){0};
}

static bool is_rule(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && strcmp(name + length - 4, ".lua") == 0;
}

bool places_matters(const struct places *p, const struct inotify_event *event)
{
	const struct place *place = find(p, event->wd);

	if ((event->mask & IN_Q_OVERFLOW) != 0)
		return true;
	if (place == NULL || (event->mask & IN_IGNORED) != 0)
		return false;
	if (event->len == 0) /* the folder itself */
		return true;
	if (place->name != NULL)
		return strlen(event->name) == place->name_length &&
		       memcmp(event->name, place->name, place->name_length) == 0;
	if (event->name[0] == '.')
		return false;
	/* A link or a folder of any name matters to the rules; text does not. */
	return (event->mask & (IN_MODIFY | IN_CLOSE_WRITE)) == 0 || is_rule(event->name);
}
