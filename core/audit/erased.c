/* Entries with personal values: those that are gone need an erasure that took them,
 * and those that an erasure took must be gone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/inner.h"

void erased_init(struct erased *x)
{
	*x = (struct erased){.gone = NULL};
}

void erased_deinit(struct erased *x)
{
	for (size_t i = 0; i < x->count; i++)
		free(x->gone[i].pointer);
	free(x->gone);
	free(x->covers);
	if (x->kept != NULL)
		(void)fclose(x->kept); /* nobody reads it any more */
	erased_init(x);
}

/* Short enough to keep for every entry; two partnerships that share it would
 * have to be made for it, and then only a missing erasure would go unseen. */
static uint64_t shorten(const char *partnership)
{
	uint64_t key = 0;

	if (partnership == NULL)
		return 0;
	struct digest d = digest_of(partnership, strlen(partnership));
	memcpy(&key, d.bytes, sizeof key);
	return key;
}

static const char *partnership_of(const json_t *document)
{
	return journal_partnership(json_member_text(document, "kind"),
				   json_member(document, "body"));
}

static int keep_gone(struct erased *x, const struct gone *g)
{
	if (x->count == x->capacity) {
		size_t capacity = x->capacity > 0 ? 2 * x->capacity : 64;
		struct gone *grown = realloc(x->gone, capacity * sizeof *grown);
		if (grown == NULL)
			return -ENOMEM;
		x->gone = grown;
		x->capacity = capacity;
	}
	x->gone[x->count++] = *g;
	return 0;
}

/* Where nothing may be written, as beside evidence, it is in memory: 32 bytes an entry. */
static FILE *open_kept(void)
{
	FILE *file = tmpfile();

	if (file != NULL)
		return file;
	int fd = memfd_create("kept", MFD_CLOEXEC);
	FILE *kept = fd >= 0 ? fdopen(fd, "w+") : NULL;
	if (kept == NULL && fd >= 0)
		(void)close(fd); /* nothing is in it */
	return kept;
}

static int write_kept(struct erased *x, const struct gone *g)
{
	if (x->kept == NULL)
		x->kept = open_kept();
	if (x->kept == NULL)
		return -errno;
	return fwrite(g, sizeof *g, 1, x->kept) == 1 ? 0 : -errno;
}

int erased_note(struct erased *x, struct item *it)
{
	const struct gone g = {
		.sequence = it->sequence,
		.partnership = shorten(partnership_of(it->document)),
		.pointer = it->first_absent,
		.kept = it->kept > 0,
	};

	x->values += it->absent;
	if (it->absent == 0)
		return it->kept > 0 ? write_kept(x, &g) : 0;
	int rv = keep_gone(x, &g);
	if (rv == 0)
		it->first_absent = NULL;
	return rv;
}

int erased_cover(struct erased *x, int64_t sequence, const json_t *body)
{
	const json_t *erases = json_member(body, "erases");
	const char *partnership = json_member_text(erases, "partnership");
	struct cover c = {
		.one = partnership == NULL,
		.key = partnership == NULL ? (uint64_t)json_member_integer(erases, "sequence", 0)
					   : shorten(partnership),
		.through = partnership == NULL ? INT64_MAX
					       : json_member_integer(erases, "through", 0),
		.by = sequence,
	};
	struct cover *grown = realloc(x->covers, (x->cover_count + 1) * sizeof *grown);

	if (grown == NULL)
		return -ENOMEM;
	x->covers = grown;
	x->covers[x->cover_count++] = c;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct cover *x = a, *y = b;

	if (x->one != y->one)
		return x->one ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

/* Whether an erasure of this key, after the entry, reaches it. `covers` are sorted. */
static bool reaches(const struct erased *x, bool one, uint64_t key, int64_t sequence)
{
	const struct cover wanted = {.one = one, .key = key};
	size_t low = 0, high = x->cover_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_key(&x->covers[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < x->cover_count && by_key(&x->covers[low], &wanted) == 0; low++)
		if (sequence <= x->covers[low].through && sequence < x->covers[low].by)
			return true;
	return false;
}

static bool is_covered(const struct erased *x, const struct gone *g)
{
	return reaches(x, true, (uint64_t)g->sequence, g->sequence) ||
	       reaches(x, false, g->partnership, g->sequence);
}

static int tell_kept(const struct gone *g, struct report *report)
{
	json_t *place = json_pack("{sI ss}", "entry", (json_int_t)g->sequence, "table", "personal");

	return report_give(report,
			   finding_make(LEVEL_ALTERED, "personal.restored", place,
					"entry %lld: a personal value of it is there, though a "
					"later entry says that it was erased: it was put back",
					(long long)g->sequence));
}

static int tell_gone(const struct gone *g, struct report *report)
{
	json_t *place = json_pack("{sI ss ss}", "entry", (json_int_t)g->sequence, "table",
				  "personal", "key", g->pointer);

	return report_give(report,
			   finding_make(LEVEL_ALTERED, "personal.missing", place,
					"entry %lld: its personal value at %s is gone, and no "
					"entry says that it was erased",
					(long long)g->sequence, g->pointer));
}

static int judge(const struct erased *x, const struct gone *g, struct report *report)
{
	if (is_covered(x, g))
		return g->kept ? tell_kept(g, report) : 0;
	return g->pointer != NULL ? tell_gone(g, report) : 0;
}

/* Both lists in one order. */
static int judge_all(struct erased *x, struct report *report)
{
	struct gone kept;
	size_t i = 0;
	int rv = 0;

	if (x->kept != NULL)
		rewind(x->kept);
	while (rv == 0 && x->kept != NULL && fread(&kept, sizeof kept, 1, x->kept) == 1) {
		for (; rv == 0 && i < x->count && x->gone[i].sequence < kept.sequence; i++)
			rv = judge(x, &x->gone[i], report);
		if (rv == 0 && x->cover_count > 0)
			rv = judge(x, &kept, report);
	}
	if (rv == 0 && x->kept != NULL && ferror(x->kept) != 0)
		return -EIO;
	for (; rv == 0 && i < x->count; i++)
		rv = judge(x, &x->gone[i], report);
	return rv;
}

int erased_finish(struct erased *x, struct report *report, struct err *e)
{
	if (x->cover_count > 0)
		qsort(x->covers, x->cover_count, sizeof *x->covers, by_key);
	if (x->kept != NULL && fflush(x->kept) != 0)
		return err_set(e, -errno, "writing a temporary file: %s", strerror(errno));
	int rv = judge_all(x, report);
	return rv == -EIO ? err_set(e, rv, "reading a temporary file") : rv;
}
