/* Words for rules, out of the plugins that were found to fit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hosts/inner.h"

static bool lends_words(const struct host *h)
{
	for (size_t i = 0; i < h->offer_count; i++) {
		if (strcmp(h->offers[i].kind, "word") == 0)
			return true;
	}
	return false;
}

int hosts_words(const struct hosts *all, struct words **out)
{
	struct words *words = NULL;
	int rv = 0;

	for (size_t i = 0; all != NULL && i < all->count && rv == 0; i++) {
		const struct host *h = &all->list[i];
		if (!lends_words(h))
			continue;
		if (words == NULL) {
			json_t *load = json_pack("{ss ss ss sI sI}", "file", h->file, "folder",
						 all->folder, "key", all->key, "uid", all->uid,
						 "gid", all->gid);
			rv = words_new(load, &words);
			json_decref(load);
		}
		if (rv == 0)
			rv = words_add(words, h->name, h->sha256, h->object);
	}
	if (rv != 0)
		words_free(&words);
	else
		*out = words;
	return rv;
}

/* ---- without a daemon ------------------------------------------------------ */

struct search {
	struct hosts *hosts;
	const struct config *config;
	struct words **out;
	int status;
};

static void on_settled(void *ctx)
{
	struct search *s = ctx;

	s->status = hosts_words(s->hosts, s->out);
	hosts_close(&s->hosts, NULL, NULL);
}

static void on_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text; /* what does not fit lends nothing, which rules will say */
}

static int look(const char *program, struct search *s, struct err *e)
{
	uv_loop_t loop;
	const struct hosts_options options = {
		.loop = &loop,
		.program = program,
		.config = s->config,
		.pause_ms = 1000,
		.pause_most_ms = 1000,
		.failures_most = 1,
		.clock = clock_system,
		.on_log = on_log,
		.ctx = s,
	};
	int rv = uv_loop_init(&loop);

	if (rv != 0)
		return err_set(e, rv, "cannot look at the plugins: %s", status_text(rv));
	rv = hosts_open(&options, &s->hosts, on_settled, e);
	(void)uv_run(&loop, UV_RUN_DEFAULT); /* ends when the hosts are gone */
	(void)uv_loop_close(&loop);
	return rv != 0 ? rv : s->status;
}

int hosts_words_of(const char *program, const char *dir, struct words **out, struct err *e)
{
	char name[] = "awardd", option[] = "--plugins";
	struct search s = {.out = out};
	struct config *config = NULL;
	enum config_action action;

	*out = NULL;
	if (*dir == '\0')
		return 0;
	char *copy = strdup(dir);
	char *arguments[] = {name, option, copy, NULL};
	int rv = copy != NULL ? config_read(3, arguments, &config, &action, e)
			      : err_set(e, -ENOMEM, "no memory for plugins");
	s.config = config;
	if (rv == 0)
		rv = look(program, &s, e);
	config_free(&config);
	free(copy);
	return rv;
}
