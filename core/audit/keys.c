/*
 * Which key was in force when, and how far trust reaches. A key that is trusted
 * vouches for all entries under the newest root that it signed; the key that
 * those entries name as the one in force is then trusted too. So an old key leads
 * forward from change to change, and the newest one vouches for all that is older.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/inner.h"

static bool same(const struct tlog_verifier *a, const struct tlog_verifier *b)
{
	return strcmp(a->name, b->name) == 0 && memcmp(a->key, b->key, sizeof a->key) == 0;
}

void keys_init(struct keys *k, const struct tlog_verifier *given)
{
	*k = (struct keys){.has_given = given != NULL};
	if (given != NULL)
		k->given = *given;
}

void keys_deinit(struct keys *k)
{
	free(k->known);
	*k = (struct keys){.count = 0};
}

static const struct key_known *in_force(const struct keys *k)
{
	return k->count > 0 ? &k->known[k->count - 1] : NULL;
}

static int find(struct report *report, int64_t sequence, const char *what, const char *message)
{
	return report_give(report, finding_make(LEVEL_ALTERED, what, place_entry(sequence),
						"entry %lld: %s", (long long)sequence, message));
}

/* The key comes into force; without one given, the first is where trust begins. */
static int add(struct keys *k, int64_t sequence, const struct tlog_verifier *v,
	       struct report *report)
{
	if (k->known == NULL || k->count == k->capacity) {
		size_t capacity = k->capacity > 0 ? 2 * k->capacity : 4;
		struct key_known *grown = realloc(k->known, capacity * sizeof *grown);
		if (grown == NULL)
			return report_give(report, NULL);
		k->known = grown;
		k->capacity = capacity;
	}
	k->known[k->count] = (struct key_known){
		.verifier = *v,
		.entry = sequence,
		.trusted = k->has_given ? same(v, &k->given) : k->count == 0,
	};
	k->count++;
	return 0;
}

static int start(struct keys *k, int64_t sequence, const struct tlog_verifier *v,
		 struct report *report)
{
	if (in_force(k) != NULL && same(&in_force(k)->verifier, v))
		return 0;
	if (in_force(k) != NULL && k->replaced_count < CHANGES_MOST)
		k->replaced[k->replaced_count++] = sequence;
	return add(k, sequence, v, report);
}

static int change(struct keys *k, int64_t sequence, const struct tlog_verifier *v,
		  const char *previous, struct report *report)
{
	char text[TLOG_VKEY] = "";

	if (in_force(k) != NULL)
		tlog_verifier_format(&in_force(k)->verifier, text);
	if (in_force(k) == NULL || previous == NULL || strcmp(previous, text) != 0)
		return find(report, sequence, "key.previous",
			    "it changes a key that was not the one in force");
	k->changes[k->change_count++] =
		(struct key_change){.from = k->count - 1, .entry = sequence};
	return add(k, sequence, v, report);
}

int keys_entry(struct keys *k, int64_t sequence, const char *kind, const json_t *body,
	       struct report *report)
{
	const char *text = json_member_text(body, "key");
	struct tlog_verifier v;
	bool starts = strcmp(kind, "start") == 0;

	if ((!starts && strcmp(kind, "key") != 0) || (starts && text == NULL))
		return 0; /* a start from before the log had a key names none */
	if (text == NULL || tlog_verifier_read(text_of(text), &v, NULL) != 0)
		return find(report, sequence, "key.form", "the key that it names is none");
	if (starts)
		return start(k, sequence, &v, report);
	if (k->change_count == CHANGES_MOST) /* each has a checkpoint of its own */
		return find(report, sequence, "key.many",
			    "the key was changed too often without a checkpoint");
	return change(k, sequence, &v, json_member_text(body, "previous"), report);
}

/* ---- checkpoints ---------------------------------------------------------- */

static json_t *place_checkpoint(int64_t size)
{
	return json_pack("{sI}", "checkpoint", (json_int_t)size);
}

/* The daemon adds no signature but that of the key in force, and after a change that of
 * the key before: another one, of nobody known, is not checked by anything. */
static int check_count(const struct keys *k, int64_t size, struct text note, struct report *report)
{
	size_t lines = 0;

	for (size_t i = note.length; i > 1 && memcmp(note.bytes + i - 2, "\n\n", 2) != 0; i--)
		lines += note.bytes[i - 1] == '\n';
	if (lines <= 1 + k->change_count)
		return 0;
	return report_give(report,
			   finding_make(LEVEL_ALTERED, "checkpoint.added", place_checkpoint(size),
					"the checkpoint of %lld entries was changed: it carries "
					"a signature that the daemon does not give",
					(long long)size));
}

/* The first checkpoint after a change carries the old key's signature as well. */
static int check_changes(struct keys *k, int64_t size, struct text note, struct report *report)
{
	int rv = 0;

	for (size_t i = 0; i < k->change_count && rv == 0; i++) {
		const struct key_change *c = &k->changes[i];
		if (checkpoint_check(note, &k->known[c->from].verifier) == NOTE_GOOD)
			continue;
		json_t *place = json_pack("{sI sI}", "entry", (json_int_t)c->entry, "checkpoint",
					  (json_int_t)size);
		rv = report_give(report,
				 finding_make(LEVEL_ALTERED, "key.unsigned", place,
					      "entry %lld changes the key, but the checkpoint "
					      "of %lld entries, the first after it, is not "
					      "signed by the key before",
					      (long long)c->entry, (long long)size));
	}
	k->change_count = 0;
	return rv;
}

int keys_checkpoint(struct keys *k, int64_t size, struct text note, bool *signed_now,
		    struct report *report)
{
	const struct key_known *now = in_force(k);
	enum note_verdict verdict = now != NULL ? checkpoint_check(note, &now->verifier)
						: NOTE_NOT_HIS;

	*signed_now = verdict == NOTE_GOOD;
	if (verdict == NOTE_BAD)
		return report_give(report,
				   finding_make(LEVEL_ALTERED, "checkpoint.signature",
						place_checkpoint(size),
						"the checkpoint of %lld entries was changed: "
						"its signature is false",
						(long long)size));
	if (verdict == NOTE_NOT_HIS)
		return report_give(report,
				   finding_make(LEVEL_ALTERED, "checkpoint.key",
						place_checkpoint(size),
						"the checkpoint of %lld entries is not signed "
						"by the key that was then in force",
						(long long)size));
	int rv = check_count(k, size, note, report);
	return rv == 0 ? check_changes(k, size, note, report) : rv;
}

void keys_vouch(struct keys *k, int64_t size, struct text note)
{
	bool trusted = k->has_given && checkpoint_check(note, &k->given) == NOTE_GOOD;

	for (size_t i = 0; i < k->count && !trusted; i++)
		trusted = k->known[i].trusted &&
			  checkpoint_check(note, &k->known[i].verifier) == NOTE_GOOD;
	if (!trusted)
		return;
	k->vouched = size;
	if (k->count > 0)
		k->known[k->count - 1].trusted = true;
}

bool keys_signed(const struct keys *k, struct text note)
{
	if (k->has_given && checkpoint_check(note, &k->given) == NOTE_GOOD)
		return true;
	for (size_t i = 0; i < k->count; i++)
		if (checkpoint_check(note, &k->known[i].verifier) == NOTE_GOOD)
			return true;
	return false;
}

/* ---- at the end ----------------------------------------------------------- */

static int tell_replaced(const struct keys *k, bool all_vouched, struct report *report)
{
	int rv = 0;

	/* Somebody who trusts the newest key has accepted that the one before was lost. */
	for (size_t i = 0; i < k->replaced_count && rv == 0; i++)
		rv = report_give(
			report,
			finding_make(all_vouched ? LEVEL_NOTE : LEVEL_ALTERED, "key.replaced",
				     place_entry(k->replaced[i]),
				     "entry %lld: from here on another key signs, and the one "
				     "before did not agree: it was lost, or somebody else "
				     "wrote what follows",
				     (long long)k->replaced[i]));
	return rv;
}

int keys_finish(struct keys *k, int64_t entries, bool has_checkpoint, struct report *report)
{
	bool all = k->vouched == entries;
	int rv = tell_replaced(k, all, report);

	if (rv != 0 || all || !has_checkpoint || (!k->has_given && k->replaced_count > 0))
		return rv;
	if (k->vouched == 0 && k->has_given)
		return report_give(
			report,
			finding_make(LEVEL_ALTERED, "key.stranger", NULL,
				     "nothing in this log is vouched for by the key given: "
				     "no checkpoint that fits the entries is signed by it"));
	long long first = k->vouched + 1, last = entries;
	json_t *place = json_pack("{sI sI}", "entry", first, "through", last);
	return report_give(report,
			   finding_make(LEVEL_ALTERED, "key.beyond", place,
					"entries %lld to %lld are not vouched for by the key "
					"%s, nor by one that it led to",
					first, last,
					k->has_given ? "given" : "that the log first names"));
}
