/*
 * form: what a document must look like, told by the rule set's manifest, and
 * what of it is personal. It knows no member by name.
 *
 * A form is a list of members, each {"name", "type", "required", "personal"}
 * and, by type: "text" {"min" (1), "max" (any)} in characters; "id" (1 to 64 of a-z, 0-9
 * and hyphen); "date" {"not_after": a sibling's name}; "boolean"; "integer"
 * {"min", "max"}; "choice" {"values"}; "list" {"min", "of"}; "object"
 * {"members"}. A member that is null counts as left out.
 */
#ifndef AW_FORM_H
#define AW_FORM_H

#include "base/base.h"
#include "json/json.h"

struct form;

/* Reads a form from its description (borrowed). AW_EINVALID and a sentence
 * where that is no form; -ENOMEM. */
int form_new(const json_t *members, struct form **out, struct err *e);
void form_free(struct form **f);

/* Appends {"pointer", "message"} to `errors` for everything in `document` that
 * does not fit, in the form's order, members it does not know last; of more
 * than 10,000 errors the rest is told by its number. 0 whether or not anything was found; -ENOMEM. */
int form_check(const struct form *f, const json_t *document, json_t *errors);
int form_check_item(const struct form *f, const struct json_item *document, json_t *errors);

/* The same for a document out of the log: what stands there as {"commitment": …}
 * had its value then, and fits wherever a value may stand. */
int form_check_stored(const struct form *f, const json_t *document, json_t *errors);

/* What committing takes: see form_commit. */
struct form_committing {
	const char *base;
	struct chance chance;
	json_t *personal;
	size_t most; /* values */
};

enum { FORM_COMMITMENT = 88 }; /* bytes that stand in the place of a value */

/* Replaces each personal value in a document that fits by {"commitment":
 * "sha256:<hex>"}, SHA-256 over a fresh salt and the value's canonical bytes, and
 * appends {"pointer", "salt", "value"} to `personal`, each pointer beginning
 * with `base`. 0 or -ENOMEM. */
int form_commit(const struct form *f, json_t *document, const char *base, struct chance chance,
		json_t *personal);
/* The same, but that the document stays as it is, and its canonical JSON with the commitments
 * is appended. AW_ELIMIT, too. */
int form_commit_item(const struct form *f, const struct json_item *document,
		     const struct form_committing *c, struct buffer *out);

/* Whether what was sent now is what was sent then, and is stored with
 * commitments in the place of personal values: equal as JSON values, but that
 * where a commitment stands any value but null may have been sent. */
bool form_same(const json_t *stored, const json_t *sent);

/* Gives one error as form_check writes them. NULL: no memory. */
json_t *form_error(const char *pointer, const char *message);

/* A commitment to one value: gives the object that stands in its place, and
 * the row for `personal`. */
int form_commit_value(const json_t *value, const char *pointer, struct chance chance,
		      json_t **commitment, json_t **row);

#endif
