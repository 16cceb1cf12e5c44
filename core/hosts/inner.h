/* inner: what the files of this room share; inside this room only. */
#ifndef AW_HOSTS_INNER_H
#define AW_HOSTS_INNER_H

#include "hosts/hosts.h"
#include "plugin/plugin.h"
#include "wire/wire.h"

/* One call that waits or is under way. */
struct ask {
	struct ask *next;
	struct buffer frame;
	host_answer_cb done;
	void *ctx;
};

/*
 *            spawn           loaded            started         call, answer
 *   ABSENT ────────▶ LOADING ────────▶ STARTING ────────▶ IDLE ◀────────▶ BUSY
 *     ▲  ╲              │    refused       │                │              │
 *     │   ╲             ▼                  ▼  died, killed  ▼              ▼
 *     │    ◀──────── ENDING (until its handles are closed) ◀────────────────
 *     ▼
 *   REFUSED (it never fits), FAILED (it died too often: LOADING again when told so)
 */
enum host_state {
	HOST_ABSENT,
	HOST_LOADING,
	HOST_STARTING,
	HOST_IDLE,
	HOST_BUSY,
	HOST_ENDING,
	HOST_REFUSED,
	HOST_FAILED,
	HOST_STATES
};

enum { CALLS_MOST = 64, ERROR_TEXT = 1024 };

struct host_offer {
	struct host *host;
	size_t number;
	const char *kind, *name, *role; /* borrowed from the description; may be NULL */
	struct form *form;              /* of a method */
};

/* How far a sink is. */
struct sink {
	size_t offer;
	bool exists, reading, storing;
	bool under_way;  /* an entry is with the plugin */
	bool blocked;    /* its position is not to be believed: it gets nothing */
	int64_t done;    /* the newest entry that it is done with */
	int64_t stored;  /* of that, what its file says */
	bool unstored;   /* the file could not be written the last time */
	json_t *entries; /* the canonical bytes of those after `done`, as texts */
	size_t next;
	unsigned failures; /* in a row */
	uv_timer_t pause;
	char path[1024];
};

struct host {
	struct hosts *all;
	char *file;
	char name[PLUGIN_NAME];
	char sha256[DIGEST_HEX];
	int object; /* a sealed copy of the file, -1 where there is none */
	json_t *description, *settings;
	struct host_offer *offers;
	size_t offer_count;

	enum host_state state, after; /* `after`: what follows ENDING */
	uv_process_t child;
	uv_pipe_t pipe;
	uv_timer_t deadline, pause;
	unsigned open_handles;
	bool settled; /* the first start is over */
	bool leaving; /* it was asked to stop */
	bool overdue; /* it is being ended because of its deadline */
	struct buffer in;
	struct ask *current, *first, **last;
	size_t queued;
	struct sink sink;

	unsigned failures; /* in a row */
	uint64_t restarts, calls, entries;
	char why[ERROR_TEXT]; /* of the end that is under way */
	char last_error[ERROR_TEXT], last_error_at[INSTANT_TEXT];
};

struct hosts {
	struct hosts_options options;
	struct host *list;
	size_t count, unsettled;
	unsigned open_pauses; /* timers of hosts, to be closed at the end */
	unsigned jobs;        /* queries and writes on other threads */
	uv_timer_t starter;
	void (*settled)(void *ctx);
	void (*closed)(void *ctx);
	void *closed_ctx;
	bool closing;
	json_int_t uid, gid; /* whom hosts become, -1: nobody else */
	char folder[1024];   /* of the log; "" where there is none to look at */
	char key[1024];
};

/* ---- host.c: one process ------------------------------------------------ */
void host_start(struct host *h);
/* Kills and closes; legal in every state. `after` is what it is to be then. */
void host_end(struct host *h, enum host_state after, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Gives an idle host the next call that waits. */
void host_next(struct host *h);
/* Asks an idle host to stop; a busy one is killed. */
void host_leave(struct host *h);
bool host_runs(const struct host *h);
void host_fault(struct host *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- hosts.c: what a host tells ------------------------------------------ */
/* It told what it is: AW_EINVALID and a sentence where that does not fit. */
int hosts_on_loaded(struct host *h, json_t *description, struct err *e);
void hosts_on_started(struct host *h);
/* Its handles are closed, its state is `after`. */
void hosts_on_ended(struct host *h);
/* The first start is over, one way or the other. */
void hosts_on_settled(struct host *h);
/* A timer or a job is gone. */
void hosts_may_close(struct hosts *all);
void hosts_log(const struct host *h, int level, const char *text);

/* ---- files.c: the folder ------------------------------------------------- */
/* Fills the list: each with its object, or REFUSED with a sentence. */
int hosts_read_folder(struct hosts *all, struct err *e);
/* Whom hosts become, and what is kept from them. */
int hosts_find_user(struct hosts *all, struct err *e);

/* ---- settings.c ----------------------------------------------------------- */
/* Gives the settings of a plugin by what it says of them. AW_EINVALID. */
int settings_read(const struct config *c, const struct host *h, json_t **out, struct err *e);

/* ---- sink.c --------------------------------------------------------------- */
/* -ENOMEM: it is as before. A position that is not to be believed is no failure. */
int sink_open(struct host *h);
/* The host runs, is done with one, or new entries are there: the next one waits in
 * line with the calls. */
void sink_next(struct host *h);
void sink_deinit(struct sink *s);

#endif
