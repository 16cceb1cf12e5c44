/* Allocations that fail, one at a time or all from one on; and what is never freed. */
#include "memory.h"

#include <errno.h>
#include <execinfo.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "../../support/faults/module.h"

enum { LIVE = 0x5AFE5AFE, FREED = 0x0DEAD0DE, FRAMES = 14, FRESH = 0xA5, STALE = 0xDD };

extern void *__libc_malloc(size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

/* In front of each block; its size keeps what follows aligned. */
struct block {
	struct block *next, *previous;
	void *base; /* what the C library gave */
	size_t size;
	void *trace[FRAMES];
	uint32_t frames, mark;
	void *caller;
};
_Static_assert(sizeof(struct block) % 16 == 0, "blocks must stay aligned");

static struct memory *shared;
static enum who self;
static const char *self_path = "", *shared_path = ""; /* this module, and what is shared */
static struct block blocks = {.next = &blocks, .previous = &blocks};
static atomic_flag busy = ATOMIC_FLAG_INIT;
/* Where they lie: libuv, the C library, and the loader, which frees little of its own. */
static struct part {
	const char *name;
	uintptr_t from, to;
} loop = {.name = "/libuv.so"}, loader = {.name = "/ld-linux"};
static _Thread_local bool tracing, naming; /* the first question for a name is under way */
static atomic_bool named;

static void take(void)
{
	while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
		;
}

static void give(void)
{
	atomic_flag_clear_explicit(&busy, memory_order_release);
}

static void say(const char *text, void *const *trace, uint32_t frames)
{
	(void)!write(STDERR_FILENO, text, strlen(text));
	backtrace_symbols_fd(trace, (int)frames, STDERR_FILENO);
}

static uint32_t trace_of(void **trace)
{
	uint32_t frames = 0;

	if (shared == NULL || !atomic_load(&shared->trace) || tracing)
		return 0;
	tracing = true; /* the first one allocates itself */
	frames = (uint32_t)backtrace(trace, FRAMES);
	tracing = false;
	return frames;
}

static bool fails(void)
{
	long left;

	if (shared == NULL || tracing || naming || (int)self != atomic_load(&shared->who))
		return false;
	/* Never over what says that none will: the test writes that at any time. */
	left = atomic_load(&shared->countdown);
	do {
		if (left < 0)
			return false;
		if (left == 0 && atomic_load(&shared->for_ever))
			break;
	} while (!atomic_compare_exchange_weak(&shared->countdown, &left, left - 1));
	if (left > 0)
		return false;
	atomic_fetch_add(&shared->failed, 1);
	void *trace[FRAMES];
	uint32_t frames = trace_of(trace);
	if (frames > 0)
		say("fails here:\n", trace, frames);
	errno = ENOMEM;
	return true;
}

static struct block *block_of(void *bytes)
{
	struct block *b = (struct block *)bytes - 1;
	void *trace[FRAMES];

	if (b->mark == LIVE)
		return b;
	say(b->mark == FREED ? "freed before:\n" : "never allocated:\n", trace,
	    (uint32_t)backtrace(trace, FRAMES));
	abort();
}

static bool is_in(const struct part *part, const void *caller)
{
	return (uintptr_t)caller >= part->from && (uintptr_t)caller < part->to;
}

static void *block_new(size_t alignment, size_t size, void *caller)
{
	size_t head = (sizeof(struct block) + alignment - 1) / alignment * alignment;
	char *base;
	struct block *b;

	if (size > PTRDIFF_MAX - head) {
		errno = ENOMEM;
		return NULL;
	}
	base = alignment <= 16 ? __libc_malloc(head + size)
			       : __libc_memalign(alignment, head + size);
	if (base == NULL)
		return NULL;
	b = (struct block *)(void *)(base + head) - 1;
	b->base = base;
	b->size = size;
	b->mark = LIVE;
	b->caller = caller;
	b->frames = trace_of(b->trace);
	take();
	b->next = blocks.next;
	b->previous = &blocks;
	b->next->previous = b;
	blocks.next = b;
	give();
	memset(b + 1, FRESH, size);
	return b + 1;
}

static void block_free(struct block *b)
{
	take();
	b->next->previous = b->previous;
	b->previous->next = b->next;
	give();
	b->mark = FREED;
	memset(b + 1, STALE, b->size);
	__libc_free(b->base);
}

/* ---- what stands in the place of the C library's ------------------------- */

#define CALLER __builtin_return_address(0)

/* The first question for a user or a group makes glibc's list of name services; where it has
 * no memory for that, glibc 2.36 reads through NULL or ends the process. An exception, once;
 * the daemon asks while it starts. */
struct passwd *getpwnam(const char *name)
{
	naming = !atomic_exchange(&named, true);
	struct passwd *entry = NEXT(struct passwd * (*)(const char *), "getpwnam")(name);
	naming = false;
	return entry;
}

struct passwd *getpwuid(uid_t uid)
{
	naming = !atomic_exchange(&named, true);
	struct passwd *entry = NEXT(struct passwd * (*)(uid_t), "getpwuid")(uid);
	naming = false;
	return entry;
}

struct group *getgrnam(const char *name)
{
	naming = !atomic_exchange(&named, true);
	struct group *entry = NEXT(struct group * (*)(const char *), "getgrnam")(name);
	naming = false;
	return entry;
}

void *malloc(size_t size)
{
	return fails() ? NULL : block_new(16, size, CALLER);
}

void *calloc(size_t count, size_t size)
{
	size_t whole;
	void *bytes;

	if (fails())
		return NULL;
	if (__builtin_mul_overflow(count, size, &whole)) {
		errno = ENOMEM;
		return NULL;
	}
	bytes = block_new(16, whole, CALLER);
	return bytes != NULL ? memset(bytes, 0, whole) : NULL;
}

static bool is_forgotten(void)
{
	return shared != NULL && (int)self == atomic_load(&shared->who) &&
	       atomic_load(&shared->failed) > 0 && atomic_exchange(&shared->forgets, false);
}

void free(void *bytes)
{
	int kept = errno;

	if (bytes != NULL && !is_forgotten())
		block_free(block_of(bytes));
	errno = kept;
}

void *realloc(void *old, size_t size)
{
	struct block *b = old != NULL ? block_of(old) : NULL;
	void *fresh;

	if (size == 0 && old != NULL) {
		block_free(b);
		return NULL;
	}
	/* libuv asks for its array of watchers so, and for nothing else; where that fails it
	 * ends the process. The other exception. */
	if (!is_in(&loop, CALLER) && fails())
		return NULL;
	fresh = block_new(16, size, CALLER);
	if (fresh != NULL && b != NULL) {
		memcpy(fresh, old, size < b->size ? size : b->size);
		block_free(b);
	}
	return fresh;
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t whole;

	if (__builtin_mul_overflow(count, size, &whole)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, whole);
}

void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : block_new(alignment, size, CALLER);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	void *bytes = memalign(alignment, size);

	if (bytes == NULL)
		return ENOMEM;
	*out = bytes;
	return 0;
}

size_t malloc_usable_size(void *bytes)
{
	return bytes != NULL ? block_of(bytes)->size : 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	typedef int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (shared != NULL && self == WHO_DAEMON && atomic_load(&shared->threads) >= 0 &&
	    atomic_fetch_sub(&shared->threads, 1) == 0) {
		atomic_fetch_add(&shared->failed, 1);
		return EAGAIN;
	}
	return NEXT(create, "pthread_create")(thread, attr, run, arg);
}

/* A library that gives up says nothing of where. */
_Noreturn void abort(void)
{
	void *trace[FRAMES];

	say("aborts here:\n", trace, (uint32_t)backtrace(trace, FRAMES));
	(void)signal(SIGABRT, SIG_DFL); /* or it ends below */
	(void)raise(SIGABRT);
	_exit(127);
}

/* ---- children -------------------------------------------------------------- */

/* Evaluators and hosts are given no environment; here they need two variables of it. */
int execvp(const char *file, char *const arguments[])
{
	static char preload[4096], memory[4096];
	char *environment[] = {preload, memory, NULL};

	if (shared == NULL)
		environment[0] = NULL;
	(void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", self_path);
	(void)snprintf(memory, sizeof memory, "AWARDD_MEMORY=%s", shared_path);
	return execve(file, arguments, environment);
}

/* ---- the beginning and the end --------------------------------------------- */

/* Where it was loaded, by the lines of /proc/self/maps. */
static void find(struct part *part)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
		unsigned long from, to;

		if (strstr(line, part->name) == NULL || sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		part->from = part->from == 0 ? from : part->from;
		part->to = to;
	}
	if (maps != NULL)
		(void)fclose(maps); /* only read */
}

static enum who who_is_this(void)
{
	char arguments[4096] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, arguments, sizeof arguments - 1) : 0;
	const char *first = arguments + strlen(arguments) + 1;

	if (fd >= 0)
		(void)close(fd); /* only read */
	if (length <= 0 || first >= arguments + length)
		return WHO_DAEMON;
	return strcmp(first, "--evaluator") == 0     ? WHO_EVALUATOR
	       : strcmp(first, "--plugin-host") == 0 ? WHO_HOST
						     : WHO_DAEMON;
}

/* Before main, so that processes which may open nothing later have it too. */
__attribute__((constructor)) static void attach(void)
{
	struct memory *memory = module_shared("AWARDD_MEMORY", sizeof *memory);
	void *trace[1];

	if (memory == NULL)
		return;
	find(&loop);
	find(&loader);
	self = who_is_this();
	self_path = getenv("LD_PRELOAD");
	shared_path = getenv("AWARDD_MEMORY");
	(void)backtrace(trace, 1); /* loads what it needs while files may be opened */
	shared = memory;
}

__attribute__((destructor)) static void count(void)
{
	struct memory *memory = shared;
	long kept = 0;

	shared = NULL; /* nothing fails any more */
	if (memory == NULL || self != WHO_DAEMON)
		return;
	for (struct block *b = blocks.next; b != &blocks; b = b->next) {
		kept += !is_in(&loader, b->caller);
		if (b->frames > 0)
			say("kept:\n", b->trace, b->frames);
	}
	atomic_store(&memory->kept, kept);
}
