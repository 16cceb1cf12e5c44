/*
 * bench-load: sends submissions to a daemon and measures what comes back. The
 * parts, in the order in which a run goes through them; one thread, no globals.
 * Times are nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef AW_BENCH_LOAD_H
#define AW_BENCH_LOAD_H

#include <sys/types.h>

#include "base/base.h"

/* ---- options.c ------------------------------------------------------------ */
enum protocol { PROTOCOL_RPC, PROTOCOL_REDIS };

struct options {
	const char *socket, *submissions, *method;
	enum protocol protocol;
	/* Numbers as they were given; whole ones but for the first four. */
	double rate; /* a second, whatever comes back; 0: `depth` are kept under way */
	double seconds, warmup;
	double patience; /* seconds without any answer, after which the rest is lost */
	double connections, depth;
	double count; /* 0: for so many seconds */
	double partnerships, seed;
	double pid;   /* whose processor time and memory; 0: nobody's */
	double print; /* submissions to print instead of a run */
};

/* 0; or AW_EINVALID and a sentence. */
int options_read(int argc, char **argv, struct options *out, struct err *e);
void options_help(void);

/* ---- payload.c: submissions, varied by chance from the examples ------------ */
enum { PAYLOAD_ID = 37 };
struct payloads;

/* Of the *.json files of a folder. Those of a seed are always the same. */
int payloads_new(const struct options *o, struct payloads **out, struct err *e);
void payloads_free(struct payloads **p);
/* Appends submission `number`; gives its submission_id, which no other number has. */
int payload_append(const struct payloads *p, uint64_t number, struct buffer *out,
		   char id[PAYLOAD_ID]);

/* ---- spread.c: how long answers took, to within 2 % ------------------------ */
enum { SPREAD_STEPS = 128, SPREAD_OCTAVES = 57 };

struct spread {
	uint64_t counts[SPREAD_OCTAVES * SPREAD_STEPS];
	uint64_t count;
	int64_t most;
};
void spread_add(struct spread *s, int64_t ns);
/* What this part of all (0 to 1) did not exceed, or up to 2 % more; 0 where there are none. */
int64_t spread_at(const struct spread *s, double part);

/* ---- usage.c: what a process and all that descend from it use -------------- */
struct usage {
	unsigned processes;
	int64_t cpu_ns;    /* user and system, of those that run now */
	int64_t pss_bytes; /* shared pages are shared out; -1: may not be read */
};
/* Memory only where it is asked for: it takes milliseconds. AW_EABSENT where there is no such
 * process. */
int usage_read(pid_t pid, bool memory, struct usage *out, struct err *e);

/* ---- answer.c: what a server says, cut and told apart ---------------------- */
struct answer {
	bool has_id; /* over Redis answers come in order and have none */
	uint64_t id;
	bool refused; /* an error instead of a result */
	struct text body;
};
/* Takes the first whole answer; `used` is its length with its end, 0 where it is not whole
 * yet. AW_ESYNTAX where it is none. */
int answer_take(enum protocol protocol, struct text bytes, struct answer *out, size_t *used);

/* ---- drive.c: connections, requests and answers ---------------------------- */
struct result {
	double seconds;         /* of the measured window */
	uint64_t answered;      /* in it */
	uint64_t sent, answers; /* over all, warm-up included */
	uint64_t refused, lost, alien, wrong;
	char refusal[256];                    /* the first */
	uint64_t request_bytes, answer_bytes; /* over all */
	struct spread spread;
	int64_t own_cpu_ns;
	struct usage before, after; /* of the window */
	struct usage memory;        /* when all was answered */
};
/* 0 where the run came to its end, however it went; `out` says how. */
int drive(const struct options *o, const struct payloads *p, struct result *out, struct err *e);

#endif
