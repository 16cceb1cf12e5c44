/* Gives no table. */
#include "broken.h"

const struct awardd_plugin *awardd_plugin_v1(void)
{
	return NULL;
}
