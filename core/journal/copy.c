/* One file of a log and its WAL, while a daemon writes it. */
#include <errno.h>

#include "journal/reader.h"

int reader_copy(struct journal_reader *r, const char *path, struct err *e)
{
	sqlite3_stmt *statement = NULL;
	int rv = sql_prepare(r->db, "VACUUM INTO ?1", &statement, e);

	if (rv == 0) {
		struct binder b = bind_to(statement);
		bind_text(&b, path);
		rv = sql_write(&b, e);
	}
	(void)sqlite3_finalize(statement); /* the step told */
	return rv == 0 ? 0 : sql_wrap(e, rv, "copying the log to %s", path);
}
