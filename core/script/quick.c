/*
 * Quick runs: Lua looks at every instruction while they are counted, so a run is tried without that
 * first. One that ends soon cannot have used up a budget; any other is in doubt, and is put back and
 * run again, counted. README.md, "Budgets", has the numbers.
 */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "script/vm.h"

enum {
	FASTEST = 4,               /* instructions a nanosecond, more than there are */
	ATTEMPT_NS = 400 * 1000,   /* how long an attempt may take */
	RUN_NS = 10 * 1000 * 1000, /* and a whole run */
	TICK_US = 2000,            /* of processor time, between two looks at what is running */
	BRIEF_INPUT = 8 << 10,     /* bytes; of such a run all takes less than an attempt may */
	LONGEST_INPUT = 64 << 10   /* what has more to look at takes longer anyway */
};

/* ThreadSanitizer holds signals back until the C library is called: a loop would not be stopped. */
#if defined(__SANITIZE_THREAD__)
enum { SIGNALS_COME = 0 };
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
enum { SIGNALS_COME = 0 };
#else
enum { SIGNALS_COME = 1 };
#endif
#else
enum { SIGNALS_COME = 1 };
#endif

/* A signal has no other way to tell what it stops. */
static struct {
	lua_State *volatile running;
	int64_t (*clock)(void); /* NULL: all is counted */
} process;

static int64_t system_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return -1;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* So it is, too, where the clock has gone. */
static bool took_longer(int64_t since, int64_t until, int64_t most)
{
	return until < since || until - since > most;
}

static void stop(lua_State *L, lua_Debug *ar)
{
	(void)ar; /* wherever it is */
	vm_of(L)->quick.doubt = true;
	luaL_error(L, "the run lasts too long to be quick");
}

/* Lua lets a signal set a hook. */
static void on_tick(int number)
{
	lua_State *L = process.running;

	(void)number; /* there is one only */
	if (L != NULL && took_longer(vm_of(L)->quick.seen, process.clock(), ATTEMPT_NS))
		lua_sethook(L, stop, LUA_MASKCOUNT, 1);
}

int script_hurry(int64_t (*clock)(void))
{
	const struct itimerval every = {{0, TICK_US}, {0, TICK_US}};
	struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};

	if (!SIGNALS_COME)
		return -ENOTSUP;
	if (sigaction(SIGVTALRM, &action, NULL) != 0 ||
	    setitimer(ITIMER_VIRTUAL, &every, NULL) != 0)
		return -errno;
	process.clock = clock != NULL ? clock : system_clock;
	return 0;
}

bool quick_begin(struct vm *vm, size_t input)
{
	int64_t begun = process.clock != NULL ? process.clock() : -1;

	if (begun < 0 || input > LONGEST_INPUT || vm->lines != NULL || !vm_is_kept(vm))
		return false;
	vm->quick.on = true;
	vm->quick.doubt = false;
	vm->quick.brief = input <= BRIEF_INPUT;
	vm->limit = vm->in_use + quick_memory(vm, vm->limit - vm->in_use);
	vm->quick.begun = vm->quick.seen = begun;
	vm->fuel -= (int64_t)RUN_NS * FASTEST;
	lua_sethook(vm->L, NULL, 0, 0);
	process.running = vm->L;
	return true;
}

bool quick_end(struct vm *vm)
{
	int64_t most = vm->quick.brief ? ATTEMPT_NS : RUN_NS;

	process.running = NULL;
	vm->quick.on = false;
	return vm->quick.doubt || vm->fuel < 0 ||
	       took_longer(vm->quick.begun, process.clock(), most);
}

int64_t quick_fuel(const struct vm *vm, int64_t budget)
{
	return vm->quick.on ? budget - (int64_t)ATTEMPT_NS * FASTEST : budget;
}

/* With the hook Lua may let its stack grow sooner, at most to twice what this run needs. */
size_t quick_memory(const struct vm *vm, size_t budget)
{
	return vm->quick.on ? budget / 4 : budget;
}

void quick_attempted(struct vm *vm, int64_t seen)
{
	if (!vm->quick.on)
		return;
	if (vm->fuel < 0)
		vm->quick.doubt = true;
	if (vm->quick.brief) /* quick_end sees it */
		return;
	vm->quick.seen = process.clock();
	if (took_longer(seen, vm->quick.seen, ATTEMPT_NS))
		vm->quick.doubt = true;
}
