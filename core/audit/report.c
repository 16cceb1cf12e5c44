/* Findings: made, counted, and given as long as there are not too many. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "audit/inner.h"

static const char *const names[LEVELS] = {
	[LEVEL_NOTE] = "note",
	[LEVEL_DERIVED] = "derived",
	[LEVEL_ALTERED] = "altered",
};

json_t *place_entry(int64_t sequence)
{
	return json_pack("{sI}", "entry", (json_int_t)sequence);
}

json_t *finding_make(enum level level, const char *what, json_t *place, const char *format, ...)
{
	json_t *finding = place != NULL ? place : json_object();
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments); /* cut short, if it must be */
	va_end(arguments);
	text_mend(text); /* bytes of a log that was tampered with may be anything */
	if (finding == NULL || json_put(finding, "level", json_string(names[level])) != 0 ||
	    json_put(finding, "what", json_string(what)) != 0 ||
	    json_put(finding, "message", json_string(text)) != 0) {
		json_decref(finding);
		return NULL;
	}
	return finding;
}

static enum level level_of(const json_t *finding)
{
	const char *text = json_member_text(finding, "level");

	return *text == 'n' ? LEVEL_NOTE : *text == 'd' ? LEVEL_DERIVED : LEVEL_ALTERED;
}

int report_init(struct report *r, const struct audit_options *options)
{
	*r = (struct report){.options = options};
	r->given = json_object();
	r->not_given = json_object();
	return r->given != NULL && r->not_given != NULL ? 0 : -ENOMEM;
}

void report_deinit(struct report *r)
{
	json_decref(r->given);
	json_decref(r->not_given);
	json_decref(r->held);
	*r = (struct report){.status = 0};
}

/* One more of this kind in a list of counts: gives how many there were. */
static size_t count(struct report *r, json_t *counts, const char *what)
{
	json_int_t before = json_member_integer(counts, what, 0);

	if (json_put(counts, what, json_integer(before + 1)) != 0)
		r->status = r->status != 0 ? r->status : -ENOMEM;
	return (size_t)before;
}

int report_give(struct report *r, json_t *finding)
{
	if (finding == NULL) {
		r->status = r->status != 0 ? r->status : -ENOMEM;
		return r->status;
	}
	if (r->held != NULL) {
		if (json_array_append_new(r->held, finding) != 0 && r->status == 0)
			r->status = -ENOMEM;
		return r->status;
	}
	r->counts[level_of(finding)]++;
	const char *what = json_member_text(finding, "what");
	if (r->status == 0 && count(r, r->given, what) < r->options->most)
		r->status = r->options->each(r->options->ctx, finding);
	else
		(void)count(r, r->not_given, what); /* r->status tells */
	json_decref(finding);
	return r->status;
}

int report_hold(struct report *r)
{
	r->held = json_array();
	return r->held != NULL ? 0 : -ENOMEM;
}

int report_release(struct report *r)
{
	json_t *held = r->held, *finding;
	size_t i;

	r->held = NULL;
	json_array_foreach(held, i, finding) {
		(void)report_give(r, json_incref(finding)); /* r->status tells */
	}
	json_decref(held);
	return r->status;
}

int report_unreadable(struct report *r, int rv, const char *where, const struct err *why)
{
	if (rv >= 0 || r->status != 0)
		return r->status != 0 ? r->status : rv;
	if (rv != AW_ECORRUPT && rv != AW_EIO && rv != AW_EINVALID)
		return rv;
	return report_give(r, finding_make(LEVEL_ALTERED, "file.unreadable", NULL,
					   "%s cannot be read: %s", where, why->text));
}
