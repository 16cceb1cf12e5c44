/* child: the parts of an evaluator process; inside this room only. */
#ifndef AW_EVALUATOR_CHILD_H
#define AW_EVALUATOR_CHILD_H

#include "script/script.h"

/* Loads the words of plugins, whose objects are open from descriptor PLUGIN_OBJECT
 * on: the first argument says what to be kept from, the others are their names.
 * Before the seal; gives what lives as long as the process. */
int words_load(int count, char **arguments, const struct script_words **out, struct err *e);

#endif
