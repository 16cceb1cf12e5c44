/* What went wrong, as a sentence. */
#include "badge.h"

#include <stdarg.h>
#include <stdio.h>

int why_set(struct why *w, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(w->text, sizeof w->text, format, arguments); /* cut to its room */
	va_end(arguments);
	return -1;
}
