/*
 * process: child processes that are played by the input. uv_spawn starts none: the other
 * end of its connection is written to by the target, which says, too, when it dies.
 */
#ifndef AW_TESTS_FUZZ_PROCESS_H
#define AW_TESTS_FUZZ_PROCESS_H

#include "fuzz.h"

/* Lets the process started last but `back` say what the input tells: a byte for how,
 * then how much; frames whose length is true, or any bytes. False where it is not there. */
bool process_say(struct text *input, unsigned back);

/* It is gone, by this signal. */
void process_die(unsigned back, int number);

/* All of them die; afterwards, when nothing of them is left, they are forgotten. */
void process_die_all(void);
void process_reset(void);

#endif
