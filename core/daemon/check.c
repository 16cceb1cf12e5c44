/* --check-config: would it start, and with all that it is told to? Nothing is written. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#include "daemon/daemon.h"
#include "daemon/inner.h"
#include "hosts/hosts.h"
#include "journal/journal.h"
#include "ruleset/ruleset.h"
#include "server/server.h"
#include "verify/verify.h"

struct check {
	struct generation *rules;
	struct verify *tests;
	bool kept; /* by the log: they were tested when they were new */
	int status;
};

/* What was found. */
struct found {
	int first;                 /* what is wrong, the first of it */
	bool starts;               /* all the same */
	bool refused;              /* plugins are, or what is set of them */
	bool lacking;              /* the folder's rules cannot be put in force */
	bool older;                /* the log has to be brought up to date first */
	char digest[RULES_DIGEST]; /* of the rules that the log keeps and that can be run, or "" */
};

static void print_faults(const json_t *faults)
{
	size_t i;
	const json_t *fault;
	struct buffer text;

	buffer_init(&text);
	json_array_foreach(faults, i, fault) {
		buffer_clear(&text);
		(void)printf("rules: %s\n", rule_fault_append(fault, &text) == 0
						    ? text.bytes
						    : "no memory to say what is wrong");
	}
	buffer_deinit(&text);
}

static void print_failed(const json_t *report)
{
	size_t i, k;
	const json_t *result, *message;

	json_array_foreach(json_member(report, "results"), i, result) {
		json_array_foreach(json_member(result, "messages"), k, message)
			(void)printf("rules: %s\n", json_string_value(message));
	}
	if (json_member_integer(report, "tests", 0) == 0)
		(void)printf("rules: no test stands beside them\n");
}

static void on_verified(void *ctx, int status, const json_t *report, const struct err *e)
{
	struct check *c = ctx;

	if (status != 0)
		(void)printf("rules: the tests could not be run: %s\n", e->text);
	else if (!verify_passed(report))
		print_failed(report);
	c->status = status == 0 && !verify_passed(report) ? AW_ESCRIPT : status;
	generation_drop(&c->rules);
}

static void on_ready(void *ctx, int status, struct generation *g, const json_t *faults)
{
	struct check *c = ctx;
	const struct verify_options options = {.at_once = 0};

	c->status = status;
	c->rules = g;
	print_faults(faults);
	if (status == 0 && !c->kept) {
		(void)printf("rules: %s\n", generation_digest(g));
		c->status = verify_run(g, &options, on_verified, c, &c->tests);
	}
	if (c->status != 0 || c->kept)
		generation_drop(&c->rules);
}

/* Reads the folder's rules, or where `kept` is not NULL takes those. */
static int read_files(const struct config *c, const json_t *kept, const struct words *words,
		      struct rule_files *files, struct err *e)
{
	json_t *faults = NULL;
	int rv;

	if (kept != NULL)
		return rule_files_from_log(kept, words, files, e);
	faults = json_array();
	rv = faults != NULL ? rule_files_read(config_text(c, CONFIG_RULES), files, faults)
			    : -ENOMEM;
	print_faults(faults);
	json_decref(faults);
	return rv == 0 ? rule_files_bind(files, words) : rv;
}

static int check_rules(const struct config *c, const json_t *kept, struct err *e)
{
	struct rule_files files = {0};
	uv_loop_t loop;
	char program[PROGRAM_NAME];
	struct check check = {.kept = kept != NULL};
	struct words *words = NULL;
	int rv = evaluator_program(program);

	if (rv == 0)
		rv = hosts_words_of(program, config_text(c, CONFIG_PLUGINS), &words, e);
	if (rv == 0)
		rv = read_files(c, kept, words, &files, e);
	if (rv == 0)
		rv = uv_loop_init(&loop);
	if (rv != 0) {
		words_free(&words);
		rule_files_deinit(&files);
		return rv;
	}
	const struct pool_options options = {
		.loop = &loop,
		.program = program,
		.processes = 1,
		.deadline_ms = config_number(c, CONFIG_DEADLINE),
		.words = words,
	};
	rv = generation_open(&options, &files, on_ready, &check);
	(void)uv_run(&loop, UV_RUN_DEFAULT); /* ends when the evaluator is gone */
	(void)uv_loop_close(&loop);
	words_free(&words);
	return rv != 0 ? rv : check.status;
}

/* Whether the folder above the one that a file is to be in is there. */
static bool has_above(const char *path)
{
	char *copy = strdup(path);
	bool there = copy != NULL && access(dirname(dirname(copy)), F_OK) == 0;

	free(copy);
	return there;
}

/* What cannot be made by this user may be passed by who starts the daemon: that is not known
 * before, so it is said, and is no fault. */
static int check_socket(const char *path, struct err *e)
{
	struct stat about;
	int rv = folder_check(path, "socket", e);

	if (rv == -ENOENT && has_above(path)) {
		(void)printf("socket: the folder of %s is not there: before awardd starts somebody "
			     "has to make it, or to pass the socket, as systemd does\n",
			     path);
		return 0;
	}
	if (rv == -EACCES && stat(path, &about) == 0 && S_ISSOCK(about.st_mode)) {
		(void)printf("socket: %s is there, and could not be made by this user: it has to "
			     "be passed, as systemd does\n",
			     path);
		return 0;
	}
	return rv == 0 ? address_check(path, e) : rv;
}

static int check_log(const char *path, bool *older, struct err *e)
{
	struct journal_reader *reader = NULL;
	struct stat about;
	char real[PATH_MAX]; /* beside which the key is */
	int rv = folder_check(path, "log", e);

	if (rv != 0)
		return rv;
	if (stat(path, &about) != 0 || about.st_size == 0) {
		(void)printf("log: %s will be made\n", path);
		return 0;
	}
	if (access(path, W_OK) != 0)
		return err_set(e, -errno, "the log %s may not be written by this user: %s", path,
			       status_text(-errno));
	if (realpath(path, real) == NULL)
		return err_set(e, -errno, "the log %s: %s", path, status_text(-errno));
	rv = reader_open(real, &reader, e);
	*older = rv == AW_EOLDER;
	if (*older) {
		(void)printf("log: %s is of an older form, and will be brought up to date\n", path);
		return 0;
	}
	/* Root may check what another user is to run: the key is that user's alone. */
	if (rv == 0 && about.st_uid == geteuid())
		rv = reader_check_key(reader, real, e);
	reader_close(&reader);
	if (rv == 0)
		(void)printf("log: %s\n", path);
	return rv;
}

/* ---- all of it ---------------------------------------------------------- */

/* Says what is wrong; the first decides how it ends. */
static void note(struct found *f, int rv, const char *sentence)
{
	if (rv == 0)
		return;
	(void)fflush(stdout); /* so that lines stay in order where both are one */
	(void)fprintf(stderr, "awardd: %s\n", sentence);
	if (f->first == 0)
		f->first = rv;
}

/* A plugin that is refused costs itself; a setting of one that is not there, the start. */
static void note_plugins(struct found *f, const struct config *c, json_t *wrong)
{
	struct err e = {0};
	const json_t *sentence;
	bool named = true;
	size_t i;
	int rv = check_plugins(c, wrong, &named, &e);

	note(f, rv, e.text);
	json_array_foreach(wrong, i, sentence)
		note(f, AW_EINVALID, json_string_value(sentence));
	f->refused = json_array_size(wrong) > 0;
	if (rv != 0 || !named)
		f->starts = false;
}

/* Looks for what the daemon would go on with: the rules last in force. */
static void look_for_kept(struct found *f, const struct config *c)
{
	struct journal_reader *reader = NULL;
	json_t *kept = NULL;
	struct err e = {0};

	if (reader_open(config_text(c, CONFIG_LOG), &reader, &e) == 0 &&
	    reader_rules(reader, NULL, &kept, &e) == 0 && check_rules(c, kept, &e) == 0)
		(void)snprintf(f->digest, sizeof f->digest, "%s", json_member_text(kept, "digest"));
	json_decref(kept);
	reader_close(&reader);
}

static void note_rules(struct found *f, const struct config *c)
{
	struct err e = {0};
	int rv = check_rules(c, NULL, &e);

	if (rv == 0)
		return;
	f->lacking = true;
	(void)err_set(&e, rv, "the rules in %s cannot be put in force",
		      config_text(c, CONFIG_RULES));
	note(f, rv, e.text);
	if (f->starts && !f->older)
		look_for_kept(f, c);
}

static int conclude(const struct found *f, struct err *e)
{
	const char *plugins = f->refused ? ", and without what is wrong of the plugins" : "";

	if (f->first == 0)
		return 0;
	if (!f->starts)
		return err_set(e, f->first, "it would not start");
	if (!f->lacking)
		return err_set(e, f->first, "it would start without what is wrong of the plugins");
	if (f->older)
		return err_set(e, f->first,
			       "it would start with the rules last in force, where the log has "
			       "any%s",
			       plugins);
	if (f->digest[0] == '\0')
		return err_set(e, f->first,
			       "it would start and decide nothing until there are rules%s",
			       plugins);
	return err_set(e, f->first, "it would start with the rules last in force, %s%s", f->digest,
		       plugins);
}

int daemon_check(const struct config *c, struct err *e)
{
	json_t *wrong = json_array();
	struct found f = {.starts = true};
	struct err one = {0};
	int rv = wrong != NULL ? daemon_check_required(c, e)
			       : err_set(e, -ENOMEM, "no memory to check anything");

	if (rv == 0) {
		rv = check_socket(config_text(c, CONFIG_SOCKET), &one);
		note(&f, rv, one.text);
		rv = check_log(config_text(c, CONFIG_LOG), &f.older, &one);
		note(&f, rv, one.text);
		f.starts = f.first == 0;
		note_plugins(&f, c, wrong);
		note_rules(&f, c);
		rv = conclude(&f, e);
	}
	(void)fflush(stdout); /* that comes after it; where nobody reads, nothing can be said */
	json_decref(wrong);
	return rv;
}
