/* Processor time by the clocks of the processes, memory by /proc. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "load.h"

enum { PROCESSES_MOST = 256 };

struct family {
	pid_t members[PROCESSES_MOST];
	size_t count;
};

static void add_children(struct family *f, const char *path)
{
	FILE *file = fopen(path, "re");
	int pid;

	if (file == NULL)
		return; /* the thread has ended */
	while (f->count < PROCESSES_MOST && fscanf(file, "%d", &pid) == 1)
		f->members[f->count++] = pid;
	(void)fclose(file); /* only read */
}

/* Each member's children are added behind it, and looked at in their turn. */
static void gather(struct family *f, pid_t pid)
{
	char path[320];

	f->members[0] = pid;
	f->count = 1;
	for (size_t i = 0; i < f->count; i++) {
		(void)snprintf(path, sizeof path, "/proc/%d/task", f->members[i]);
		DIR *tasks = opendir(path);
		if (tasks == NULL)
			continue;
		for (struct dirent *each; (each = readdir(tasks)) != NULL;) {
			if (each->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof path, "/proc/%d/task/%s/children",
				       f->members[i], each->d_name);
			add_children(f, path);
		}
		(void)closedir(tasks); /* only read */
	}
}

static int64_t cpu_of(pid_t pid)
{
	struct timespec used;
	clockid_t id;

	if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &used) != 0)
		return -1;
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static int64_t pss_of(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;

	(void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return -1;
	while (kib < 0 && fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "Pss: %ld", &kib) != 1)
			kib = -1;
	}
	(void)fclose(file); /* only read */
	return kib < 0 ? -1 : (int64_t)kib * 1024;
}

int usage_read(pid_t pid, bool memory, struct usage *out, struct err *e)
{
	struct family f;

	*out = (struct usage){.pss_bytes = memory ? 0 : -1};
	gather(&f, pid);
	for (size_t i = 0; i < f.count; i++) {
		int64_t cpu = cpu_of(f.members[i]);
		if (cpu < 0)
			continue; /* it has ended since */
		out->processes++;
		out->cpu_ns += cpu;
		int64_t pss = memory ? pss_of(f.members[i]) : -1;
		out->pss_bytes = pss < 0 || out->pss_bytes < 0 ? -1 : out->pss_bytes + pss;
	}
	return out->processes > 0 ? 0 : err_set(e, AW_EABSENT, "there is no process %d", pid);
}
