/*
 * awardd/plugin.h: what a plugin and awardd promise each other. For C11 and C++;
 * needs nothing but this file. How to begin: plugins/README.md.
 *
 * A plugin is a shared object NAME.so with one exported function, which gives a
 * table of what the plugin is and offers. awardd runs it in a process of its own,
 * the plugin's host. A plugin that crashes, hangs or fills its memory costs that
 * process, which is started again after a pause; nothing that is decided waits.
 *
 *	#include <awardd/plugin.h>
 *
 *	static int tell(const struct awardd_host *host, void *state, struct awardd_call *call)
 *	{
 *		host->log(host->ctx, AWARDD_INFO, host->get(call, "/entry/id").bytes);
 *		return 0;
 *	}
 *
 *	static const struct awardd_offer sink = {
 *		.size = sizeof sink, .kind = AWARDD_SINK, .run = tell};
 *	static const struct awardd_offer *const offers[] = {&sink, NULL};
 *
 *	AWARDD_EXPORT const struct awardd_plugin *awardd_plugin_v1(void)
 *	{
 *		static const struct awardd_plugin me = {
 *			.size = sizeof me, .magic = AWARDD_MAGIC, .needs = AWARDD_ABI(1, 0),
 *			.name = "ids", .version = "1", .says = "Says the id of each entry.",
 *			.offers = offers,
 *		};
 *		return &me;
 *	}
 *
 * Rules that hold for everything here
 * - Tables begin with their size and grow at their end only. A member beyond the
 *   size is not there: awardd looks at the plugin's sizes, and a plugin that was
 *   built against a later header looks at the host's before it uses what is new.
 * - Numbers of kinds, levels and codes that you do not know: treat a level as
 *   AWARDD_ERROR, a code as AWARDD_FAILED; awardd passes over a kind of offer it
 *   does not know, and says so.
 * - Text is UTF-8. Text that awardd hands over is borrowed: it is valid until the
 *   function it was given to, or asked for in, returns. What a plugin hands over
 *   is copied before the called function returns. Nobody frees what is another's.
 * - The tables, and all they point to, must stay as they are until the process
 *   ends. A plugin is never unloaded.
 * - start, run and stop are called on one thread, one at a time. Threads of your
 *   own are allowed; of the host's functions they may call log and no other.
 * - There is no environment, the folder is /, standard input and output are not
 *   connected; what is written to standard error appears among awardd's lines.
 */
#ifndef AWARDD_PLUGIN_H
#define AWARDD_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AWARDD_EXPORT __attribute__((visibility("default")))

/* A version of this interface. */
#define AWARDD_ABI(major, minor) (((uint32_t)(major) << 16) | (uint32_t)(minor))

/* "awrd": tells a plugin's table from other memory. */
#define AWARDD_MAGIC ((uint32_t)0x64727761)

/* Text that belongs to somebody else. Where awardd gives one that is not
 * {NULL, 0}, a NUL that is not counted follows the bytes. */
struct awardd_text {
	const char *bytes;
	size_t length;
};

/* How much a line matters. */
enum awardd_level {
	AWARDD_ERROR = 3, /* somebody must do something */
	AWARDD_WARNING = 4,
	AWARDD_NOTICE = 5,
	AWARDD_INFO = 6
};

/* Why a call was refused, as the caller sees it. */
enum awardd_refusal {
	AWARDD_FAILED = 1,   /* it could not be done (-32603) */
	AWARDD_PARAMS = 2,   /* it was asked wrongly (-32602) */
	AWARDD_ABSENT = 3,   /* what it is about is not there (-32002) */
	AWARDD_CONFLICT = 4, /* it goes against what is there already (-32003) */
	AWARDD_LATER = 5     /* not now: it may be asked again (-32006) */
};

/* One entry, request or question; valid until `run` returns. */
struct awardd_call;

struct awardd_host_context;

/* What a plugin may call. Handed to start and run, valid until the process ends. */
struct awardd_host {
	uint32_t size; /* how much of this table is there, in bytes */
	uint32_t abi;  /* the version that awardd has: AWARDD_ABI(major, minor) */
	struct awardd_host_context *ctx;

	/* A line among awardd's own, with the plugin's name in front. `level` is an
	 * awardd_level. At most 1,000 bytes of it are kept. From any thread. */
	void (*log)(struct awardd_host_context *ctx, int level, const char *text);

	/* Part of the call, by RFC 6901 pointer: "/params/name", "/entry/kind". Text
	 * is given as it is, without quotes; everything else as JSON text. "" is the
	 * whole call. {NULL, 0} where there is no such part, or it is null. */
	struct awardd_text (*get)(const struct awardd_call *call, const char *pointer);

	/* The text as JSON, with its quotes, for putting it into an answer. {NULL, 0}
	 * where it is no UTF-8, or memory runs out. */
	struct awardd_text (*quote)(struct awardd_call *call, struct awardd_text text);

	/* Answers the call, in place of an answer given before. 0; nonzero where
	 * memory runs out or it is longer than 16 MiB. */
	int (*answer)(struct awardd_call *call, struct awardd_text answer);

	/* Says why the call fails; `code` is an awardd_refusal. `run` must then return
	 * what is not 0. Gives -1, so that `return host->refuse(...)` reads well. */
	int (*refuse)(struct awardd_call *call, int code, const char *message);
};

/* What an offer is for, what its calls hold and what it answers. */
enum awardd_kind {
	/* Gets every entry of the log, in order, from the first on. {"entry": the
	 * entry as it was hashed, without personal values; "sequence"}. Answers
	 * nothing. Returning 0 says that the entry is done with, for ever; what is not
	 * 0, or the end of the process, means that the same entry comes again, after a
	 * pause. So an entry may come twice, and never is one left out. */
	AWARDD_SINK = 1,

	/* A method NAME.VERB on the socket. {"method", "params": what was sent, fitting
	 * `form`, at least {}; "user", "uid": who asks}. Answers with any JSON value. */
	AWARDD_METHOD = 2,

	/* Renders an entry of the log: decisions.render. {"media_type", "entry",
	 * "revoked": null or {"sequence", "id", "at"}; "previous": the partnership's newest
	 * decision before it that was not revoked, or null; "history": all entries of
	 * the partnership, oldest first; "register": its row today, as
	 * register.list gives it, or null; "scheme": as scheme.get gives it, or null; "proof":
	 * its .tlog-proof; "log": {"identity", "key"}; "today"}. Answers with the bytes of the
	 * picture. */
	AWARDD_DECISION_RENDERER = 3,

	/* Renders the register: register.render. {"media_type", "on", "awards": as
	 * register.list gives them; "statistics": as statistics.get gives them up to
	 * that day, null where no rules are active; "scheme", "log"}. Answers as the one
	 * above. */
	AWARDD_REGISTER_RENDERER = 4,

	/* A word for rules: a function of nothing but its arguments. {"arguments": a
	 * list}. Answers with JSON: text, whole numbers, booleans, lists, objects, null.
	 * Runs where the rules run, sealed: no files, no network, no threads; nothing
	 * hides the clock there, and a word must not look at it. Neither start nor stop
	 * are called there, and `state` is NULL. */
	AWARDD_WORD = 5
};

struct awardd_offer {
	uint32_t size; /* sizeof(struct awardd_offer) */
	uint32_t kind; /* an awardd_kind */

	/* A method's verb, a word's name: lower-case letters, digits and hyphens,
	 * beginning with a letter, at most 32. A renderer's media type. A sink's is NULL. */
	const char *name;

	/* A method: who may call it, "submit", "audit", "admin" or "any" (any of the
	 * three). Else NULL. */
	const char *role;

	/* A method: what its params must look like, as the guide describes it; checked
	 * before it is called. NULL: it takes none. Else NULL. */
	const char *form;

	/* Does it. `state` is what start gave; for a word, NULL. 0, or not 0 where it
	 * failed. */
	int (*run)(const struct awardd_host *host, void *state, struct awardd_call *call);
};

struct awardd_plugin {
	uint32_t size;  /* sizeof(struct awardd_plugin) */
	uint32_t magic; /* AWARDD_MAGIC */
	uint32_t needs; /* the lowest version of awardd's side that will do, typed by hand:
			   AWARDD_ABI(1, 0) */
	uint32_t zero;  /* 0 */

	/* The file's name without ".so": lower-case letters, digits and hyphens, beginning
	 * with a letter, at most 32 characters. */
	const char *name;
	const char *version; /* the plugin's own, as its author counts */
	const char *says;    /* what it is for: a line */

	/* What can be configured, as the guide describes it; NULL: nothing. */
	const char *settings;

	const struct awardd_offer *const *offers; /* ended by NULL; at least one */

	/* Called once before anything else. `settings` is a JSON object with every
	 * setting that has a value or a default, fitting what the plugin says. 0, or not
	 * 0 where it cannot work, having logged why: it is tried again after a pause.
	 * NULL: not called. */
	int (*start)(const struct awardd_host *host, struct awardd_text settings, void **state);

	/* Called once at an orderly end, which has a few seconds. NULL: not called. */
	void (*stop)(void *state);
};

/* The one function of a plugin. The number in its name is the major version of
 * this interface. */
AWARDD_EXPORT const struct awardd_plugin *awardd_plugin_v1(void);

/*
 * History
 * 1.0  the first
 */

#ifdef __cplusplus
}
#endif

#endif
