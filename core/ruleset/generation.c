/* A generation: files, their evaluators, and what their manifest says. */
#include <errno.h>
#include <stdlib.h>

#include "ruleset/ruleset.h"

struct generation {
	struct rule_files files;
	struct pool *pool;
	json_t *manifest;
	struct form *form, *import_form;
	unsigned holders;
	generation_ready_cb ready;
	void *ready_ctx;
};

static void on_pool_closed(void *ctx)
{
	struct generation *g = ctx;

	rule_files_deinit(&g->files);
	json_decref(g->manifest);
	form_free(&g->form);
	form_free(&g->import_form);
	free(g);
}

struct generation *generation_hold(struct generation *g)
{
	g->holders++;
	return g;
}

void generation_drop(struct generation **g)
{
	struct generation *dropped = *g;

	*g = NULL;
	if (dropped == NULL || --dropped->holders > 0)
		return;
	if (dropped->pool != NULL)
		pool_close(dropped->pool, on_pool_closed, dropped);
	else
		on_pool_closed(dropped);
}

/* The manifest describes one award; an import is a list of them. */
static int read_import_form(struct generation *g, json_t *award, struct err *e)
{
	if (award == NULL)
		return err_set(e, AW_EINVALID, "there is no form of an import");
	json_t *members = json_pack("[{ss ss sb s{ss sO}}]", "name", "awards", "type", "list",
				    "required", 1, "of", "type", "object", "members", award);
	if (members == NULL)
		return err_set(e, -ENOMEM, "no memory for the form of an import");
	int rv = form_new(members, &g->import_form, e);
	json_decref(members);
	return rv;
}

/* A manifest is made by the prelude, so one that does not fit is a mistake of
 * the program, or of a prelude of another version. */
static int read_manifest(struct generation *g, const json_t *manifest, struct err *e)
{
	g->manifest = json_deep_copy_of(manifest);
	if (g->manifest == NULL)
		return err_set(e, -ENOMEM, "no memory for the manifest");
	int rv = form_new(json_member(manifest, "form"), &g->form, e);
	if (rv == 0)
		rv = read_import_form(g, json_member(manifest, "import_form"), e);
	return rv == 0 ? 0 : err_wrap(e, "the form of a submission");
}

/* Rules that do not load and hold files that are empty: these come first, since what is said
 * to be missing stood in them. Gives the faults, or NULL. */
static json_t *list_faults(const struct generation *g, const json_t *said)
{
	json_t *faults = json_array(), *file;
	size_t i;
	int rv = faults != NULL ? 0 : -1;

	json_array_foreach(g->files.files, i, file) {
		if (rv == 0 && json_string_length(json_object_get(file, "text")) == 0)
			rv = json_array_append_new(
				faults,
				json_pack("{sO si ss}", "file", json_object_get(file, "path"),
					  "line", 0, "message",
					  "is empty: put back what stood in it"));
	}
	if (rv == 0)
		rv = json_array_extend(faults, json_object_get(said, "faults"));
	if (rv == 0)
		return faults;
	json_decref(faults);
	return NULL;
}

static void on_pool_ready(void *ctx, int status, const json_t *answer)
{
	struct generation *g = ctx;
	struct err e = {0};
	json_t *faults = NULL;

	if (status == 0)
		status = read_manifest(g, answer, &e);
	else if (status != AW_ESCRIPT)
		err_set(&e, status, "the rules could not be run: %s", status_text(status));
	if (status == 0) {
		g->ready(g->ready_ctx, 0, g, NULL);
		return;
	}
	if (e.status != 0)
		faults = json_pack("[{ss si ss}]", "file", "", "line", 0, "message", e.text);
	else
		faults = list_faults(g, answer);
	g->ready(g->ready_ctx, status, NULL,
		 faults != NULL ? faults : json_object_get(answer, "faults"));
	json_decref(faults);
	generation_drop(&g);
}

int generation_open(const struct pool_options *options, struct rule_files *take,
		    generation_ready_cb ready, void *ctx)
{
	struct generation *g = calloc(1, sizeof *g);
	struct pool_options own = *options;

	if (g == NULL) {
		rule_files_deinit(take);
		return -ENOMEM;
	}
	g->files = *take;
	*take = (struct rule_files){0};
	g->holders = 1;
	g->ready = ready;
	g->ready_ctx = ctx;
	if (g->files.lent != NULL)
		own.words = g->files.lent;
	json_t *rules = json_pack("{sO sO*}", "files", g->files.files, "prelude", g->files.prelude);
	int rv = rules != NULL ? pool_open(&own, rules, &g->pool, on_pool_ready, g) : -ENOMEM;
	json_decref(rules);
	if (rv != 0)
		generation_drop(&g);
	return rv;
}

const char *generation_digest(const struct generation *g)
{
	return g->files.digest;
}

const json_t *generation_manifest(const struct generation *g)
{
	return g->manifest;
}

const json_t *generation_files(const struct generation *g)
{
	return g->files.files;
}

const struct form *generation_form(const struct generation *g)
{
	return g->form;
}

const struct form *generation_import_form(const struct generation *g)
{
	return g->import_form;
}

struct pool *generation_pool(const struct generation *g)
{
	return g->pool;
}
