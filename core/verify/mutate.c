/* The tests, run once for each change: what they do not notice is not tested. */
#include <errno.h>
#include <string.h>

#include "verify/inner.h"

/* 1 where the tests, or the loader, noticed; 0; or a status. */
static int try_change(const struct trial_options *options, const json_t *files,
		      const struct verify_options *verify, bool *refused, struct err *e)
{
	struct trial *t = NULL;
	json_t *faults = json_array(), *report = NULL;
	int rv = faults != NULL ? trial_open_files(options, files, &t, faults, e)
				: err_set(e, -ENOMEM, "no memory");

	*refused = rv == AW_ESCRIPT;
	if (rv == 0)
		rv = verify_trial(t, verify, &report, e);
	if (rv == 0)
		rv = verify_passed(report) ? 0 : 1;
	trial_close(&t);
	json_decref(report);
	json_decref(faults);
	return *refused ? 1 : rv;
}

static int try_all(const struct trial_options *options, const json_t *files,
		   const struct verify_options *each, const json_t *changes,
		   struct verify_mutation *out, const struct verify_options *verify, struct err *e)
{
	size_t i;
	json_t *change;

	json_array_foreach(changes, i, change) {
		bool refused = false;
		json_t *changed = verify_changed(files, change);
		int rv = changed != NULL ? try_change(options, changed, each, &refused, e)
					 : err_set(e, -ENOMEM, "no memory");

		json_decref(changed);
		if (rv < 0)
			return err_wrap(e, "%s:%lld, %s", json_member_text(change, "file"),
					json_member_integer(change, "line", 0),
					json_member_text(change, "change"));
		out->noticed += rv == 1;
		out->refused += refused;
		if (rv == 0 && json_array_append(out->unnoticed, change) != 0)
			return err_set(e, -ENOMEM, "no memory");
		if (verify->progress != NULL)
			verify->progress(verify->progress_ctx, i + 1,
					 json_array_size(out->unnoticed), out->changes);
	}
	return 0;
}

int verify_mutate(const struct trial_options *options, const json_t *files,
		  const struct verify_options *verify, struct verify_mutation *out, struct err *e)
{
	const struct verify_options each = {
		.filter = verify->filter, .first_only = true, .at_once = verify->at_once};
	json_t *changes = verify_changes(files);
	int rv;

	*out = (struct verify_mutation){.unnoticed = json_array(),
					.changes = json_array_size(changes)};
	if (changes == NULL || out->unnoticed == NULL)
		rv = err_set(e, -ENOMEM, "no memory for the changes");
	else
		rv = try_all(options, files, &each, changes, out, verify, e);
	json_decref(changes);
	return rv;
}
