/* SVG made into PNG and PDF, by librsvg and cairo. */
#ifndef PROFILE_RASTER_H
#define PROFILE_RASTER_H

#include "picture.h"

struct raster {
	char *bytes;
	size_t length;
	char problem[256]; /* why there is none */
};

/* Each gives bytes that are yours to free: 0, -ENOMEM, or -EINVAL with a sentence in
 * `problem`. A PNG has two pixels for each of the picture's, fewer where it would
 * become too large. A PDF is a page of A4, upright or across as the picture is, with
 * its text as text. `day` is what the PDF gives as its date, an ISO date or NULL. */
int raster_png(const struct picture *p, struct raster *out);
int raster_pdf(const struct picture *p, const char *day, struct raster *out);

#endif
