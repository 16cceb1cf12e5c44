/* QR codes, by libqrencode. */
#include <errno.h>
#include <stddef.h>

#include <qrencode.h>

#include "page.h"

/* Dark modules that stand side by side become one piece. */
static void write_row(FILE *to, const unsigned char *row, int width, int y)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && (row[x] & 1) != 0)
			x++;
		if (x > from)
			(void)fprintf(to, "M%d %dh%dv1h-%dz", from, y, x - from, x - from);
	}
}

int page_code(FILE *to, const char *text, int x, int y, int size)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	if (code == NULL)
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	/* Scaled by a nested document, since numbers with a fraction follow the locale. */
	(void)fprintf(to,
		      "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		      "shape-rendering=\"crispEdges\">\n<path fill=\"#000000\" d=\"",
		      x, y, size, size, code->width, code->width);
	for (int i = 0; i < code->width; i++)
		write_row(to, code->data + (ptrdiff_t)i * code->width, code->width, i);
	(void)fprintf(to, "\"/>\n</svg>\n");
	QRcode_free(code);
	return 0;
}
