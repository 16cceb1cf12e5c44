/*
 * config: what the daemon is told, by its command line and its configuration
 * file, with where each value came from. The command line wins over the file,
 * the file over the default.
 *
 * The file has one `name = value` a line; '#' begins a comment line. Names are
 * those of the options without the hyphens. `PLUGIN.SETTING = value` is for that
 * plugin, which alone knows what may stand there.
 */
#ifndef AW_CONFIG_H
#define AW_CONFIG_H

#include <stdio.h>
#include <sys/types.h>

#include "base/base.h"

/* One list for name, default, what it takes, and what it is for. */
#define CONFIG_SETTINGS(X)                                                                         \
	X(CONFIG_SOCKET, "socket", "", "PATH", "the Unix socket that clients connect to")          \
	X(CONFIG_LOG, "log", "", "FILE", "the decision log, made where there is none")             \
	X(CONFIG_RULES, "rules", "", "DIR", "the folder of rule scripts")                          \
	X(CONFIG_PLUGINS, "plugins", "", "DIR", "the folder of plugins")                           \
	X(CONFIG_PLUGIN_USER, "plugin-user", "", "USER",                                           \
	  "whom plugins run as where awardd runs as root; else nobody")                            \
	X(CONFIG_PLUGIN_DEADLINE, "plugin-deadline", "10000", "MS",                                \
	  "wall time of one call of a plugin, 100 to 600000")                                      \
	X(CONFIG_SUBMIT, "submit", "", "WHO", "who may decide and assess")                         \
	X(CONFIG_AUDIT, "audit", "", "WHO", "who may read the log")                                \
	X(CONFIG_ADMIN, "admin", "", "WHO",                                                        \
	  "who may import, revoke, erase, reload, and change the log's key")                       \
	X(CONFIG_SOCKET_MODE, "socket-mode", "0660", "MODE", "permissions of the socket, octal")   \
	X(CONFIG_EVALUATORS, "evaluators", "2", "N", "evaluator processes, 1 to 64")               \
	X(CONFIG_DEADLINE, "deadline", "2000", "MS", "wall time of one evaluation, 1000 to 60000") \
	X(CONFIG_LINE_LIMIT, "line-limit", "1048576", "BYTES",                                     \
	  "longest line of a client, 1024 to 67108864")                                            \
	X(CONFIG_CONNECTIONS, "connections", "1024", "N",                                          \
	  "connections at the same time, of one user three quarters, 1 to 100000")                 \
	X(CONFIG_IN_FLIGHT, "in-flight", "256", "N",                                               \
	  "requests of one connection under way before it is read on, 1 to 65536")                 \
	X(CONFIG_QUEUE, "queue", "8192", "N",                                                      \
	  "submissions under way at most, of one user three quarters, 1 to 1000000")               \
	X(CONFIG_WATCH, "watch", "yes", "yes|no",                                                  \
	  "whether rules that are saved come into force by themselves")                            \
	X(CONFIG_MAX_IMPACT, "max-impact", "", "N",                                                \
	  "past decisions that new rules may change, 0 to 1000000000; else any")                   \
	X(CONFIG_METRICS_FILE, "metrics-file", "", "FILE",                                         \
	  "where metrics are written every five seconds, for Prometheus' node_exporter")           \
	X(CONFIG_WAL_LIMIT, "wal-limit", "", "BYTES",                                              \
	  "what a reader may let the log's WAL grow to, 8388608 to 4294967295; else any")

enum config_setting {
#define CONFIG_ENUM(id, name, otherwise, takes, help) id,
	CONFIG_SETTINGS(CONFIG_ENUM)
#undef CONFIG_ENUM
		CONFIG_COUNT
};

struct config;

/* What the command line asked for besides values. */
enum config_action { CONFIG_RUN, CONFIG_PRINT, CONFIG_CHECK, CONFIG_HELP, CONFIG_VERSION };

/* Reads the command line and the file it names. AW_EINVALID and a sentence that
 * names the option, or file and line; for each wrong line of the file one, on a line
 * of its own, as many as there is room for. */
int config_read(int argc, char **argv, struct config **out, enum config_action *action,
		struct err *e);
void config_free(struct config **c);

/* Borrows a value, "" where none was given. */
const char *config_text(const struct config *c, enum config_setting s);
/* A number, checked when it was read; 1 for yes and 0 for no. */
unsigned config_number(const struct config *c, enum config_setting s);

/* Whether a peer has a role (CONFIG_SUBMIT, CONFIG_AUDIT, CONFIG_ADMIN): it is
 * among those named, or, where nobody is named, is root or the daemon's user. */
bool config_allows(const struct config *c, enum config_setting role, uid_t uid, const gid_t *groups,
		   size_t group_count);

/* What is said of plugins' settings, in the order of the file, then of the command
 * line; each setting once, by the last that was said. */
struct config_plugin {
	char *plugin, *setting, *value, *source;
};
size_t config_plugin_settings(const struct config *c);
const struct config_plugin *config_plugin_setting(const struct config *c, size_t i);

/* Each value and where it came from, as a configuration file. */
void config_print(const struct config *c, FILE *out);
/* The options, for --help. */
void config_help(FILE *out);

#endif
