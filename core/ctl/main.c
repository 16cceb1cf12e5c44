/* awardctl begins here; everything else can be linked into a test. */
#include <string.h>

#include "ctl/ctl.h"
#include "evaluator/evaluator.h"
#include "plugin/plugin.h"

int main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], EVALUATOR_ARGUMENT) == 0)
		return evaluator_main(argc - 2, argv + 2);
	if (argc == 2 && strcmp(argv[1], PLUGIN_ARGUMENT) == 0)
		return plugin_main();
	return ctl_main(argc, argv);
}
