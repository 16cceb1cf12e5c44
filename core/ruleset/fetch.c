/* Reading a folder off the loop's thread, and telling two readings apart. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "ruleset/ruleset.h"

/* One reading on its way; the worker has it from start to end. */
struct fetch {
	uv_work_t work;
	const char *dir;
	struct rule_files files;
	json_t *faults;
	int status;
	rule_files_cb done;
	void *ctx;
};

static void read_it(uv_work_t *work)
{
	struct fetch *f = work->data;

	f->status = rule_files_read(f->dir, &f->files, f->faults);
}

static void on_read(uv_work_t *work, int status)
{
	struct fetch *f = work->data;

	f->done(f->ctx, status != 0 ? status : f->status, &f->files, f->faults);
	rule_files_deinit(&f->files);
	json_decref(f->faults);
	free(f);
}

int rule_files_fetch(uv_loop_t *loop, const char *dir, rule_files_cb done, void *ctx)
{
	struct fetch *f = calloc(1, sizeof *f);
	if (f == NULL)
		return -ENOMEM;

	*f = (struct fetch){.dir = dir, .faults = json_array(), .done = done, .ctx = ctx};
	f->work.data = f;
	int rv = f->faults != NULL ? uv_queue_work(loop, &f->work, read_it, on_read) : -ENOMEM;
	if (rv != 0) {
		json_decref(f->faults);
		free(f);
	}
	return rv;
}

int rule_files_key(const struct rule_files *f, const json_t *faults, char out[RULES_KEY])
{
	struct buffer text;
	char hash[DIGEST_HEX];

	if (json_array_size(faults) == 0) {
		(void)snprintf(out, RULES_KEY, "%s", f->digest);
		return 0;
	}
	buffer_init(&text);
	int rv = json_compact(faults, &text);
	if (rv == 0) {
		struct digest d = digest_of(text.bytes, text.length);
		hex_format(d.bytes, sizeof d.bytes, hash);
		(void)snprintf(out, RULES_KEY, "faults:%s", hash);
	}
	buffer_deinit(&text);
	return rv;
}
