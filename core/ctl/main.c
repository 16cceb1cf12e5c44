/* awardctl begins here; everything else can be linked into a test. */
#include "ctl/ctl.h"

int main(int argc, char **argv)
{
	return ctl_main(argc, argv);
}
