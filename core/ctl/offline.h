/*
 * offline: what verbs share that work on a log's file and not through the
 * daemon, or run rules themselves.
 */
#ifndef AW_CTL_OFFLINE_H
#define AW_CTL_OFFLINE_H

#include "ctl/session.h"
#include "journal/journal.h"
#include "trial/trial.h"

/* The path of the log: --log, or what the daemon says. Yours to free(), where
 * EXIT_DONE; otherwise everything has been said. */
int offline_log(struct session *s, char **path);

/* Gives an entry by its sequence or its id, as reader_entry does. */
int offline_entry(struct journal_reader *log, const char *word, json_t **entry, struct err *e);

/* Fills in how to run rules: this very program, an evaluator for each processor.
 * `program` is filled too, and borrowed by it. 0, or an errno and a sentence. */
int offline_trial(char program[PROGRAM_NAME], struct trial_options *out, struct err *e);

#endif
