/* Reading a folder off the loop's thread, and telling two readings apart. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "errand/errand.h"
#include "ruleset/ruleset.h"

/* One reading on its way; its thread has it from start to end. */
struct fetch {
	const char *dir;
	struct rule_files files;
	json_t *faults;
	int status;
	rule_files_cb done;
	void *ctx;
};

static void read_it(void *ctx)
{
	struct fetch *f = ctx;

	f->status = rule_files_read(f->dir, &f->files, f->faults);
}

static void on_read(void *ctx)
{
	struct fetch *f = ctx;

	f->done(f->ctx, f->status, &f->files, f->faults);
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
	int rv = f->faults != NULL ? errand_start(loop, read_it, on_read, f) : -ENOMEM;
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
