/* A shared object: loaded, and its tables looked at before anything of it is
 * believed. */
#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/inner.h"

/* Tables of 1.0 end here; a later one may be longer, but by no more than that. */
enum {
	TABLE_LEAST = offsetof(struct awardd_plugin, stop) + sizeof(void (*)(void)),
	OFFER_LEAST = offsetof(struct awardd_offer, run) + sizeof(void (*)(void)),
	TABLE_MOST = 4096,
	OFFERS_MOST = 64
};

typedef const struct awardd_plugin *(*entry_function)(void);

static const char *const kinds[] = {
	[AWARDD_SINK] = "sink",
	[AWARDD_METHOD] = "method",
	[AWARDD_DECISION_RENDERER] = "decision-renderer",
	[AWARDD_REGISTER_RENDERER] = "register-renderer",
	[AWARDD_WORD] = "word",
};

/* ---- the one function --------------------------------------------------- */

static int say_no_function(void *object, const char *file, struct err *e)
{
	char name[32];

	for (int major = 0; major < 10; major++) {
		(void)snprintf(name, sizeof name, "awardd_plugin_v%d", major);
		if (dlsym(object, name) != NULL)
			return err_set(e, AW_EINVALID,
				       "%s: is a plugin of version %d of the interface, and this "
				       "awardd has version %d",
				       file, major, ABI_MAJOR);
	}
	return err_set(e, AW_EINVALID, "%s: is no plugin: it exports no function awardd_plugin_v%d",
		       file, ABI_MAJOR);
}

static int find_function(int fd, const char *file, entry_function *out, struct err *e)
{
	char path[32];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (object == NULL) {
		const char *why = dlerror();
		/* The loader names the descriptor, which says nothing to anybody. */
		if (why != NULL && strncmp(why, path, strlen(path)) == 0)
			why += strlen(path) + strspn(why + strlen(path), ": ");
		return err_set(e, AW_EINVALID,
			       "%s: a shared object is wanted, and this cannot be loaded: %s", file,
			       why != NULL ? why : "no reason was given");
	}
	/* The object stays loaded for as long as the process runs. */
	union {
		void *symbol;
		entry_function function;
	} found = {dlsym(object, "awardd_plugin_v1")};
	if (found.symbol == NULL)
		return say_no_function(object, file, e);
	*out = found.function;
	/* cppcheck-suppress resourceLeak ; it is never unloaded */
	return 0;
}

/* ---- tables ------------------------------------------------------------- */

static int check_size(const char *file, const char *what, uint32_t size, uint32_t least,
		      struct err *e)
{
	if (size < least)
		return err_set(e, AW_EINVALID,
			       "%s: %s says to have %u bytes, and at least %u are wanted", file,
			       what, size, least);
	if (size > TABLE_MOST)
		return err_set(
			e, AW_EINVALID,
			"%s: %s says to have %u bytes, and no version of it has more than %d", file,
			what, size, TABLE_MOST);
	return 0;
}

static int check_table(const struct awardd_plugin *t, const char *file, struct err *e)
{
	if (t == NULL)
		return err_set(e, AW_EINVALID,
			       "%s: awardd_plugin_v1 gave NULL, and a table is wanted", file);
	if (t->size >= offsetof(struct awardd_plugin, needs) && t->magic != AWARDD_MAGIC)
		return err_set(e, AW_EINVALID,
			       "%s: what awardd_plugin_v1 gave is no table: its magic is 0x%08x, "
			       "and 0x%08x is wanted",
			       file, t->magic, AWARDD_MAGIC);
	int rv = check_size(file, "its table", t->size, TABLE_LEAST, e);
	if (rv != 0)
		return rv;
	unsigned major = t->needs >> 16, minor = t->needs & 0xFFFF;
	if (major != ABI_MAJOR || minor > ABI_MINOR)
		return err_set(e, AW_EINVALID, "%s: needs version %u.%u, and this awardd has %d.%d",
			       file, major, minor, ABI_MAJOR, ABI_MINOR);
	if (t->zero != 0)
		return err_set(e, AW_EINVALID,
			       "%s: the member zero of its table is %u, and 0 is wanted", file,
			       t->zero);
	if (t->offers == NULL || t->offers[0] == NULL)
		return err_set(e, AW_EINVALID,
			       "%s: offers nothing, and at least one offer is wanted", file);
	return 0;
}

static int check_offers(struct plugin *p, struct err *e)
{
	char what[32];

	while (p->table->offers[p->offers] != NULL) {
		const struct awardd_offer *offer = p->table->offers[p->offers];
		(void)snprintf(what, sizeof what, "offer %zu", ++p->offers);
		int rv = check_size(p->file, what, offer->size, OFFER_LEAST, e);
		if (rv != 0)
			return rv;
		if (offer->run == NULL)
			return err_set(e, AW_EINVALID, "%s: %s has no function to run", p->file,
				       what);
		if (p->offers == OFFERS_MOST && p->table->offers[OFFERS_MOST] != NULL)
			return err_set(e, AW_EINVALID,
				       "%s: offers more than %d things; does its list not end "
				       "with NULL?",
				       p->file, OFFERS_MOST);
	}
	return 0;
}

int plugin_open(int fd, const char *file, struct plugin **out, struct err *e)
{
	entry_function function = NULL;
	int rv = find_function(fd, file, &function, e);
	if (rv != 0)
		return rv;

	struct plugin *p = calloc(1, sizeof *p);
	if (p == NULL)
		return err_set(e, -ENOMEM, "no memory for %s", file);
	p->file = file;
	assert(function != NULL);
	p->table = function();
	host_table_init(&p->host, &p->context);
	rv = check_table(p->table, file, e);
	if (rv == 0)
		rv = check_offers(p, e);
	if (rv != 0)
		free(p);
	else
		*out = p;
	return rv;
}

/* ---- what it says of itself --------------------------------------------- */

/* Gives the document of a text, or an empty list for none. */
static int read_list(const struct plugin *p, const char *what, const char *text, json_t **out,
		     struct err *e)
{
	struct err why = {0};

	*out = text != NULL ? json_read(text_of(text), &why) : json_array();
	if (*out != NULL)
		return 0;
	return err_set(e, AW_EINVALID, "%s: JSON is wanted for %s: %s", p->file, what, why.text);
}

static int describe_offer(const struct plugin *p, size_t number, json_t *offers, struct err *e)
{
	const struct awardd_offer *offer = p->table->offers[number];
	bool known = offer->kind > 0 && offer->kind < sizeof kinds / sizeof *kinds;
	json_t *form = NULL;
	char what[64];

	(void)snprintf(what, sizeof what, "the form of offer %zu", number + 1);
	int rv = known ? read_list(p, what, offer->form, &form, e) : 0;
	if (rv != 0)
		return rv;
	json_t *one =
		known ? json_pack("{ss ss? ss? so}", "kind", kinds[offer->kind], "name",
				  offer->name, "role", offer->role, "form", form)
		      : json_pack("{ss sI}", "kind", "unknown", "number", (json_int_t)offer->kind);
	if (json_array_append_new(offers, one) != 0)
		return err_set(e, AW_EINVALID, "%s: offer %zu holds a text that is no UTF-8",
			       p->file, number + 1);
	return 0;
}

int plugin_describe(const struct plugin *p, json_t **out, struct err *e)
{
	json_t *offers = json_array(), *settings = NULL;
	int rv = read_list(p, "its settings", p->table->settings, &settings, e);

	for (size_t i = 0; i < p->offers && rv == 0; i++)
		rv = describe_offer(p, i, offers, e);
	if (rv != 0) {
		json_decref(offers);
		json_decref(settings);
		return rv;
	}
	*out = json_pack("{ss? ss? ss? so so}", "name", p->table->name, "version",
			 p->table->version, "says", p->table->says, "settings", settings, "offers",
			 offers);
	if (*out == NULL)
		return err_set(e, AW_EINVALID, "%s: holds a text that is no UTF-8", p->file);
	return 0;
}
