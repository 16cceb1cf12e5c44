/* Entries with personal values: those that are gone need an erasure that took them,
 * and those that an erasure took must be gone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int erased_note(struct erased *x, struct item *it)
{
	x->values += it->absent;
	if (it->absent == 0 && it->kept == 0)
		return 0;
	if (x->count == x->capacity) {
		size_t capacity = x->capacity > 0 ? 2 * x->capacity : 64;
		struct gone *grown = realloc(x->gone, capacity * sizeof *grown);
		if (grown == NULL)
			return -ENOMEM;
		x->gone = grown;
		x->capacity = capacity;
	}
	x->gone[x->count++] = (struct gone){
		.sequence = it->sequence,
		.partnership = shorten(partnership_of(it->document)),
		.pointer = it->first_absent,
		.kept = it->kept > 0,
	};
	it->first_absent = NULL;
	return 0;
}

static int by_sequence(const void *a, const void *b)
{
	int64_t x = ((const struct gone *)a)->sequence, y = ((const struct gone *)b)->sequence;

	return (x > y) - (x < y);
}

static void cover_one(struct erased *x, int64_t sequence)
{
	struct gone wanted = {.sequence = sequence}, *found = NULL;

	if (x->count > 0)
		found = bsearch(&wanted, x->gone, x->count, sizeof *x->gone, by_sequence);
	if (found != NULL)
		found->covered = true;
}

void erased_cover(struct erased *x, int64_t sequence, const json_t *body)
{
	const json_t *erases = json_member(body, "erases");
	const char *partnership = json_member_text(erases, "partnership");
	int64_t through = json_member_integer(erases, "through", 0);
	uint64_t key = shorten(partnership);

	if (partnership == NULL) {
		cover_one(x, json_member_integer(erases, "sequence", 0));
		return;
	}
	for (size_t i = 0; i < x->count && x->gone[i].sequence <= through; i++)
		if (x->gone[i].partnership == key && x->gone[i].sequence < sequence)
			x->gone[i].covered = true;
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

int erased_finish(struct erased *x, struct report *report)
{
	int rv = 0;

	for (size_t i = 0; i < x->count && rv == 0; i++) {
		const struct gone *g = &x->gone[i];
		if (g->covered && g->kept)
			rv = tell_kept(g, report);
		if (g->covered || g->pointer == NULL)
			continue;
		json_t *place = json_pack("{sI ss ss}", "entry", (json_int_t)g->sequence, "table",
					  "personal", "key", g->pointer);
		rv = report_give(report,
				 finding_make(LEVEL_ALTERED, "personal.missing", place,
					      "entry %lld: its personal value at %s is gone, "
					      "and no entry says that it was erased",
					      (long long)g->sequence, g->pointer));
	}
	return rv;
}
