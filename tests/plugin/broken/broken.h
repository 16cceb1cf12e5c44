/* broken: what most of these plugins have in common; each then spoils one thing. */
#include <awardd/plugin.h>

#include <stdlib.h>
#include <string.h>

/* What is spoilt is said a second time, which is the point of it. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif

static inline int give_null(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, (struct awardd_text){"null", 4});
}

/* A method, and what differs from a good one. */
#define METHOD(variable, ...)                                                                      \
	static const struct awardd_offer variable = {.size = sizeof variable,                      \
						     .kind = AWARDD_METHOD,                        \
						     .name = "call",                               \
						     .role = "any",                                \
						     .run = give_null,                             \
						     __VA_ARGS__}

/* A plugin, and what differs from a good one. */
#define PLUGIN(its_name, its_offers, ...)                                                          \
	const struct awardd_plugin *awardd_plugin_v1(void)                                         \
	{                                                                                          \
		static const struct awardd_plugin me = {.size = sizeof me,                         \
							.magic = AWARDD_MAGIC,                     \
							.needs = AWARDD_ABI(1, 0),                 \
							.name = its_name,                          \
							.version = "1",                            \
							.says = "Is broken.",                      \
							.offers = its_offers,                      \
							__VA_ARGS__};                              \
		return &me;                                                                        \
	}
