/* Prints the N-Quads that the plugin open-badge signs for the document on standard
 * input; with an argument, for a proof's options, whose node is called that. */
#include <stdio.h>
#include <stdlib.h>

#include "../../plugins/open-badge/badge.h"

int main(int count, char **arguments)
{
	json_t *document = json_loadf(stdin, 0, NULL);
	struct why why = {"this is no JSON"};
	char *quads = NULL;
	int rv = document != NULL
			 ? quads_write(document, count > 1 ? arguments[1] : NULL, &quads, &why)
			 : -1;

	if (rv == 0)
		(void)fputs(quads, stdout); /* a reader that left finds out itself */
	else
		(void)fprintf(stderr, "%s\n", why.text);
	free(quads);
	json_decref(document);
	return rv == 0 ? 0 : 1;
}
