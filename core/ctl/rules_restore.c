/* rules restore: a rule set out of the log, back into a folder. */
#include <stdio.h>

#include "ctl/folder.h"
#include "ctl/kept.h"
#include "ctl/verb.h"

static void put_words(struct paper *p, const json_t *words)
{
	const json_t *word;
	size_t i;

	json_array_foreach(words, i, word)
		paper_wrap_format(
			p, 0, "Words of the plugin %s belong to it: of %s.so with the SHA-256 %s",
			json_member_text(word, "name"), json_member_text(word, "name"),
			json_member_text(word, "sha256"));
}

static int report(struct session *s, const json_t *kept, const char *dir)
{
	size_t count = json_array_size(json_member(kept, "files"));
	const char *digest = json_member_text(kept, "digest");
	struct paper p;
	struct buffer text;
	int status;

	if (s->json) {
		json_t *document = json_pack("{ss ss sI sO}", "digest", digest, "folder", dir,
					     "files", (json_int_t)count, "words",
					     json_object_get(kept, "words"));
		buffer_init(&text);
		status = document != NULL && json_compact(document, &text) == 0
				 ? session_print_json(s, text.bytes, true)
				 : session_say(s, EXIT_UNEXPECTED, "no memory for the answer");
		buffer_deinit(&text);
		json_decref(document);
		return status;
	}
	paper_init(&p, s->out);
	paper_wrap_format(&p, 0, "%s: %zu %s of %s", dir, count, count == 1 ? "file" : "files",
			  digest);
	put_words(&p, json_member(kept, "words"));
	paper_wrap(&p, 0,
		   "A daemon that watches this folder puts them in force by itself; "
		   "otherwise: awardctl rules reload");
	status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

/* Whether the plugins of --plugins lend it the words that it had. */
static int check_words(const struct session *s, const json_t *kept)
{
	struct words *all = NULL, *own = NULL;
	struct err e = {0};

	if (session_option(s, OPTION_PLUGINS) == NULL)
		return EXIT_DONE;
	int status = kept_words(s, &all);
	if (status == EXIT_DONE && words_pick(all, json_member(kept, "words"), &own, &e) != 0)
		status = session_say(s, EXIT_UNLOADABLE, "%s; nothing was written", e.text);
	words_free(&own);
	words_free(&all);
	return status;
}

int verb_rules_restore(struct session *s)
{
	const char *dir = s->operands[1];
	bool force = session_option(s, OPTION_FORCE) != NULL;
	struct err e = {0};
	json_t *kept = NULL;
	int status = kept_find(s, s->operands[0], false, &kept);

	if (status == EXIT_DONE)
		status = check_words(s, kept);
	if (status == EXIT_DONE) {
		int rv = folder_write(dir, json_member(kept, "files"), force, &e);
		if (rv != 0)
			status = session_say(s, rv == AW_EINVALID ? EXIT_USAGE : EXIT_UNEXPECTED,
					     "%s", e.text);
		else
			status = report(s, kept, dir);
	}
	json_decref(kept);
	return status;
}
