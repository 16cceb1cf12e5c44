/* Which plugin renders something, of all that run. */
#include <string.h>

#include "hosts/inner.h"

struct search {
	const char *kind, *media_type, *plugin;
	const struct host_offer *found;
	size_t count;
	struct buffer names;   /* what there is instead */
	struct buffer fitting; /* plugins */
};

static void search_host(const struct host *h, struct search *s)
{
	for (size_t i = 0; i < h->offer_count; i++) {
		const struct host_offer *o = &h->offers[i];
		if (strcmp(o->kind, s->kind) != 0)
			continue;
		bool fits = strcmp(o->name, s->media_type) == 0 &&
			    (s->plugin == NULL || strcmp(s->plugin, h->name) == 0);
		/* A failure stays marked in the buffer, and costs only names. */
		(void)buffer_printf(&s->names, "%s%s of %s", s->names.length > 0 ? ", " : "",
				    o->name, h->name);
		if (fits)
			(void)buffer_printf(&s->fitting, "%s%s", s->count > 0 ? ", " : "",
					    h->name); /* likewise */
		s->count += fits;
		if (fits)
			s->found = o;
	}
}

int hosts_renderer(const struct hosts *all, const char *kind, const char *media_type,
		   const char *plugin, const struct host_offer **out, struct err *e)
{
	struct search s = {.kind = kind, .media_type = media_type, .plugin = plugin};
	int rv = 0;

	buffer_init(&s.names);
	buffer_init(&s.fitting);
	for (size_t i = 0; all != NULL && i < all->count; i++)
		search_host(&all->list[i], &s);
	const char *names = s.names.length > 0 ? s.names.bytes : "nothing";
	if (s.count == 0 && all == NULL)
		rv = err_set(e, AW_EABSENT,
			     "no plugin renders this: no folder of plugins is set (plugins)");
	else if (s.count == 0)
		rv = err_set(e, AW_EABSENT, "no plugin%s%s renders this; there is %s",
			     plugin != NULL ? " " : "", plugin != NULL ? plugin : "", names);
	else if (s.count > 1)
		rv = err_set(
			e, AW_EINVALID,
			"several plugins render this, say which (plugin, in awardctl --plugin): "
			"%s",
			s.fitting.bytes != NULL ? s.fitting.bytes : "");
	else
		*out = s.found;
	buffer_deinit(&s.fitting);
	buffer_deinit(&s.names);
	return rv;
}
