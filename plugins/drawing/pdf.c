/* Puts what is missing into the catalog of a PDF: the last object that cairo writes, right
 * before its table of where objects are, so that nothing else moves but that table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdf.h"

static const char catalog[] = "<< /Type /Catalog\n", table[] = "endobj\nxref\n",
		  start[] = "startxref\n";
static const char more[] = "   /Lang (en)\n"
			   "   /ViewerPreferences << /DisplayDocTitle true >>\n";

/* Behind the last place where the words stand, or NULL. */
static const char *behind(const char *from, const char *end, const char *words)
{
	size_t length = strlen(words);
	const char *found = NULL, *next = from;

	while ((next = memmem(next, (size_t)(end - next), words, length)) != NULL) {
		next += length;
		found = next;
	}
	return found;
}

int pdf_describe(char **bytes, size_t *length)
{
	const char *end = *bytes + *length, *at = behind(*bytes, end, catalog);
	const char *tail = at != NULL ? behind(at, end, start) : NULL;
	char *made = NULL;
	size_t size = 0;

	if (tail == NULL || behind(at, end, table) == NULL)
		return 0;
	FILE *to = open_memstream(&made, &size);
	if (to == NULL)
		goto out;
	(void)fwrite(*bytes, 1, (size_t)(at - *bytes), to); /* the stream remembers */
	(void)fputs(more, to);                              /* likewise */
	(void)fwrite(at, 1, (size_t)(tail - at), to);       /* likewise */
	(void)fprintf(to, "%zu\n%%%%EOF\n",
		      (size_t)strtoul(tail, NULL, 10) + sizeof more - 1); /* it ends with a NUL */
	int failed = ferror(to);
	if (fclose(to) != 0 || failed) {
		free(made);
		made = NULL;
	}
out:
	free(*bytes);
	*bytes = made;
	*length = size;
	return made != NULL ? 0 : -ENOMEM;
}
