/* What is left to say of the tree at the end of the log. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/inner.h"

static int find(struct report *report, json_t *place, const char *what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int find(struct report *report, json_t *place, const char *what, const char *format, ...)
{
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(message, sizeof message, format, arguments); /* cut short, if it must be */
	va_end(arguments);
	return report_give(report, finding_make(LEVEL_ALTERED, what, place, "%s", message));
}

static json_t *place_span(long long first, long long last)
{
	return json_pack("{sI sI}", "entry", first, "through", last);
}

/* Checkpoints of more entries than there are. The largest says what is gone. */
static int tell_cut_off(struct tree *t, const struct keys *keys, struct report *report,
			struct err *e)
{
	long long entries = (int64_t)t->edge.size, most = 0;
	bool signed_by_key = false;
	int rv = 0;

	while (rv == 0 && t->next.size >= 0) {
		struct text note = {t->next.note.bytes, t->next.note.length};
		most = t->next.size;
		signed_by_key = keys_signed(keys, note);
		rv = tree_read_next(t, report, e);
	}
	if (rv != 0 || most == 0)
		return rv;
	return find(
		report, place_span(entries + 1, most), "tail.cut",
		"entries %lld to %lld are missing from the end of the log: it has %lld, and there "
		"is a checkpoint of %lld%s",
		entries + 1, most, entries, most,
		signed_by_key ? "" : ", though not signed by a key of this log");
}

static int tell_newest(const struct tree *t, struct report *report)
{
	long long entries = (int64_t)t->edge.size;

	if (entries == 0)
		return find(report, NULL, "file.empty",
			    "there is no entry in the log: the daemon writes one when it starts");
	if (t->newest == entries)
		return 0;
	if (t->count == 0)
		return find(
			report, place_span(1, entries), "checkpoint.none",
			"entries 1 to %lld stand under no checkpoint: all were removed, or the log "
			"was never opened by a version that signs",
			entries);
	return find(
		report, place_span(t->newest + 1, entries), "checkpoint.newest",
		"entries %lld to %lld stand under no checkpoint that can be relied on: they were "
		"added by another program, or the checkpoint over them was removed or changed",
		(long long)t->newest + 1, entries);
}

static int tell_bad(const struct tree *t, struct report *report)
{
	char later[96] = "";

	if (t->bad == 0)
		return 0;
	if (t->bad_later > 0)
		(void)snprintf(later, sizeof later, " (and so have %zu later ones)", t->bad_later);
	return find(
		report, place_span(t->good + 1, t->bad), "tree.root",
		"among the entries %lld to %lld one is not what was signed, or is missing, added or "
		"moved: the checkpoint of %lld entries has another root than they make%s",
		(long long)t->good + 1, (long long)t->bad, (long long)t->bad, later);
}

/* ---- what was kept elsewhere ------------------------------------------------ */

static int tell_kept(const struct tree *t, const struct kept_checkpoint *k, const struct keys *keys,
		     struct report *report)
{
	int64_t size = (int64_t)k->c.size;
	json_t *place = json_pack("{sI}", "checkpoint", (json_int_t)size);

	if (strcmp(k->c.origin, t->origin) != 0)
		return find(report, place, "since.origin",
			    "the checkpoint kept elsewhere is one of the log %s, and this is %s",
			    k->c.origin, t->origin);
	if (keys_signed(keys, k->note)) {
		json_decref(place);
		return 0;
	}
	return find(
		report, place, "since.signature",
		"the checkpoint of %lld entries kept elsewhere is not signed by any key that this "
		"log names",
		(long long)size);
}

static int tell_shrunk(const struct tree *t, struct report *report)
{
	long long entries = (int64_t)t->edge.size;
	long long most = (int64_t)t->kept[t->kept_count - 1].c.size;

	if (most <= entries)
		return 0;
	return find(
		report, place_span(entries + 1, most), "since.shorter",
		"entries %lld to %lld are missing: a checkpoint of %lld entries was kept elsewhere, "
		"and the log has %lld; its end was cut off, or an older copy was put back",
		entries + 1, most, most, entries);
}

/* Between the last that agrees and the first that does not lies the fork. */
static int tell_fork(const struct tree *t, struct report *report)
{
	long long good = 0, bad = 0;

	for (size_t i = 0; i < t->kept_count && bad == 0; i++) {
		const struct kept_checkpoint *k = &t->kept[i];
		if (k->reached && !k->agrees)
			bad = (int64_t)k->c.size;
		else if (k->reached)
			good = (int64_t)k->c.size;
	}
	if (bad == 0 || t->lost)
		return 0;
	return find(
		report, place_span(good + 1, bad), "since.fork",
		"this is another history than the one that was kept: from one of the entries %lld "
		"to %lld on the two differ, for the checkpoint of %lld entries kept elsewhere has "
		"another root; entries were rewritten, or an older copy was put back and continued",
		good + 1, bad, bad);
}

int tree_finish(struct tree *t, struct keys *keys, struct report *report, struct err *e)
{
	int rv = tell_cut_off(t, keys, report, e);

	if (rv == 0)
		rv = tell_newest(t, report);
	if (rv == 0)
		rv = tell_bad(t, report);
	for (size_t i = 0; i < t->kept_count && rv == 0; i++)
		rv = tell_kept(t, &t->kept[i], keys, report);
	if (rv == 0 && t->kept_count > 0)
		rv = tell_shrunk(t, report);
	return rv == 0 ? tell_fork(t, report) : rv;
}
