/*
 * base: what every room stands on - errors, borrowed text, growing buffers,
 * civil dates, digests, and the two things a test must be able to replace:
 * the clock and chance.
 */
#ifndef AW_BASE_H
#define AW_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- status: one number line, one list for name and text ----------------
 * 0 is success; -1…-4095 are negated errno values (libuv's too); ours start
 * at -10001. Codes of SQLite and Lua are translated in their room. */
#define AW_STATUS_MAP(X)                                                                           \
	X(AW_ESYNTAX, -10001, "not well formed")                                                   \
	X(AW_EINVALID, -10002, "does not fit")                                                     \
	X(AW_ESCRIPT, -10003, "a rule script failed")                                              \
	X(AW_ELIMIT, -10004, "a limit was reached")                                                \
	X(AW_EFOREIGN, -10005, "the file is not a decision log")                                   \
	X(AW_ENEWER, -10006, "the file was written by a newer version")                            \
	X(AW_EFULL, -10007, "the disk is full")                                                    \
	X(AW_EIO, -10008, "the log could not be written")                                          \
	X(AW_EABSENT, -10009, "no such entry")                                                     \
	X(AW_EDEADLINE, -10010, "no answer before the deadline")                                   \
	X(AW_ECRASH, -10011, "the evaluator died")                                                 \
	X(AW_ECORRUPT, -10012, "the file is damaged")                                              \
	X(AW_ECLOSED, -10013, "the other side closed the connection")                              \
	X(AW_EBUSY, -10014, "in use by another process")                                           \
	X(AW_EHELD, -10015, "a reader holds the log open")                                         \
	X(AW_EOLDER, -10016, "the file was written by an older version")

enum aw_status {
#define AW_STATUS_ENUM(name, number, text) name = (number),
	AW_STATUS_MAP(AW_STATUS_ENUM)
#undef AW_STATUS_ENUM
};

/* The short text of a status, of errno's numbers too. Never NULL. */
const char *status_text(int status);

/* What went wrong, as a sentence for a person. Each level adds in front what
 * it was doing: "loading rules from X: quality-mark.lua:3: ...". */
struct err {
	int status;
	char text[1024]; /* UTF-8: "?" in the place of each byte that is none */
};

/* Set the sentence; returns `status`, so that `return err_set(...)` reads
 * well. `e` may be NULL: then only the status is returned. */
int err_set(struct err *e, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "what was being done: " in front; returns the status kept in `e`, which
 * must not be NULL. */
int err_wrap(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- borrowed text ------------------------------------------------------ */
struct text {
	const char *bytes;
	size_t length;
};

struct text text_of(const char *zero_terminated);
bool text_equal(struct text a, struct text b);

/* Number of code points in valid UTF-8. */
size_t text_characters(struct text t);

/* Bytes of the UTF-8 sequence that the text begins with; 0 where it is none, or empty. */
size_t text_sequence(struct text t);
/* Whether all of it is. */
bool text_is_utf8(struct text t);
/* Puts "?" in the place of each byte that is no UTF-8: what cannot be JSON reaches nobody. */
void text_mend(char *zero_terminated);
/* How many bytes it begins with that are printable ASCII and neither a quotation mark nor a
 * backslash: what JSON writes as it stands, and most of what there is. */
size_t text_plain(struct text t);

/* How many bytes must be changed, put in or left out to make `a` of `b`: for
 * "is ... meant?". Texts over 64 bytes are as far apart as they are long. */
size_t text_distance(struct text a, struct text b);

/* ---- a growing buffer --------------------------------------------------- */
/* After init, deinit is always legal. `bytes` is NUL-terminated whenever it
 * is not NULL; the NUL is not counted. A failed append leaves the buffer as it
 * was and marks it `failed`: whatever is appended after it fails, too, until it is
 * cleared. So a run of appends is checked once, at its end, and has no hole. */
struct buffer {
	char *bytes;
	size_t length;
	size_t capacity;
	bool failed;
};

void buffer_init(struct buffer *b);
void buffer_deinit(struct buffer *b);
void buffer_clear(struct buffer *b); /* empties, keeps the memory */
int buffer_reserve(struct buffer *b, size_t more);
int buffer_append(struct buffer *b, const void *bytes, size_t length);
int buffer_append_text(struct buffer *b, const char *zero_terminated);
int buffer_append_integer(struct buffer *b, int64_t value);
int buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first `length` bytes. */
void buffer_consume(struct buffer *b, size_t length);
/* 0, or -ENOMEM where an earlier append failed. */
int buffer_status(const struct buffer *b);
/* Gives the bytes (yours to free()); the buffer is empty again. NULL if failed. */
char *buffer_give(struct buffer *b);

/* A whole file, at most `limit` bytes; AW_ELIMIT beyond. Links are followed. */
int file_read(const char *path, size_t limit, struct buffer *out, struct err *e);

/* Whether a file can be made at `path`, as far as its folder goes; nothing is made. The sentence
 * calls it the `what`, such as "log". */
int folder_check(const char *path, const char *what, struct err *e);

/* Makes and locks a file that means nothing but that it is locked (flock, until the process
 * ends). 0 and its descriptor; AW_EBUSY where another has it, a negated errno. It may be removed,
 * by its holder alone: whoever locks one that was removed sees that, and makes another. */
int lock_take(const char *path, unsigned mode, int *out);
/* Removes the file and gives up the lock; clears the descriptor. Nothing for one below 0. */
void lock_drop(const char *path, int *fd);

/* Writes all of it to a descriptor. 0 or a negated errno. */
int file_write(int fd, struct text bytes);
/* The same, and it is on the disk; its name is once its folder is. */
int file_write_synced(int fd, struct text bytes);
/* Brings the names in the folder of `of` to the disk. 0 or a negated errno. */
int folder_sync(const char *of);

/* Closes what was only read from: there is nothing in it that could be lost. Does nothing
 * else; tests/support/tsan.supp says why. */
void file_close(int fd);

/* Occupies those of the descriptors 0, 1 and 2 that are closed, so that no file or socket that
 * is opened later gets their number, and what is said on them. To read or write them fails, as
 * it did. 0 or a negated errno. */
int descriptors_occupy(void);

/* ---- users and groups ---------------------------------------------------- */

struct passwd;
struct group;

/* The user or group of a name or number into *found, NULL where there is none; the next call
 * overwrites it, so that one thread alone may ask. 0, or a negated errno where it is not known
 * now, as with no memory or no descriptor left. */
int user_named(const char *name, const struct passwd **found);
int user_numbered(uid_t uid, const struct passwd **found);
int group_named(const char *name, const struct group **found);

/* ---- civil dates: proleptic Gregorian, no time zone --------------------- */
struct date {
	int year, month, day;
};

enum { DATE_TEXT = 11 }; /* "YYYY-MM-DD" and its NUL, for years up to 9999 */

/* True for a real day written YYYY-MM-DD, years 0001 to 9999. */
bool date_parse(struct text t, struct date *out);
/* The same as the number 20240520; 0 where it is no day. */
int date_number(struct text t);
void date_format(struct date d, char out[DATE_TEXT]);
int date_compare(struct date a, struct date b);
/* `months` later (or earlier, where negative); where that day does not exist,
 * the first of the month after: 29 February and 3 years give 1 March,
 * 31 August less 6 months gives 1 March. */
struct date date_add_months(struct date d, int months);

/* ---- clock and chance, passed in so that tests can say what they give --- */
struct clock {
	int64_t (*now_ms)(void *ctx); /* milliseconds since 1970 in UTC */
	void *ctx;
};

struct chance {
	void (*fill)(void *ctx, void *bytes, size_t length);
	void *ctx;
};

extern const struct clock clock_system;
extern const struct chance chance_system;

enum { INSTANT_TEXT = 25 }; /* "YYYY-MM-DDTHH:MM:SS.mmmZ" and its NUL */
void instant_format(int64_t ms, char out[INSTANT_TEXT]);
struct date instant_date(int64_t ms);

/* ---- SHA-256 ------------------------------------------------------------ */
enum { DIGEST_BYTES = 32, DIGEST_HEX = 65 };

struct digest {
	unsigned char bytes[DIGEST_BYTES];
};

struct digest digest_of(const void *bytes, size_t length);
/* The RFC 6962 leaf hash: SHA-256 over 0x00 and the entry. */
struct digest digest_leaf(const void *entry, size_t length);
/* SHA-256 over the two, one after the other. */
struct digest digest_of_two(const void *a, size_t a_length, const void *b, size_t b_length);
void hex_format(const unsigned char *bytes, size_t length, char *out /* 2 * length + 1 */);
bool hex_parse(struct text t, unsigned char *out, size_t length);

#endif
