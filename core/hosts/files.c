/* The folder of plugins, read once: each file is copied into memory that nobody
 * can write to any more, and that copy is what runs for as long as the daemon does. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosts/inner.h"

enum { OBJECT_LIMIT = 64 << 20 };

/* ---- one file ------------------------------------------------------------ */

static int seal(struct host *h, const struct buffer *bytes)
{
	int fd = memfd_create(h->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	int rv = file_write(fd, (struct text){bytes->bytes, bytes->length});
	if (rv == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
		rv = -errno;
	if (rv != 0)
		(void)close(fd); /* nothing of it is needed */
	else
		h->object = fd;
	return rv;
}

/* The daemon's own methods begin with these. */
static bool is_taken(const char *name)
{
	static const char *const taken[] = {"decisions", "register", "practice", "statistics",
					    "scheme",    "rules",    "log",      "server"};

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		if (strcmp(name, taken[i]) == 0)
			return true;
	}
	return false;
}

static int read_object(struct host *h, struct err *e)
{
	struct buffer bytes;

	if (!plugin_name_fits(h->name))
		return err_set(e, AW_EINVALID,
			       "%s: is called \"%s\"; lower-case letters, digits and hyphens are "
			       "wanted, beginning with a letter, at most 32",
			       h->file, h->name);
	if (is_taken(h->name))
		return err_set(e, AW_EINVALID,
			       "%s: is called \"%s\"; methods of awardd itself begin with that",
			       h->file, h->name);
	buffer_init(&bytes);
	int rv = file_read(h->file, OBJECT_LIMIT, &bytes, e);
	if (rv == 0) {
		struct digest d = digest_of(bytes.bytes, bytes.length);
		hex_format(d.bytes, sizeof d.bytes, h->sha256);
		rv = seal(h, &bytes);
		if (rv != 0)
			err_set(e, rv, "%s: cannot be kept in memory: %s", h->file,
				status_text(rv));
	}
	buffer_deinit(&bytes);
	return rv;
}

/* ---- the folder ---------------------------------------------------------- */

static int is_object(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 3 &&
	       strcmp(entry->d_name + length - 3, ".so") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int init_host(struct hosts *all, struct host *h, const char *name, struct err *e)
{
	struct err why = {0};
	struct buffer file;

	h->all = all;
	h->object = -1;
	h->last = &h->first;
	buffer_init(&file);
	(void)buffer_printf(&file, "%s/%s", config_text(all->options.config, CONFIG_PLUGINS), name);
	h->file = buffer_give(&file);
	if (h->file == NULL)
		return err_set(e, -ENOMEM, "no memory for plugins");
	(void)snprintf(h->name, sizeof h->name, "%.*s", (int)strlen(name) - 3, name);
	if (strlen(name) - 3 >= sizeof h->name)
		h->name[0] = '\0'; /* cut off it could be another's */
	if (read_object(h, &why) != 0) {
		host_fault(h, "%s", why.text);
		h->state = HOST_REFUSED;
	}
	/* From here on they are only said, and what a folder holds may be called anything. */
	text_mend(h->file);
	text_mend(h->name);
	return 0;
}

int hosts_read_folder(struct hosts *all, struct err *e)
{
	const char *dir = config_text(all->options.config, CONFIG_PLUGINS);
	struct dirent **names = NULL;
	int count = scandir(dir, &names, is_object, by_name), rv;

	if (count < 0)
		return err_set(e, -errno, "the folder of plugins %s cannot be read: %s", dir,
			       status_text(-errno));
	all->list = calloc((size_t)count + 1, sizeof *all->list);
	rv = all->list != NULL ? 0 : err_set(e, -ENOMEM, "no memory for plugins");
	for (int i = 0; i < count; i++) {
		if (rv == 0 && all->list != NULL)
			rv = init_host(all, &all->list[all->count++], names[i]->d_name, e);
		free(names[i]);
	}
	free(names);
	return rv;
}

/* ---- the user, and the key ----------------------------------------------- */

static int find_root_user(struct hosts *all, struct err *e)
{
	const char *given = config_text(all->options.config, CONFIG_PLUGIN_USER);
	const char *name = given[0] != '\0' ? given : "nobody";
	const struct passwd *entry;
	int rv = user_named(name, &entry);

	if (rv != 0)
		return err_set(e, rv, "plugin-user: cannot look up \"%s\": %s", name,
			       status_text(rv));
	if (entry == NULL || entry->pw_uid == 0)
		return err_set(
			e, AW_EINVALID,
			"plugin-user: plugins cannot run as \"%s\"; a user other than root is "
			"wanted",
			name);
	all->uid = (json_int_t)entry->pw_uid;
	all->gid = (json_int_t)entry->pw_gid;
	return 0;
}

int hosts_find_user(struct hosts *all, struct err *e)
{
	const char *log = config_text(all->options.config, CONFIG_LOG);
	/* Links are followed, as the journal does, so that the right folder is hidden. */
	char *real = realpath(log, NULL);
	int rv = real == NULL && all->options.journal != NULL ? -errno : 0;

	all->uid = all->gid = -1;
	if (real != NULL && strlen(real) + sizeof ".key" > sizeof all->key)
		rv = -ENAMETOOLONG;
	if (rv != 0) {
		free(real);
		return err_set(e, rv, "the log %s cannot be kept from plugins: %s", log,
			       status_text(rv));
	}
	/* Where there is no log yet there is nothing to keep from anybody. */
	if (real != NULL) {
		(void)snprintf(all->key, sizeof all->key, "%s.key", real);
		(void)snprintf(all->folder, sizeof all->folder, "%s", dirname(real));
	}
	free(real);
	if (geteuid() == 0)
		return find_root_user(all, e);
	if (config_text(all->options.config, CONFIG_PLUGIN_USER)[0] != '\0')
		return err_set(e, AW_EINVALID,
			       "plugin-user: only root can run plugins as another user");
	return 0;
}
