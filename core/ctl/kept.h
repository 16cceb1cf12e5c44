/*
 * kept: rule sets by name: those of the daemon's log, and those of a folder.
 */
#ifndef AW_CTL_KEPT_H
#define AW_CTL_KEPT_H

#include "ctl/session.h"
#include "ruleset/ruleset.h"

/* Gives {"digest", "at", "name", "files": [{"path", "sha256", "text"}], "prelude":
 * "<hex>", "words": [{"name", "sha256"}]: of plugins}; what is not known is null:
 * `at` of a folder, its `words` without --plugins. `name` is what people call it.
 * "active", a digest or its first digits, and, where `folders`, a folder. Otherwise
 * everything has been said. */
int kept_find(struct session *s, const char *name, bool folders, json_t **out);

/* The whole digest of the only rule set that was in force and is called `name`, a
 * digest or its first digits, among rows like those of rules.history or of
 * reader_rule_history. EXIT_DONE, or what was said. */
int kept_complete(const struct session *s, const json_t *rows, const char *name,
		  char digest[RULES_KEY]);

/* The same among those of the daemon's log; a whole digest is taken as it is. */
int kept_digest(struct session *s, const char *name, char digest[RULES_KEY]);

/* Gives the words of the plugins that --plugins names, NULL where there are none;
 * words_free it. EXIT_DONE, or what was said. */
int kept_words(const struct session *s, struct words **out);

/* Borrows the text of a file, or NULL. */
const json_t *kept_text(const json_t *kept, const char *path);

#endif
