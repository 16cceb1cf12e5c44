/* awardctl begins here; everything else can be linked into a test. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "ctl/ctl.h"
#include "evaluator/evaluator.h"
#include "plugin/plugin.h"

int main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], EVALUATOR_ARGUMENT) == 0)
		return evaluator_main(argc - 2, argv + 2);
	if (argc == 2 && strcmp(argv[1], PLUGIN_ARGUMENT) == 0)
		return plugin_main();
	if (descriptors_occupy() != 0)
		return EXIT_FAILURE; /* without /dev/null; there is nowhere to say it */
	/* glibc gathers what its fast bins hold at each larger allocation. Documents are hundreds of
	 * small ones between two larger: without those bins a log is verified in a seventh less time. */
	(void)mallopt(M_MXFAST, 0); /* where it does not know the option, nothing is lost */
	return ctl_main(argc, argv);
}
