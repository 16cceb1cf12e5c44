/*
 * key: the log's signing key and the file that holds it, "<log>.key", readable by
 * its owner alone.
 *
 * A rotation goes through "<log>.key.next": written and synced before the COMMIT
 * whose checkpoint both keys sign, renamed after it. Whichever of the two files
 * is the log's key after a crash, the newest checkpoint says.
 */
#ifndef AW_JOURNAL_KEY_H
#define AW_JOURNAL_KEY_H

#include "base/base.h"
#include "tlog/tlog.h"

/* How the key in hand relates to the newest checkpoint. */
enum key_standing {
	KEY_KNOWN,    /* it signed it, or nothing was signed yet */
	KEY_REPLACED, /* another key did: the file was lost, or exchanged */
};

/* After init, close is always legal; it wipes the secret. */
struct key {
	char *path;
	struct tlog_signer signer;
	enum key_standing standing;
	bool waits; /* its file still has the next one's name */
};

void key_init(struct key *k);

/* Reads the key of the log at `log_path`, which goes by `name`, or makes one
 * where there is none. `note` is the newest checkpoint, empty where there is
 * none. AW_EINVALID and a sentence where others may read the file, where it is
 * no key, or that of another log; AW_ECORRUPT where the checkpoint claims to be
 * signed by this key and is not; a negated errno. */
int key_open(struct key *k, const char *log_path, const char *name, struct text note,
	     struct chance chance, struct err *e);
void key_close(struct key *k);
/* Whether key_open would take the file that is there, or there is none. The same errors. */
int key_check(const char *log_path, const char *name, struct err *e);

/* Makes the key that is to follow, and its file beside the old one's. Where that
 * one's still has the same name, it takes its place first, or nothing is made. */
int key_next(struct key *k, struct chance chance, struct tlog_signer *next, struct err *e);
/* The next key's checkpoint is in the log: it takes the old one's place, whether or
 * not its file does. */
int key_take_over(struct key *k, const struct tlog_signer *next, struct err *e);
/* It never came to that. */
void key_forget_next(const struct key *k);

#endif
