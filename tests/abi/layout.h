/* Today's header, member by member, asserted while this is compiled; a row is added and none
 * is changed. */
#ifndef AW_TESTS_ABI_LAYOUT_H
#define AW_TESTS_ABI_LAYOUT_H

#include <stddef.h>

#include <awardd/plugin.h>

#define AT(type, member, offset)                                                                   \
	_Static_assert(offsetof(struct type, member) == (offset), #type "." #member " has moved")

AT(awardd_text, bytes, 0);
AT(awardd_text, length, 8);
_Static_assert(sizeof(struct awardd_text) == 16, "it is passed by value: it cannot grow");

AT(awardd_host, size, 0);
AT(awardd_host, abi, 4);
AT(awardd_host, ctx, 8);
AT(awardd_host, log, 16);
AT(awardd_host, get, 24);
AT(awardd_host, quote, 32);
AT(awardd_host, answer, 40);
AT(awardd_host, refuse, 48);
_Static_assert(sizeof(struct awardd_host) == 56, "1.0");

AT(awardd_offer, size, 0);
AT(awardd_offer, kind, 4);
AT(awardd_offer, name, 8);
AT(awardd_offer, role, 16);
AT(awardd_offer, form, 24);
AT(awardd_offer, run, 32);
_Static_assert(sizeof(struct awardd_offer) == 40, "1.0");

AT(awardd_plugin, size, 0);
AT(awardd_plugin, magic, 4);
AT(awardd_plugin, needs, 8);
AT(awardd_plugin, zero, 12);
AT(awardd_plugin, name, 16);
AT(awardd_plugin, version, 24);
AT(awardd_plugin, says, 32);
AT(awardd_plugin, settings, 40);
AT(awardd_plugin, offers, 48);
AT(awardd_plugin, start, 56);
AT(awardd_plugin, stop, 64);
_Static_assert(sizeof(struct awardd_plugin) == 72, "1.0");

_Static_assert(AWARDD_ABI(1, 0) == 0x10000 && AWARDD_ABI(2, 3) == 0x20003, "versions");
_Static_assert(AWARDD_MAGIC == 0x64727761, "the magic");
_Static_assert(AWARDD_SINK == 1 && AWARDD_METHOD == 2 && AWARDD_DECISION_RENDERER == 3 &&
		       AWARDD_REGISTER_RENDERER == 4 && AWARDD_WORD == 5,
	       "kinds");
_Static_assert(AWARDD_ERROR == 3 && AWARDD_WARNING == 4 && AWARDD_NOTICE == 5 && AWARDD_INFO == 6,
	       "levels");
_Static_assert(AWARDD_FAILED == 1 && AWARDD_PARAMS == 2 && AWARDD_ABSENT == 3 &&
		       AWARDD_CONFLICT == 4 && AWARDD_LATER == 5,
	       "refusals");

#endif
