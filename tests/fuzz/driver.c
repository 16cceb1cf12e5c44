/* The corpus of a target, run as a test: each file of the folders named, once. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static void run(const char *dir, const char *name)
{
	struct buffer bytes;
	struct err e = {0};
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	buffer_init(&bytes);
	fuzz_must(file_read(path, SIZE_MAX, &bytes, &e) == 0, "%s", e.text);
	/* What ends here, ends behind its name. */
	(void)fprintf(stderr, "%s: %zu bytes\n", name, bytes.length);
	/* Memory of just this size, so that a byte beyond it is seen. */
	uint8_t *data = malloc(bytes.length > 0 ? bytes.length : 1);
	fuzz_must(data != NULL, "no memory");
	for (size_t i = 0; i < bytes.length; i++)
		data[i] = (uint8_t)bytes.bytes[i];
	(void)LLVMFuzzerTestOneInput(data, bytes.length); /* always 0 */
	free(data);
	buffer_deinit(&bytes);
}

/* Weak: most targets have nothing to make before. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int main(int argc, char **argv)
{
	size_t count = 0;

	(void)LLVMFuzzerInitialize(&argc, &argv); /* always 0 */
	for (int i = 1; i < argc; i++) {
		struct dirent **names = NULL;
		int found = scandir(argv[i], &names, NULL, alphasort);
		fuzz_must(found >= 0, "%s cannot be read", argv[i]);
		for (int k = 0; k < found; k++) {
			if (names[k]->d_name[0] != '.') {
				run(argv[i], names[k]->d_name);
				count++;
			}
			free(names[k]);
		}
		free(names);
	}
	fuzz_must(count > 0, "there are no inputs: a corpus is a folder of files");
	(void)fprintf(stderr, "%zu inputs\n", count);
	return 0;
}
