/* inner: what the files of this room share; for them only. */
#ifndef AW_PROBE_INNER_H
#define AW_PROBE_INNER_H

#include "probe/probe.h"

enum { VALUES_MAX = 101, POINTER_TEXT = 512 };

/* ---- what the manifest says, by number ---------------------------------- */
struct known_criterion {
	const char *id, *file;
	int line;
	size_t award;
};

struct known_award {
	const char *id, *title, *kind, *file;
	const char *from, *until; /* in force; NULL: no end */
	int line;
	bool is_level;
	size_t first, end; /* its criteria */
};

struct catalogue {
	struct known_award *awards; /* levels from the lowest, then commendations */
	struct known_criterion *criteria;
	size_t award_count, level_count, criterion_count;
	json_int_t values[VALUES_MAX]; /* scores to try, rising */
	size_t value_count;
	bool has_not_applicable;
	json_int_t not_applicable;
	char day[DATE_TEXT]; /* every award that has begun by then has been so for a year */
};

/* Borrows from the manifest. -ENOMEM, or AW_EINVALID and a sentence. */
int catalogue_init(struct catalogue *c, const json_t *manifest, struct err *e);
void catalogue_deinit(struct catalogue *c);
/* Whether a statement with this score counts. */
bool catalogue_applies(const struct catalogue *c, json_int_t score);

/* Moves a day by so many days, at most 27, and months. */
void day_move(const char *from, int months, int days, char out[DATE_TEXT]);

/* ---- edits of a submission ---------------------------------------------- */
/* How an edited submission stands to the one it was made from. */
enum relation {
	RELATION_FREE,
	RELATION_BELOW_BASE,    /* less evidence than the base */
	RELATION_ABOVE_BASE,    /* more */
	RELATION_ABOVE_PREVIOUS /* more than the edit before it in the list */
};

struct edit {
	char pointer[POINTER_TEXT];
	json_t *value; /* NULL: the member is left out */
	enum relation relation;
};

struct edits {
	struct edit *list;
	size_t count, capacity;
};

void edits_deinit(struct edits *e);
/* Takes `value`; `left_out` says that there is none. A pointer that is too long
 * is not kept. 0 or -ENOMEM. */
int edits_add(struct edits *e, const char *pointer, json_t *value, enum relation relation);
int edits_add_removal(struct edits *e, const char *pointer, enum relation relation);

/* Sets (borrowed) or removes what a pointer points at. False where there is
 * nothing it could be a member of. */
bool document_edit(json_t *document, const char *pointer, const json_t *value);

/* Gives a value that fits a member of a form: all there can be, or what must be.
 * `index` tells entries of a list apart. */
json_t *make_value(const json_t *field, bool full, size_t index, const char *day);
json_t *make_object(const json_t *members, bool full, size_t index, const char *day);

struct probe;

/* What can be varied in a full submission, one edit each. */
int vary_full(const struct probe *p, struct edits *out);
/* What can be added to a bare one. */
int vary_bare(const struct probe *p, struct edits *out);
/* What would make this submission smaller or simpler, the greatest first. */
int vary_simpler(const struct probe *p, const json_t *submission, struct edits *out);

/* ---- samples ------------------------------------------------------------ */
enum sample_state { SAMPLE_WAITING, SAMPLE_UNFIT, SAMPLE_FAILED, SAMPLE_DECIDED };

enum { NO_TWIN = -1 };

/* One submission after one history; its answer is kept in few bytes. */
struct sample {
	unsigned base, history;
	int twin;      /* the sample whose bytes it must repeat */
	json_t *patch; /* [[pointer, value] or [pointer]] on the base; NULL: none */
	enum sample_state state;
	bool any_error;
	uint64_t print; /* of the answer's bytes */
};

/* The higher may lose nothing that the lower has. */
struct pair {
	size_t lower, higher;
	bool adds; /* evidence; else scores are raised */
};

/* What an answer comes down to: for each criterion 'm'et, 'u'nmet, 'e'rror; for
 * each award the same by its criteria; in force or not; and given or not. */
struct facts {
	unsigned char *criteria, *awards, *in_force, *given;
};

/* Something that failed, wherever first seen. */
struct trouble {
	char file[128], message[600];
	int line, status;    /* AW_ESCRIPT and such */
	size_t sample, last; /* where it was seen first, and counted last */
	size_t count;        /* of submissions, however many criteria fail of it in each */
	size_t criterion;    /* SIZE_MAX: outside of one */
};

struct probe {
	struct trial *trial;
	struct catalogue known;
	const json_t *manifest, *form;
	json_t *bases; /* full at each value, then bare at each, then better ones */
	size_t *base_samples, base_count; /* by base: the sample that is nothing but it */
	json_t *histories;                /* the first is empty */
	struct sample *samples;
	unsigned char *answers; /* `width` bytes for each sample */
	size_t width, count, capacity, asked;
	struct pair *pairs;
	size_t pair_count, pair_capacity;
	struct trouble *troubles;
	size_t trouble_count;
	size_t evaluations, decided;
	size_t distinct, sampled;        /* without repeats: decided; and decided or failed */
	size_t failed, unanswered, lost; /* lost: at the deadline, or by a crash */
	bool stopped;                    /* so much failed that the rest was left */
	int status;                      /* of asking: -ENOMEM and such */
	size_t under_way, phase_begin;
	int from_permille, to_permille; /* of the phase under way */
	probe_progress progress;
	void *progress_ctx;
	json_t *findings, *warnings;
	struct edits full_edits, bare_edits;
};

/* Adds; takes `patch`. Gives the sample's number, or a negative status. */
int probe_add(struct probe *p, size_t base, size_t history, json_t *patch);
int probe_add_pair(struct probe *p, int lower, int higher, bool adds);
/* Gives a patch of one edit; value borrowed, NULL: left out. */
json_t *patch_of(const char *pointer, const json_t *value);
/* Puts one more edit into it. */
int patch_add(json_t *patch, const char *pointer, const json_t *value);
/* Gives the submission of a sample. */
json_t *probe_submission(const struct probe *p, const struct sample *s);
struct facts probe_facts(const struct probe *p, unsigned char *answer);

/* Asks all that were not asked; keeps answers. 0 or a status. */
int probe_ask(struct probe *p);

/* What two submissions after one history are answered, side by side; `higher`
 * may be NULL. */
struct look {
	int status[2]; /* 0, AW_ESCRIPT …, AW_EINVALID where it does not fit */
	bool any_error[2];
	uint64_t print[2];
	unsigned char *answer[2]; /* of the caller, `width` bytes each */
	struct trouble trouble[2];
	const struct trouble *wanted; /* of several, this one is told; NULL: the first */
};
int probe_look(struct probe *p, const json_t *const submissions[2], const json_t *history,
	       struct look *out);

/* Reads a decision into facts; `found` is called for each criterion that failed, or whose
 * shortfalls name a statement that there is not. */
void answer_read(const struct probe *p, const json_t *decision, unsigned char *answer,
		 void (*found)(void *ctx, const struct trouble *t), void *ctx);

/* ---- planning ----------------------------------------------------------- */
int plan_without_history(struct probe *p);
/* After that was asked, as often as it gives new ones: from the samples that meet
 * more of an award than any base, bases are made. Gives how many, or a status. */
int plan_better(struct probe *p);
/* After that was asked: what was awarded makes the histories. */
int plan_with_history(struct probe *p);
int plan_repeats(struct probe *p);
/* Fills histories from bases that are awarded different things, the highest first;
 * finds imports that fail on the way. */
int history_make(struct probe *p, const size_t *bases, size_t count);
/* What failed, from an evaluation that did. */
void trouble_set(struct trouble *t, const struct evaluation *e);

/* ---- judging ------------------------------------------------------------ */
enum kind {
	KIND_ERROR,
	KIND_FAILURE,
	KIND_RAISING,
	KIND_ADDING,
	KIND_LEVEL_BELOW,
	KIND_NOT_IN_FORCE,
	KIND_NOT_MET,
	KIND_TWO_ANSWERS,
	KIND_NEVER_MET,
	KIND_NEVER_UNMET
};

/* One thing that is wrong, and by what it is known again. */
struct suspicion {
	enum kind kind;
	size_t award, criterion;       /* criterion SIZE_MAX: none alone */
	const struct trouble *trouble; /* of the first two kinds; borrowed */
};

/* Fills findings and warnings from all answers. 0 or a status. */
int judge(struct probe *p);
/* Whether an answer shows it, or two side by side do. */
bool judge_shows(const struct probe *p, const struct suspicion *s, const struct look *l);

/* A submission after a history; for kinds of two, the higher one too. Owned. */
struct example {
	json_t *lower, *higher, *history;
};

/* Makes it as small as it gets while it still shows the same. 0 or a status. */
int shrink(struct probe *p, const struct suspicion *s, struct example *example);

/* ---- saying ------------------------------------------------------------- */
/* Each adds a finding. 0 or -ENOMEM. */
int say_trouble(struct probe *p, const struct trouble *t, const struct example *example);
int say_suspicion(struct probe *p, const struct suspicion *s, const struct example *example);
int say_never(struct probe *p, size_t criterion, bool never_met);
/* About an award (borrowed) that cannot be imported. */
int say_import(struct probe *p, const struct trouble *t, const json_t *award);

/* Gives [{"pointer", "from", "to"}]; a side that is absent is left out. */
json_t *document_difference(const json_t *from, const json_t *to);

#endif
