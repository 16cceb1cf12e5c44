/* Exports the function of a major version before the first. */
#include "broken.h"

AWARDD_EXPORT const struct awardd_plugin *awardd_plugin_v0(void);

const struct awardd_plugin *awardd_plugin_v0(void)
{
	return NULL;
}
