/*
 * arguments: the command line taken apart. Options may stand before or after
 * the verb, as --name VALUE or --name=VALUE; "--" ends them.
 */
#ifndef AW_CTL_ARGUMENTS_H
#define AW_CTL_ARGUMENTS_H

#include "base/base.h"

enum option {
	OPTION_SOCKET,
	OPTION_FORMAT,
	OPTION_TIMEOUT,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_BRIEF,
	OPTION_PARTNERSHIP,
	OPTION_AWARD,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_FAILED_CRITERION,
	OPTION_RULES,
	OPTION_LIMIT,
	OPTION_AFTER,
	OPTION_ON,
	OPTION_STATUS,
	OPTION_STATEMENT,
	OPTION_BY,
	OPTION_REASON,
	OPTION_STRICT,
	OPTION_LOG,
	OPTION_MAX_CHANGED,
	OPTION_AGAINST,
	OPTION_HISTORY,
	OPTION_FILTER,
	OPTION_COVERAGE,
	OPTION_MUTATE,
	OPTION_FORCE,
	OPTION_AS,
	OPTION_PLUGIN,
	OPTION_PLUGINS,
	OPTION_OUTPUT,
	OPTION_UNDER,
	OPTION_CHANGED,
	OPTION_KIND,
	OPTION_SORT,
	OPTION_FOLLOW,
	OPTION_KEY,
	OPTION_COUNT
};

#define OPTION_BIT(option) (UINT64_C(1) << (option))

struct option_text {
	const char *name;  /* without its hyphens */
	char letter;       /* 0: it has none */
	const char *value; /* what help calls its value; NULL: it has none */
	const char *says;
};

extern const struct option_text option_texts[OPTION_COUNT];

/* Those that every verb takes. */
extern const uint64_t options_of_all;

struct arguments {
	const char *values[OPTION_COUNT]; /* borrowed from argv; "" for a flag that is set */
	const char **operands;            /* the verb's words first */
	size_t count;
};

/* After init, deinit is always legal. */
void arguments_init(struct arguments *a);
void arguments_deinit(struct arguments *a);

/* Takes argv apart. AW_EINVALID and a sentence for an unknown option, one given
 * twice, or one whose value is missing or unwanted; -ENOMEM. */
int arguments_read(struct arguments *a, int argc, char **argv, struct err *e);

#endif
