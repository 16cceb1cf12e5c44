/*
 * verb: what awardctl can be told to do.
 */
#ifndef AW_CTL_VERB_H
#define AW_CTL_VERB_H

#include "ctl/session.h"

/* In `options`: further --formats that the verb knows. */
#define VERB_CSV (UINT64_C(1) << 63)
#define VERB_JUNIT (UINT64_C(1) << 62)

struct verb {
	const char *name;     /* one or two words: "decisions list" */
	const char *operands; /* as help shows them; "" for none */
	size_t least, most;   /* how many */
	uint64_t options;     /* OPTION_BITs beside those of all, and VERB_CSV */
	const char *says;     /* one line */
	int (*run)(struct session *s);
};

/* Finds the verb that the operands begin with; *words is how many belong to its
 * name. NULL and a sentence where there is none. */
const struct verb *verb_find(const char *const *operands, size_t count, size_t *words,
			     struct err *e);

/* The help of one verb; of a group where `group` is its first word; or, with
 * both NULL, of the whole program. */
void verb_help(struct paper *p, const struct verb *verb, const char *group);

/* True where `word` begins the name of a verb of two words. */
bool verb_is_group(const char *word);

/* ---- the verbs, each returns an exit status ------------------------------ */
int verb_submit(struct session *s);
int verb_assess(struct session *s);
int verb_decisions_list(struct session *s);
int verb_decisions_show(struct session *s);
int verb_decisions_revoke(struct session *s);
int verb_decisions_render(struct session *s);
int verb_decisions_erase(struct session *s);
int verb_register_list(struct session *s);
int verb_register_import(struct session *s);
int verb_register_render(struct session *s);
int verb_practice(struct session *s);
int verb_statistics(struct session *s);
int verb_report(struct session *s);
int verb_publish(struct session *s);
int verb_scheme(struct session *s);
int verb_status(struct session *s);
int verb_health(struct session *s);
int verb_log_key(struct session *s);
int verb_log_checkpoint(struct session *s);
int verb_log_proof(struct session *s);
int verb_log_rotate(struct session *s);
int verb_log_verify(struct session *s);
int verb_log_check(struct session *s);
int verb_log_export(struct session *s);
int verb_log_rebuild(struct session *s);
int verb_log_copy(struct session *s);
int verb_log_tiles(struct session *s);
int verb_rules_status(struct session *s);
int verb_rules_reload(struct session *s);
int verb_rules_history(struct session *s);
int verb_rules_show(struct session *s);
int verb_rules_diff(struct session *s);
int verb_rules_restore(struct session *s);
int verb_rules_check(struct session *s);
int verb_rules_impact(struct session *s);
int verb_rules_test(struct session *s);
int verb_decisions_test(struct session *s);
int verb_log_reproduce(struct session *s);
int verb_log_tail(struct session *s);
int verb_call(struct session *s);

#endif
