/* A histogram whose steps grow with the value: 64 to each power of two from 128 on. */
#include "load.h"

static size_t step_of(uint64_t ns)
{
	if (ns < SPREAD_STEPS)
		return (size_t)ns;
	unsigned octave = 63 - (unsigned)__builtin_clzll(ns) - 6;

	return (size_t)octave * SPREAD_STEPS / 2 + (size_t)(ns >> octave);
}

/* The largest value of a step. */
static int64_t most_of(size_t step)
{
	if (step < SPREAD_STEPS)
		return (int64_t)step;
	unsigned octave = (unsigned)(step / (SPREAD_STEPS / 2)) - 1;
	uint64_t base = step - (size_t)octave * SPREAD_STEPS / 2;

	return (int64_t)(((base + 1) << octave) - 1);
}

void spread_add(struct spread *s, int64_t ns)
{
	s->counts[step_of(ns > 0 ? (uint64_t)ns : 0)]++;
	s->count++;
	if (ns > s->most)
		s->most = ns;
}

int64_t spread_at(const struct spread *s, double part)
{
	double wanted = part * (double)s->count;
	uint64_t seen = 0;

	for (size_t i = 0; i < sizeof s->counts / sizeof *s->counts; i++) {
		seen += s->counts[i];
		if (seen > 0 && (double)seen >= wanted)
			return most_of(i) < s->most ? most_of(i) : s->most;
	}
	return s->most;
}
