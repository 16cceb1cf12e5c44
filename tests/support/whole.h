/*
 * whole: for tests that change the text of entries in the file, as a forger would: one that
 * stands there in quotes of another is first written out, which changes nothing of what it says.
 */
#ifndef AW_TESTS_WHOLE_H
#define AW_TESTS_WHOLE_H

/* SQL, for a log without its guards. */
#define WHOLE_ENTRIES                                                                              \
	"UPDATE entry SET bytes = CAST((SELECT x.entry FROM entries x"                             \
	" WHERE x.sequence = entry.sequence) AS BLOB) WHERE substr(bytes, 1, 1) = x'01';"

#endif
