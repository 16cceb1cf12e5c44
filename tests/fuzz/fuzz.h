/*
 * fuzz: what every target stands on. A target is LLVMFuzzerTestOneInput and, where
 * something is to be made once, LLVMFuzzerInitialize. Under clang's fuzzer it is
 * called with inputs without end, in every other build with those of its corpus.
 */
#ifndef AW_TESTS_FUZZ_H
#define AW_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
/* A target's own way to change an input; the fuzzer's, for changes of bytes, is NULL elsewhere. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* Ends the process with this sentence, which the fuzzer reports with its input,
 * unless it is so. */
void fuzz_must(bool so, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline struct text fuzz_text(const uint8_t *data, size_t size)
{
	return (struct text){(const char *)data, size};
}

/* Inputs that stand for several pieces: takes the next off the front, which ends at
 * a byte 0xFF (in no UTF-8) or where the input does. False where nothing is left. */
bool fuzz_piece(struct text *rest, struct text *piece);

/* The same without an end: takes one byte, 0 where nothing is left. */
unsigned fuzz_byte(struct text *rest);

/* A folder of this process, removed when it ends; made once. */
const char *fuzz_dir(void);

/* Writes a file in that folder, and gives its path (borrowed until the next call). */
const char *fuzz_file(const char *name, struct text bytes);

#endif
