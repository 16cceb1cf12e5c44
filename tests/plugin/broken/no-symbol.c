/* Exports a function, but not the one. */
#include "broken.h"

AWARDD_EXPORT int plugin_init(void);

int plugin_init(void)
{
	return 0;
}
