/* Finding a rule set by what somebody calls it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/kept.h"
#include "script/script.h"

enum { DIGITS_LEAST = 4, DIGITS_ALL = 2 * DIGEST_BYTES, DIGITS_SHOWN = 12 };

/* Asks a method for its result; takes params. */
static int ask(struct session *s, const char *method, json_t *params, json_t **out)
{
	struct awardd_answer answer;
	int status = session_ask(s, method, params, &answer);

	if (status == EXIT_REFUSED && !s->json)
		session_refusal(s, "", &answer);
	if (status == EXIT_DONE) {
		*out = json_read(text_of(answer.result), NULL);
		if (*out == NULL)
			status = session_say(s, EXIT_UNEXPECTED, "the answer cannot be read");
	}
	awardd_answer_deinit(&answer);
	return status;
}

/* ---- of the log --------------------------------------------------------- */

/* The digits of a name, or NULL and EXIT_USAGE is said. */
static const char *digits_of(const struct session *s, const char *name)
{
	const char *digits = strncmp(name, "sha256:", 7) == 0 ? name + 7 : name;
	size_t length = strlen(digits);

	if (strspn(digits, "0123456789abcdef") == length && length >= DIGITS_LEAST &&
	    length <= DIGITS_ALL)
		return digits;
	(void)session_say(s, EXIT_USAGE,
			  "\"%s\" is no rule set: give \"active\", or a digest or its "
			  "first digits, as awardctl rules history shows them",
			  name); /* NULL says it */
	return NULL;
}

static const char *digest_of_row(const json_t *row)
{
	const char *digest = json_member_text(row, "digest");

	return digest != NULL ? digest : json_member_text(json_member(row, "body"), "digest");
}

int kept_complete(const struct session *s, const json_t *rows, const char *name,
		  char digest[RULES_KEY])
{
	const char *digits = digits_of(s, name);
	const json_t *row;
	size_t i;
	bool many = false;

	digest[0] = '\0';
	if (digits == NULL)
		return EXIT_USAGE;
	json_array_foreach(rows, i, row) {
		const char *kind = json_member_text(row, "kind");
		const char *one = digest_of_row(row);
		if (kind == NULL || strcmp(kind, "activation") != 0 || one == NULL ||
		    strlen(one) != 7 + DIGITS_ALL || strncmp(one + 7, digits, strlen(digits)) != 0)
			continue;
		many = many || (digest[0] != '\0' && strcmp(digest, one) != 0);
		(void)snprintf(digest, RULES_KEY, "%s", one);
	}
	if (many)
		return session_say(s, EXIT_USAGE, "more than one rule set begins with %s", digits);
	if (digest[0] == '\0')
		return session_say(s, EXIT_REFUSED,
				   "no rule set that was in force begins with %s; see awardctl "
				   "rules history",
				   digits);
	return EXIT_DONE;
}

int kept_digest(struct session *s, const char *name, char digest[RULES_KEY])
{
	const char *digits = digits_of(s, name);
	json_t *history = NULL;

	if (digits == NULL)
		return EXIT_USAGE;
	if (strlen(digits) == DIGITS_ALL) {
		(void)snprintf(digest, RULES_KEY, "sha256:%s", digits);
		return EXIT_DONE;
	}
	int status = ask(s, "rules.history", json_null(), &history);
	if (status == EXIT_DONE)
		status = kept_complete(s, json_member(history, "history"), name, digest);
	json_decref(history);
	return status;
}

static int find_in_log(struct session *s, const char *name, json_t **out)
{
	char digest[RULES_KEY] = "", shown[RULES_KEY + 16];
	bool active = strcmp(name, "active") == 0;
	json_t *found = NULL;
	int status = active ? EXIT_DONE : kept_digest(s, name, digest);

	if (status == EXIT_DONE)
		status = ask(s, "rules.show",
			     active ? json_null() : json_pack("{ss}", "digest", digest), &found);
	if (status != EXIT_DONE)
		return status;
	const char *whole = json_member_text(found, "digest");
	(void)snprintf(shown, sizeof shown, "%s%.*s", active ? "active-" : "", DIGITS_SHOWN,
		       whole != NULL && strlen(whole) > 7 ? whole + 7 : "?");
	json_t *words = json_object_get(found, "words");
	*out = json_pack("{sO sO? ss sO sO? so}", "digest", json_object_get(found, "digest"), "at",
			 json_object_get(found, "at"), "name", shown, "files",
			 json_object_get(found, "files"), "prelude",
			 json_member(json_member(found, "prelude"), "sha256"), "words",
			 words != NULL ? json_incref(words) : json_array());
	json_decref(found);
	return *out != NULL ? EXIT_DONE
			    : session_say(s, EXIT_UNEXPECTED, "the answer cannot be read");
}

/* ---- of a folder -------------------------------------------------------- */

static void say_faults(const struct session *s, const char *dir, const json_t *faults)
{
	size_t i;
	const json_t *fault;

	json_array_foreach(faults, i, fault) {
		const char *file = json_member_text(fault, "file");
		(void)session_say(s, 0, "%s%s%s: %s", dir, strcmp(file, dir) == 0 ? "" : "/",
				  strcmp(file, dir) == 0 ? "" : file,
				  json_member_text(fault, "message")); /* the status follows */
	}
}

int kept_words(const struct session *s, struct words **out)
{
	char program[PROGRAM_NAME];
	struct err e = {0};
	int rv = evaluator_program(program);

	*out = NULL;
	if (rv == 0)
		rv = session_words(s, program, out, &e);
	else
		(void)err_set(&e, rv, "this program cannot be run again: %s", status_text(rv));
	return rv == 0 ? EXIT_DONE : session_say(s, EXIT_UNEXPECTED, "%s", e.text);
}

static json_t *folder_document(const char *dir, const struct rule_files *files, json_t *words)
{
	struct text prelude = script_prelude();
	struct digest d = digest_of(prelude.bytes, prelude.length);
	char hash[DIGEST_HEX];

	hex_format(d.bytes, sizeof d.bytes, hash);
	return json_pack("{ss sn ss sO ss so}", "digest", files->digest, "at", "name", dir, "files",
			 files->files, "prelude", hash, "words", words);
}

static int find_folder(struct session *s, const char *dir, json_t **out)
{
	bool known = session_option(s, OPTION_PLUGINS) != NULL;
	struct rule_files files = {0};
	struct words *words = NULL;
	json_t *faults = json_array();
	int status = kept_words(s, &words);

	if (status != EXIT_DONE)
		goto out;
	int rv = faults != NULL ? rule_files_read(dir, &files, faults) : -ENOMEM;
	if (rv != 0)
		say_faults(s, dir, faults);
	else
		rv = rule_files_bind(&files, words);
	if (rv == 0)
		*out = folder_document(dir, &files, known ? words_describe(words) : json_null());
	if (rv != 0 || *out == NULL) /* it is NULL where a name is not UTF-8, too */
		status = session_say(s, EXIT_UNEXPECTED, "the rules in %s cannot be read", dir);
out:
	rule_files_deinit(&files);
	words_free(&words);
	json_decref(faults);
	return status;
}

int kept_find(struct session *s, const char *name, bool folders, json_t **out)
{
	struct stat about;

	if (folders && strcmp(name, "active") != 0 &&
	    (strchr(name, '/') != NULL || (stat(name, &about) == 0 && S_ISDIR(about.st_mode))))
		return find_folder(s, name, out);
	return find_in_log(s, name, out);
}

const json_t *kept_text(const json_t *kept, const char *path)
{
	size_t i;
	const json_t *file;

	json_array_foreach(json_member(kept, "files"), i, file) {
		const char *name = json_member_text(file, "path");
		if (name != NULL && strcmp(name, path) == 0)
			return json_member(file, "text");
	}
	return NULL;
}
