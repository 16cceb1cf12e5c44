/* The text of a status, and the sentence that grows on its way up. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"

const char *status_text(int status)
{
	switch (status) {
	case 0:
		return "done";
#define AW_STATUS_CASE(name, number, text)                                                         \
	case name:                                                                                 \
		return text;
		AW_STATUS_MAP(AW_STATUS_CASE)
#undef AW_STATUS_CASE
	default:
		break;
	}
	const char *description = status < 0 && status > -4096 ? strerrordesc_np(-status) : NULL;
	return description != NULL ? description : "unknown status";
}

/* A sentence cut short must not end within a character. */
static void end_whole(char *text, size_t size)
{
	size_t length = strnlen(text, size - 1);

	if (length + 1 < size)
		return; /* nothing was cut */
	while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
		length--;
	if (length > 0 && ((unsigned char)text[length - 1] & 0x80) != 0)
		length--;
	text[length] = '\0';
}

int err_set(struct err *e, int status, const char *format, ...)
{
	if (e == NULL)
		return status;
	va_list arguments;
	va_start(arguments, format);
	/* Cutting a sentence short is all that can be done about a long one. */
	(void)vsnprintf(e->text, sizeof e->text, format, arguments);
	va_end(arguments);
	end_whole(e->text, sizeof e->text);
	text_mend(e->text); /* what it quotes may hold any bytes */
	e->status = status;
	return status;
}

int err_wrap(struct err *e, const char *format, ...)
{
	char before[sizeof e->text];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(before, sizeof before - 2, format, arguments);
	va_end(arguments);
	if (length < 0)
		return e->status;
	end_whole(before, sizeof before - 2);
	size_t used = strnlen(before, sizeof before - 3);
	memcpy(before + used, ": ", 2); /* NOLINT: what follows ends it */
	used += 2;
	size_t rest = strnlen(e->text, sizeof e->text - 1 - used);
	memmove(e->text + used, e->text, rest);
	memcpy(e->text, before, used);
	e->text[used + rest] = '\0';
	end_whole(e->text, sizeof e->text);
	text_mend(e->text);
	return e->status;
}
