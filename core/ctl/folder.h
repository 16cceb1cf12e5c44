/*
 * folder: a folder of rules written as a whole: whoever looks sees all of it as
 * it was before, or all of it as it is now.
 */
#ifndef AW_CTL_FOLDER_H
#define AW_CTL_FOLDER_H

#include "json/json.h"

/* Makes the rule scripts of a folder these, [{"path", "text"}], and no others. What else lies
 * in it (notes, a repository) stays. It is made where it is not there; where it
 * holds something, AW_EINVALID without `force`. 0, or a sentence, and nothing
 * was changed. */
int folder_write(const char *dir, const json_t *files, bool force, struct err *e);

#endif
