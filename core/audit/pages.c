/* What SQLite says of the file's pages and indexes, asked while all else is looked at. */
#include <errno.h>

#include "audit/inner.h"

void pages_init(struct pages *p, const char *path)
{
	*p = (struct pages){.path = path};
}

static int on_fault(void *ctx, const char *fault)
{
	struct pages *p = ctx;
	json_t *text = json_string(fault);

	return json_array_append_new(p->faults, text != NULL ? text : json_string("?")) == 0
		       ? 0
		       : -ENOMEM;
}

/* Of a log that is written meanwhile this sees a later state, which has to be as whole. */
static void *look(void *ctx)
{
	struct pages *p = ctx;

	p->status = raw_check_pages(p->log, on_fault, p, &p->err);
	p->done = true;
	return NULL;
}

void pages_start(struct pages *p)
{
	struct raw_row row;

	p->faults = json_array();
	p->status = p->faults != NULL ? reader_open(p->path, &p->log, &p->err) : -ENOMEM;
	if (p->status != 0) {
		p->done = true;
		return;
	}
	/* Where it gives no row, what is asked will not take long, either. */
	if (raw_walk_new(p->log, RAW_META, &p->held, NULL) == 0)
		(void)raw_walk_next(p->held, &row, NULL);
	p->started = pthread_create(&p->thread, NULL, look, p) == 0;
	if (!p->started)
		(void)look(p); /* then it takes longer */
}

static void wait(struct pages *p)
{
	if (p->started)
		(void)pthread_join(p->thread, NULL); /* it was started, and is waited for once */
	p->started = false;
}

int pages_give(struct pages *p, struct report *report, struct err *e)
{
	json_t *fault;
	size_t i;
	int rv = 0;

	wait(p);
	json_array_foreach(p->faults, i, fault) {
		if (rv == 0)
			rv = report_give(report, finding_make(LEVEL_ALTERED, "file.pages", NULL,
							      "the pages of the file: %s",
							      json_string_value(fault)));
	}
	if (rv == 0)
		rv = report_unreadable(report, p->status, "the file", &p->err);
	return rv != 0 && rv == p->status ? err_set(e, rv, "%s", p->err.text) : rv;
}

void pages_deinit(struct pages *p)
{
	if (p->started)
		reader_interrupt(p->log);
	wait(p);
	raw_walk_free(&p->held);
	reader_close(&p->log);
	json_decref(p->faults);
	p->faults = NULL;
}
