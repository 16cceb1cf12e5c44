/* params: changes of a JSON document that leave it one, since changed bytes seldom do. */
#ifndef AW_TESTS_FUZZ_PARAMS_H
#define AW_TESTS_FUZZ_PARAMS_H

#include "fuzz.h"

/* As LLVMFuzzerCustomMutator; the first byte is not of the document. */
size_t params_mutate(uint8_t *data, size_t size, size_t most, unsigned seed);

#endif
