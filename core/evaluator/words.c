/* Words that plugins lend to rules: the objects, as the daemon keeps them, and as
 * an evaluator loads them before it is sealed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evaluator/child.h"
#include "evaluator/pool.h"
#include "plugin/plugin.h"

/* ---- in the daemon -------------------------------------------------------- */

void words_free(struct words **words)
{
	if (*words == NULL)
		return;
	for (size_t i = 0; i < (*words)->count; i++)
		(void)close((*words)->list[i].object); /* memory only */
	free((*words)->load);
	free(*words);
	*words = NULL;
}

int words_new(const json_t *load, struct words **out)
{
	struct words *words = calloc(1, sizeof *words);

	if (words == NULL)
		return -ENOMEM;
	words->load = json_dumps(load, JSON_COMPACT);
	if (words->load == NULL) {
		free(words);
		return -ENOMEM;
	}
	*out = words;
	return 0;
}

int words_add(struct words *words, const char *plugin, const char *sha256, int object)
{
	struct word_object *one = &words->list[words->count];

	if (words->count == WORDS_MOST)
		return AW_ELIMIT;
	one->object = fcntl(object, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);
	if (one->object < 0)
		return -errno;
	(void)snprintf(one->plugin, sizeof one->plugin, "%s", plugin);
	(void)snprintf(one->sha256, sizeof one->sha256, "%s", sha256);
	words->count++;
	return 0;
}

json_t *words_describe(const struct words *words)
{
	json_t *list = json_array();

	for (size_t i = 0; words != NULL && list != NULL && i < words->count; i++) {
		json_t *one = json_pack("{ss ss}", "name", words->list[i].plugin, "sha256",
					words->list[i].sha256);
		if (json_array_append_new(list, one) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static const struct word_object *find(const struct words *words, const char *plugin)
{
	for (size_t i = 0; words != NULL && i < words->count; i++) {
		if (strcmp(words->list[i].plugin, plugin) == 0)
			return &words->list[i];
	}
	return NULL;
}

static int pick(const struct words *words, const json_t *wanted, struct words *to, struct err *e)
{
	const char *plugin = json_member_text(wanted, "name");
	const char *sha256 = json_member_text(wanted, "sha256");

	if (plugin == NULL || sha256 == NULL)
		return err_set(e, AW_EABSENT, "it needs words of a plugin without a name");
	const struct word_object *found = find(words, plugin);
	if (found == NULL)
		return err_set(e, AW_EABSENT,
			       "it needs the words of the plugin %s, which is not there: "
			       "--plugins with a folder that holds %s.so of SHA-256 %s",
			       plugin, plugin, sha256);
	if (strcmp(found->sha256, sha256) != 0)
		return err_set(e, AW_EABSENT,
			       "it needs the words of the plugin %s of SHA-256 %s, and the %s.so "
			       "that is there has %s",
			       plugin, sha256, plugin, found->sha256);
	int rv = words_add(to, plugin, sha256, found->object);
	return rv == 0 ? 0 : err_set(e, rv, "the plugin %s: %s", plugin, status_text(rv));
}

int words_pick(const struct words *words, const json_t *list, struct words **out, struct err *e)
{
	struct words *picked = calloc(1, sizeof *picked);
	int rv = picked != NULL ? 0 : -ENOMEM;
	const json_t *one;
	size_t i;

	if (rv == 0 && words != NULL) {
		picked->load = strdup(words->load);
		rv = picked->load != NULL ? 0 : -ENOMEM;
	}
	if (rv != 0)
		(void)err_set(e, rv, "no memory for the words of plugins");
	json_array_foreach(list, i, one) {
		if (rv == 0)
			rv = pick(words, one, picked, e);
	}
	if (rv == 0)
		*out = picked;
	else
		words_free(&picked);
	return rv;
}

/* ---- in an evaluator ------------------------------------------------------ */

struct lent_word {
	struct plugin *plugin;
	size_t offer;
};

struct lent {
	struct script_words words;
	struct lent_word *list; /* by the number of the word */
};

static int call(void *ctx, size_t number, const json_t *arguments, struct buffer *out,
		char *message, size_t size)
{
	struct lent *lent = ctx;
	struct plugin_answer answer = {.code = 0};
	json_t *document = json_object();

	buffer_init(&answer.bytes);
	int rv = document != NULL
			 ? json_object_set(document, "arguments", (json_t *)(uintptr_t)arguments)
			 : -1;
	if (rv == 0) {
		rv = plugin_run(lent->list[number].plugin, lent->list[number].offer, document,
				&answer);
		(void)snprintf(message, size, "%s", answer.message);
	}
	json_decref(document);
	if (rv == 0) {
		*out = answer.bytes;
		return 0;
	}
	buffer_deinit(&answer.bytes);
	return AW_EINVALID;
}

/* Rules write an underscore where a name has a hyphen. */
static char *name_in_rules(const char *name)
{
	char *copy = strdup(name);

	for (char *c = copy; c != NULL && *c != '\0'; c++) {
		if (*c == '-')
			*c = '_';
	}
	return copy;
}

static int add_word(struct lent *lent, struct plugin *p, size_t offer, const char *plugin,
		    const char *word)
{
	size_t count = lent->words.count + 1;
	struct script_word *words = realloc(lent->words.list, count * sizeof *words);

	if (words == NULL)
		return -ENOMEM;
	lent->words.list = words;
	struct lent_word *list = realloc(lent->list, count * sizeof *list);
	if (list == NULL)
		return -ENOMEM;
	lent->list = list;
	words[count - 1] = (struct script_word){name_in_rules(plugin), name_in_rules(word)};
	list[count - 1] = (struct lent_word){p, offer};
	lent->words.count = count;
	return words[count - 1].plugin != NULL && words[count - 1].word != NULL ? 0 : -ENOMEM;
}

static int load_object(struct lent *lent, int object, const char *name, struct err *e)
{
	struct plugin *p = NULL;
	json_t *description = NULL;
	size_t i;
	const json_t *offer;
	int rv = plugin_open(object, name, &p, e);

	(void)close(object); /* only read */
	if (rv == 0)
		rv = plugin_describe(p, &description, e);
	json_array_foreach(json_object_get(description, "offers"), i, offer) {
		const char *word = json_member_text(offer, "name");
		if (rv == 0 && word != NULL && strcmp(json_member_text(offer, "kind"), "word") == 0)
			rv = add_word(lent, p, i, name, word);
	}
	json_decref(description);
	return rv;
}

int words_load(int count, char **arguments, const struct script_words **out, struct err *e)
{
	struct lent *lent = calloc(1, sizeof *lent);

	if (lent == NULL)
		return err_set(e, -ENOMEM, "no memory for words");
	json_t *load = json_read(text_of(arguments[0]), e);
	int rv = load != NULL ? plugin_confine(load, e) : e->status;
	for (int i = 1; i < count && rv == 0; i++)
		rv = load_object(lent, PLUGIN_OBJECT + i - 1, arguments[i], e);
	json_decref(load);
	if (rv != 0) {
		free(lent); /* the process ends: the rest of it with that */
		return rv;
	}
	lent->words.call = call;
	lent->words.ctx = lent;
	*out = &lent->words;
	return 0;
}
