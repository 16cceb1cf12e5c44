/*
 * What a question to a running daemon takes: bench-ask SOCKET METHOD PARAMS [ROUNDS]. One after
 * the other over one connection; the median, the 99th of a hundred and the longest, in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "awardd/client.h"

static double now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there on Linux */
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static int ask(struct awardd_client *c, char **argv, size_t rounds, double *taken)
{
	struct awardd_answer a;
	int rv = awardd_client_connect(c, argv[1]);

	awardd_answer_init(&a);
	for (size_t i = 0; rv == AWARDD_OK && i < rounds; i++) {
		double began = now_us();
		rv = awardd_client_call(c, argv[2], argv[3], &a);
		taken[i] = now_us() - began;
	}
	awardd_answer_deinit(&a);
	return rv;
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 5 ? strtoul(argv[4], NULL, 10) : 1000;
	double *taken = calloc(rounds + 1, sizeof *taken);
	struct awardd_client *c = NULL;

	if (argc < 4 || argc > 5 || rounds == 0 || taken == NULL ||
	    awardd_client_new(&c) != AWARDD_OK) {
		(void)fprintf(stderr, "usage: bench-ask SOCKET METHOD PARAMS [ROUNDS]\n");
		free(taken);
		return 2;
	}
	int rv = ask(c, argv, rounds, taken);
	if (rv == AWARDD_OK) {
		qsort(taken, rounds, sizeof *taken, compare);
		printf("median %.0f, p99 %.0f, longest %.0f us\n", taken[rounds / 2],
		       taken[rounds * 99 / 100], taken[rounds - 1]);
	} else {
		(void)fprintf(stderr, "bench-ask: %s\n", awardd_client_error(c));
	}
	awardd_client_free(&c);
	free(taken);
	return rv == AWARDD_OK ? 0 : 1;
}
