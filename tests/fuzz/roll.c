/* CSV: every record that is read is written and read again as it was; and the same of a
 * roll of awards. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/csv.h"

/* A text that a spreadsheet would run gets an apostrophe when it is written. */
static const char *unguarded(const char *written, const char *was)
{
	bool guarded = *was != '\0' && strchr("=+-@\t", *was) != NULL;

	fuzz_must(!guarded || *written == '\'', "a formula is written: %s", written);
	return written + guarded;
}

static void write_record(struct paper *p, const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		json_t *field = json_string(row->fields[i]);
		csv_put(p, field, i + 1 < row->count ? ',' : '\n');
		json_decref(field);
	}
}

static bool all_utf8(const struct csv_row *row)
{
	bool all = true;

	for (size_t i = 0; i < row->count && all; i++) {
		json_t *field = json_string(row->fields[i]);
		all = field != NULL;
		json_decref(field);
	}
	return all;
}

static void record_again(const struct csv_row *row)
{
	struct look plain = {.utf8 = true};
	struct csv_row second;
	struct paper p;
	struct csv c;
	struct err e = {0};

	/* One empty field is an empty line, which is no record. */
	if (!all_utf8(row) || (row->count == 1 && row->fields[0][0] == '\0'))
		return;
	paper_init(&p, plain);
	csv_row_init(&second);
	write_record(&p, row);
	/* A mark at the start is no part of the first field. */
	struct text written = {p.out.bytes, p.out.length};
	csv_init(&c, written);
	if (c.at == 0) {
		fuzz_must(csv_next(&c, &second, &e) == 1, "what is written is no record: %s",
			  e.text);
		fuzz_must(second.count == row->count, "%zu fields, then %zu", row->count,
			  second.count);
		for (size_t i = 0; i < row->count; i++)
			fuzz_must(strcmp(unguarded(second.fields[i], row->fields[i]),
					 row->fields[i]) == 0,
				  "field %zu is another", i);
		fuzz_must(csv_next(&c, &second, &e) == 0, "one record became two");
	}
	csv_row_deinit(&second);
	paper_deinit(&p);
}

static void records(struct text t)
{
	struct csv_row row;
	struct csv c;
	struct err e = {0};
	int rv, line = 0;

	csv_init(&c, t);
	csv_row_init(&row);
	while ((rv = csv_next(&c, &row, &e)) == 1) {
		fuzz_must(row.count > 0 && row.line > line, "record on line %d after %d", row.line,
			  line);
		line = row.line;
		record_again(&row);
	}
	fuzz_must(rv == 0 || (rv == AW_ESYNTAX && e.text[0] != '\0'), "refused with %d", rv);
	csv_row_deinit(&row);
}

static void roll(struct text t)
{
	struct err e = {0};
	int *lines = NULL;
	json_t *params = roll_read(t, &lines, &e);
	const json_t *awards = json_object_get(params, "awards"), *award, *value;
	const char *name;
	size_t i;

	fuzz_must(params != NULL || e.text[0] != '\0', "refused without a sentence");
	json_array_foreach(awards, i, award) {
		fuzz_must(lines[i] >= 2 && (i == 0 || lines[i] > lines[i - 1]), "award %zu", i);
		json_object_foreach((json_t *)(uintptr_t)award, name, value)
			fuzz_must(strcmp(name, "commendations") == 0 ? json_is_array(value)
								     : json_is_string(value),
				  "%s of award %zu", name, i);
	}
	free(lines);
	json_decref(params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	records(fuzz_text(data, size));
	roll(fuzz_text(data, size));
	return 0;
}
