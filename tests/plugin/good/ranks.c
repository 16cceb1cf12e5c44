/* A method for each role; each says who asked. */
#include <awardd/plugin.h>

#include <stdio.h>

static int say(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct awardd_text user = host->quote(call, host->get(call, "/user"));
	char answer[512];

	(void)state;
	int length = snprintf(answer, sizeof answer, "{\"user\":%s,\"uid\":%s}",
			      user.bytes != NULL ? user.bytes : "null",
			      host->get(call, "/uid").bytes);
	return host->answer(call, (struct awardd_text){answer, (size_t)length});
}

#define FOR(variable, its_name, its_role)                                                          \
	static const struct awardd_offer variable = {.size = sizeof variable,                      \
						     .kind = AWARDD_METHOD,                        \
						     .name = its_name,                             \
						     .role = its_role,                             \
						     .run = say}

FOR(submitters, "for-submit", "submit");
FOR(auditors, "for-audit", "audit");
FOR(admins, "for-admin", "admin");
FOR(anybody, "for-any", "any");
static const struct awardd_offer *const offers[] = {&submitters, &auditors, &admins, &anybody,
						    NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {.size = sizeof me,
						.magic = AWARDD_MAGIC,
						.needs = AWARDD_ABI(1, 0),
						.name = "ranks",
						.version = "1",
						.says = "Has a method for each role.",
						.offers = offers};

	return &me;
}
