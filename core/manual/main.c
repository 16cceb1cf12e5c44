/* awardd-manual: run while awardd is built. "page FILE" or "completion PROGRAM", to standard
 * output. */
#include <stdlib.h>
#include <string.h>

#include "manual/manual.h"

int main(int argc, char **argv)
{
	enum { PAGE_LIMIT = 1 << 20 };
	struct buffer page;
	struct err e = {0};
	int rv;

	buffer_init(&page);
	if (argc == 3 && strcmp(argv[1], "page") == 0) {
		rv = file_read(argv[2], PAGE_LIMIT, &page, &e);
		if (rv == 0)
			rv = manual_page((struct text){page.bytes, page.length}, stdout, &e);
	} else if (argc == 3 && strcmp(argv[1], "completion") == 0) {
		rv = manual_completion(argv[2], stdout, &e);
	} else {
		rv = err_set(&e, AW_EINVALID, "page FILE, or completion PROGRAM");
	}
	buffer_deinit(&page);
	if (rv == 0 && fclose(stdout) == 0)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "awardd-manual: %s\n", e.text);
	return EXIT_FAILURE;
}
