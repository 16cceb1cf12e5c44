/* rules restore: a rule set out of the log, back into a folder. */
#include <stdio.h>

#include "ctl/folder.h"
#include "ctl/kept.h"
#include "ctl/verb.h"

static int report(struct session *s, const json_t *kept, const char *dir)
{
	size_t count = json_array_size(json_member(kept, "files"));
	const char *digest = json_member_text(kept, "digest");
	struct paper p;
	struct buffer text;
	int status;

	if (s->json) {
		json_t *document = json_pack("{ss ss sI}", "digest", digest, "folder", dir, "files",
					     (json_int_t)count);
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
	paper_wrap(&p, 0,
		   "A daemon that watches this folder puts them in force by itself; "
		   "otherwise: awardctl rules reload");
	status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

int verb_rules_restore(struct session *s)
{
	const char *dir = s->operands[1];
	bool force = session_option(s, OPTION_FORCE) != NULL;
	struct err e = {0};
	json_t *kept = NULL;
	int status = kept_find(s, s->operands[0], false, &kept);

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
