/* Reading a folder of rule scripts once, and the digest over it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ruleset/ruleset.h"
#include "script/script.h"

enum { SOURCE_LIMIT = 256 << 10, FILES_LIMIT = 1000, NAMES_LIMIT = 2000, DEPTH_LIMIT = 8 };

/* One reading of a folder. */
struct reading {
	json_t *files, *faults;
	int status;
};

void rule_files_deinit(struct rule_files *f)
{
	json_decref(f->files);
	json_decref(f->words);
	json_decref(f->prelude);
	words_free(&f->lent);
	*f = (struct rule_files){0};
}

static void fault(struct reading *r, const char *path, const char *message)
{
	char file[PATH_MAX];

	(void)snprintf(file, sizeof file, "%s", path); /* was that long */
	text_mend(file);
	json_t *one = json_pack("{ss si ss}", "file", file, "line", 0, "message", message);
	if (json_array_append_new(r->faults, one) != 0)
		r->status = -ENOMEM;
	else if (r->status == 0)
		r->status = AW_ESCRIPT;
}

/* Whoever copied the file may read it; who cannot is worth a name. */
static void say_denied(char out[128])
{
	struct passwd entry, *found = NULL;
	char names[1024];

	if (getpwuid_r(geteuid(), &entry, names, sizeof names, &found) == 0 && found != NULL)
		(void)snprintf(out, 128, "Permission denied: the user %s has to be able to read it",
			       found->pw_name); /* it may be cut */
	else
		(void)snprintf(out, 128, "Permission denied: user %u has to be able to read it",
			       (unsigned)geteuid());
}

/* Memory that runs out is no fault of the rules. */
static void fault_of(struct reading *r, const char *path, int status)
{
	char denied[128];

	if (status == -EACCES)
		say_denied(denied);
	if (status == -ENOMEM)
		r->status = status;
	else
		fault(r, path, status == -EACCES ? denied : status_text(status));
}

static json_t *file_of(const char *path, struct text source)
{
	char hash[DIGEST_HEX];
	struct digest d = digest_of(source.bytes, source.length);

	hex_format(d.bytes, sizeof d.bytes, hash);
	/* NULL for text that is not UTF-8, and where there is no memory */
	errno = 0;
	json_t *text = json_stringn(source.bytes, source.length);
	return text == NULL ? NULL
			    : json_pack("{ss ss so}", "path", path, "sha256", hash, "text", text);
}

static void take_text(struct reading *r, const char *path, struct text source)
{
	struct text text = {source.bytes != NULL ? source.bytes : "", source.length};
	json_t *file = file_of(path, text);

	if (file == NULL && errno != ENOMEM)
		fault(r, path, "is not text in UTF-8");
	else if (json_array_append_new(r->files, file) != 0) /* nor may it be NULL */
		r->status = -ENOMEM;
}

static void read_source(struct reading *r, int dir, const char *name, const char *path)
{
	struct buffer source;
	struct err e = {0};
	char through[64];
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		if (errno == ELOOP)
			fault(r, path, "is a link, and links are not followed");
		else
			fault_of(r, path, -errno);
		return;
	}
	buffer_init(&source);
	(void)snprintf(through, sizeof through, "/proc/self/fd/%d", fd);
	int rv = file_read(through, SOURCE_LIMIT, &source, &e);
	file_close(fd);
	if (rv == AW_ELIMIT)
		fault(r, path, "is longer than 256 KiB");
	else if (rv != 0)
		fault_of(r, path, rv);
	else if (memchr(source.bytes != NULL ? source.bytes : "", '\0', source.length) != NULL)
		fault(r, path, "holds a NUL byte and is no text");
	else
		take_text(r, path, (struct text){source.bytes, source.length});
	buffer_deinit(&source);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether an entry of a folder can hold a rule script. */
static bool may_matter(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	if (entry->d_name[0] == '.')
		return false;
	return (length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0) ||
	       entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
}

static void free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static int add_name(char ***names, size_t *count, const char *name)
{
	char **grown = realloc(*names, (*count + 1) * sizeof *grown);

	if (grown == NULL)
		return -ENOMEM;
	*names = grown;
	grown[*count] = strdup(name);
	if (grown[*count] == NULL)
		return -ENOMEM;
	(*count)++;
	return 0;
}

/* The names in a folder that may matter, sorted. Takes the descriptor. */
static int list_names(int dir, char ***out, size_t *count)
{
	DIR *stream = fdopendir(dir);
	int rv = stream != NULL ? 0 : -errno;

	*out = NULL;
	*count = 0;
	if (stream == NULL)
		file_close(dir);
	while (stream != NULL && rv == 0) {
		errno = 0;
		const struct dirent *entry = readdir(stream);
		if (entry == NULL) {
			rv = -errno;
			break;
		}
		if (!may_matter(entry))
			continue;
		rv = *count < NAMES_LIMIT ? add_name(out, count, entry->d_name) : AW_ELIMIT;
	}
	if (stream != NULL)
		(void)closedir(stream); /* only read from */
	if (rv != 0) {
		free_names(*out, *count);
		*out = NULL;
		*count = 0;
	} else if (*count > 0) {
		qsort(*out, *count, sizeof **out, by_name);
	}
	return rv;
}

static void read_folder(struct reading *r, int dir, const char *prefix, int depth);

static bool leads_to_folder(int dir, const char *name)
{
	struct stat about;

	return fstatat(dir, name, &about, 0) == 0 && S_ISDIR(about.st_mode);
}

static void read_name(struct reading *r, int dir, const char *name, const char *path, int depth)
{
	struct stat about;
	size_t length = strlen(name);

	if (fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
		fault_of(r, path, -errno);
		return;
	}
	bool lua = length > 4 && strcmp(name + length - 4, ".lua") == 0;
	/* A line of the digest's list ends where the name's line does. */
	if (strchr(name, '\n') != NULL) {
		fault(r, path, "has a line's end in its name");
	} else if (S_ISDIR(about.st_mode)) {
		int inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner < 0)
			fault_of(r, path, -errno);
		else
			read_folder(r, inner, path, depth + 1);
	} else if (S_ISLNK(about.st_mode) && (lua || leads_to_folder(dir, name))) {
		fault(r, path, "is a link, and links are not followed");
	} else if (lua && !S_ISREG(about.st_mode)) {
		fault(r, path, "is no regular file");
	} else if (lua && json_array_size(r->files) >= FILES_LIMIT) {
		fault(r, path, "is one file too many; a rule set has at most 1,000");
	} else if (lua) {
		read_source(r, dir, name, path);
	}
}

/* Takes the descriptor. */
static void read_folder(struct reading *r, int dir, const char *prefix, int depth)
{
	char **names = NULL;
	size_t count = 0;
	struct buffer path;
	int held = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	int rv = held < 0 ? -errno : 0;

	if (held < 0)
		file_close(dir);
	else
		rv = list_names(dir, &names, &count);
	buffer_init(&path);
	if (rv == AW_ELIMIT)
		fault(r, prefix, "holds more than 2,000 scripts and folders");
	else if (rv != 0)
		fault_of(r, prefix, rv);
	if (depth > DEPTH_LIMIT)
		fault(r, prefix, "lies too deep");
	for (size_t i = 0; i < count; i++) {
		buffer_clear(&path);
		rv = buffer_printf(&path, "%s%s%s", prefix, *prefix != '\0' ? "/" : "", names[i]);
		if (rv != 0)
			r->status = rv;
		else if (depth <= DEPTH_LIMIT)
			read_name(r, held, names[i], path.bytes, depth);
	}
	free_names(names, count);
	buffer_deinit(&path);
	if (held >= 0)
		file_close(held);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(json_member_text(*(json_t *const *)a, "path"),
		      json_member_text(*(json_t *const *)b, "path"));
}

/* Gives the same files in the order of their whole paths. */
static json_t *sort_files(const json_t *files)
{
	size_t count = json_array_size(files);
	json_t **list = calloc(count + 1, sizeof(json_t *));
	json_t *sorted = json_array();
	bool memory = list != NULL && sorted != NULL;

	for (size_t i = 0; memory && i < count; i++)
		list[i] = json_array_get(files, i);
	if (memory)
		qsort(list, count, sizeof(json_t *), by_path);
	for (size_t i = 0; memory && i < count; i++)
		memory = json_array_append(sorted, list[i]) == 0;
	free(list);
	if (!memory) {
		json_decref(sorted);
		sorted = NULL;
	}
	return sorted;
}

int rule_files_digest(const char *prelude, const json_t *files, const json_t *words,
		      char out[RULES_DIGEST])
{
	struct buffer list;
	char hash[DIGEST_HEX];
	size_t i;
	const json_t *file;

	buffer_init(&list);
	(void)buffer_printf(&list, "%s  prelude\n", prelude); /* buffer_status tells */
	json_array_foreach(files, i, file) {
		const char *sha256 = json_member_text(file, "sha256");
		const char *path = json_member_text(file, "path");
		(void)buffer_printf(&list, "%s  %s\n", sha256 != NULL ? sha256 : "",
				    path != NULL ? path : "");
	}
	json_array_foreach(words, i, file)
		(void)buffer_printf(&list, "%s  words/%s\n", json_member_text(file, "sha256"),
				    json_member_text(file, "name"));
	int rv = buffer_status(&list);
	if (rv == 0) {
		struct digest d = digest_of(list.bytes, list.length);
		hex_format(d.bytes, sizeof d.bytes, hash);
		(void)snprintf(out, RULES_DIGEST, "sha256:%s", hash);
	}
	buffer_deinit(&list);
	return rv;
}

/* By the words that it is written in. */
static int digest_files(struct rule_files *f)
{
	char hash[DIGEST_HEX];
	struct text prelude = f->prelude == NULL ? script_prelude()
						 : (struct text){json_string_value(f->prelude),
								 json_string_length(f->prelude)};
	struct digest d = digest_of(prelude.bytes, prelude.length);

	hex_format(d.bytes, sizeof d.bytes, hash);
	return rule_files_digest(hash, f->files, f->words, f->digest);
}

int rule_files_read(const char *dir, struct rule_files *out, json_t *faults)
{
	struct reading r = {.files = json_array(), .faults = faults};
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*out = (struct rule_files){0};
	if (r.files == NULL)
		r.status = -ENOMEM;
	if (fd < 0)
		fault(&r, dir, status_text(-errno));
	else
		read_folder(&r, fd, "", 0);
	if (r.status == 0 && json_array_size(r.files) == 0)
		fault(&r, dir, "holds no rule script (*.lua)");
	if (r.status == 0) {
		out->files = sort_files(r.files);
		r.status = out->files != NULL ? digest_files(out) : -ENOMEM;
	}
	json_decref(r.files);
	if (r.status != 0)
		rule_files_deinit(out);
	return r.status;
}

int rule_files_from(const json_t *files, json_t *prelude, struct rule_files *out)
{
	json_t *fresh = json_array();
	size_t i;
	const json_t *file;
	int rv = fresh != NULL ? 0 : -ENOMEM;

	*out = (struct rule_files){0};
	json_array_foreach(files, i, file) {
		const json_t *text = json_object_get(file, "text");
		json_t *one =
			file_of(json_member_text(file, "path"),
				(struct text){json_string_value(text), json_string_length(text)});
		if (json_array_append_new(fresh, one) != 0)
			rv = -ENOMEM;
	}
	if (rv == 0) {
		out->prelude = json_incref(prelude);
		out->files = sort_files(fresh);
		rv = out->files != NULL ? digest_files(out) : -ENOMEM;
	}
	json_decref(fresh);
	if (rv != 0)
		rule_files_deinit(out);
	return rv;
}

static int bind_words(struct rule_files *f, const struct words *words)
{
	if (words == NULL || words->count == 0 || f->files == NULL)
		return 0;
	json_decref(f->words);
	f->words = words_describe(words);
	return f->words != NULL ? digest_files(f) : -ENOMEM;
}

int rule_files_bind(struct rule_files *f, const struct words *words)
{
	return f->lent != NULL ? 0 : bind_words(f, words);
}

int rule_files_from_log(const json_t *kept, const struct words *words, struct rule_files *out,
			struct err *e)
{
	const char *digest = json_member_text(kept, "digest");
	json_t *prelude = json_member(json_member(kept, "prelude"), "text");
	struct words *own = NULL;

	*out = (struct rule_files){0};
	int rv = words_pick(words, json_member(kept, "words"), &own, e);
	if (rv != 0)
		return rv;
	rv = rule_files_from(json_member(kept, "files"), prelude, out);
	out->lent = own;
	if (rv == 0)
		rv = bind_words(out, own);
	if (rv != 0)
		(void)err_set(e, rv, "the rule files cannot be used: %s", status_text(rv));
	else if (digest == NULL || strcmp(out->digest, digest) != 0)
		rv = err_set(e, AW_ECORRUPT, "the texts have the digest %s, not %s", out->digest,
			     digest != NULL ? digest : "any");
	if (rv != 0)
		rule_files_deinit(out);
	return rv;
}

json_t *rule_files_describe(const struct rule_files *f)
{
	json_t *files = json_array();
	size_t i;
	json_t *file;

	json_array_foreach(f->files, i, file) {
		json_t *one = json_pack("{sO sO}", "path", json_object_get(file, "path"), "sha256",
					json_object_get(file, "sha256"));
		if (json_array_append_new(files, one) != 0) {
			json_decref(files);
			return NULL;
		}
	}
	return files == NULL ? NULL
			     : json_pack("{ss so sO*}", "digest", f->digest, "files", files,
					 "words", f->words);
}
