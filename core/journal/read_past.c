/* Decisions of the past: a partnership's history for the rules. */
#include <errno.h>

#include "journal/reader.h"

static json_t *history_row(sqlite3_stmt *row, struct err *e)
{
	return json_pack("{sI so so sb so so so so so}", "sequence",
			 (json_int_t)sqlite3_column_int64(row, 0), "id", column_string(row, 1),
			 "kind", column_string(row, 2), "revoked", sqlite3_column_int(row, 3),
			 "name", column_string(row, 4), "assessed_on", column_string(row, 5),
			 "registered_on", column_string(row, 6), "scores", column_json(row, 7, e),
			 "outcome", column_json(row, 8, e));
}

int reader_history(struct journal_reader *r, const char *partnership, json_t **out, struct err *e)
{
	struct binder b;
	json_t *list = NULL;
	int rv = reader_bind(r, READ_HISTORY, &b, e);

	if (rv != 0)
		return rv;
	list = json_array();
	bind_text(&b, partnership);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = list_append(list, history_row(b.statement, e));
		if (rv != 0)
			break;
	}
	reader_done(&b);
	if (rv == 0 && list == NULL)
		rv = -ENOMEM;
	if (rv != 0) {
		json_decref(list);
		return sql_wrap(e, rv, "reading the history of %s", partnership);
	}
	*out = list;
	return 0;
}
