/*
 * plugin: one plugin, in the process that holds it. Loads a shared object,
 * checks that it keeps to include/awardd/plugin.h, and calls what it offers.
 * Foreign code runs in host processes and in evaluators, never in the daemon:
 * of this room it uses only plugin_description_check and the frames.
 */
#ifndef AW_PLUGIN_H
#define AW_PLUGIN_H

#include "base/base.h"
#include "json/json.h"

/* The first argument that makes the program a plugin's host. */
#define PLUGIN_ARGUMENT "--plugin-host"

/* The whole life of a host: descriptor 0 is the connection, 3 the object.
 * Returns the exit status. */
int plugin_main(void);

enum { PLUGIN_OBJECT = 3 };

/* What daemon and host say to each other; bodies are JSON but for the answer. */
enum plugin_frame {
	PLUGIN_LOAD = 'L',    /* daemon: {"file", "folder", "key", "uid", "gid"}: its
				 name for messages; the folder to hide ("": none) and the
				 file that must not be readable; whom to become, -1 nobody else */
	PLUGIN_LOADED = 'D',  /* host: what plugin_describe gives */
	PLUGIN_START = 'S',   /* daemon: the settings */
	PLUGIN_STARTED = 'A', /* host: {} */
	PLUGIN_CALL = 'C',    /* daemon: {"offer": its number, "call": {...}} */
	PLUGIN_ANSWER = 'R',  /* host: the bytes */
	PLUGIN_REFUSED = 'X', /* host: {"code", "message"}, to each of the three */
	PLUGIN_LOG = 'G',     /* host: {"level", "text"}, at any time */
};

enum { PLUGIN_ANSWER_LIMIT = 16 << 20, PLUGIN_NAME = 33, PLUGIN_MESSAGE = 1024 };

/* Confines this process, before foreign code is loaded: limits, and the key out of
 * reach, as PLUGIN_LOAD's members say. AW_EINVALID or an errno, and a sentence. */
int plugin_confine(const json_t *load, struct err *e);

/* ---- an object ---------------------------------------------------------- */

struct plugin;

/* Loads the object of a descriptor and checks its tables. It stays loaded until
 * the process ends. AW_EINVALID and a sentence that begins with `file` (borrowed
 * for the process's life) and says what was wanted and what it has; -ENOMEM. */
int plugin_open(int fd, const char *file, struct plugin **out, struct err *e);

/* Gives {"name", "version", "says", "settings": [...], "offers": [{"kind": "sink",
 * "method", "decision-renderer", "register-renderer", "word" or "unknown",
 * "name", "role", "form"}]}; texts that are JSON are read. AW_EINVALID and a sentence. */
int plugin_describe(const struct plugin *p, json_t **out, struct err *e);

/* Where a plugin's lines go; on any thread. */
typedef void (*plugin_log_cb)(int level, const char *text);

/* What came of one call. */
struct plugin_answer {
	struct buffer bytes;
	int code; /* an awardd_refusal */
	char message[PLUGIN_MESSAGE];
};

/* Calls start with the settings (borrowed). AW_EINVALID where it failed. */
int plugin_start(struct plugin *p, const json_t *settings, plugin_log_cb log, struct err *e);
void plugin_stop(struct plugin *p);

/* Calls one offer with a call (borrowed): 0 and the bytes (appended), or
 * AW_EINVALID and code and message. */
int plugin_run(struct plugin *p, size_t offer, const json_t *call, struct plugin_answer *answer);

/* ---- a description ------------------------------------------------------ */

/* Whether names, roles, forms, settings and media types are such as they may
 * be, and no two methods or words the same, whoever wrote this. AW_EINVALID and a sentence that
 * begins with `file`; -ENOMEM. */
int plugin_description_check(const json_t *description, const char *file, struct err *e);

/* Lower-case letters, digits and hyphens, beginning with a letter, at most 32. */
bool plugin_name_fits(const char *name);

#endif
