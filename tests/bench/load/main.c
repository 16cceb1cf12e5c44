/* A load for a daemon's socket; --help says how it is used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "load.h"

static json_t *rounded(double value, double unit)
{
	/* Three digits behind the point are enough. */
	return json_real((double)(int64_t)(value / unit * 1000 + 0.5) / 1000);
}

static json_t *latencies(const struct spread *s)
{
	return json_pack("{so so so so so}", "p50", rounded((double)spread_at(s, 0.5), 1e3), "p90",
			 rounded((double)spread_at(s, 0.9), 1e3), "p99",
			 rounded((double)spread_at(s, 0.99), 1e3), "p99.9",
			 rounded((double)spread_at(s, 0.999), 1e3), "max",
			 rounded((double)s->most, 1e3));
}

static int put_usage(json_t *out, const struct result *r)
{
	double cpu = (double)(r->after.cpu_ns - r->before.cpu_ns);
	double answered = r->answered > 0 ? (double)r->answered : 1;
	int rv = json_put(out, "cpu_us_each", rounded(cpu / answered, 1e3));

	if (rv == 0)
		rv = json_put(out, "cpu_cores", rounded(cpu / r->seconds, 1e9));
	if (rv == 0)
		rv = json_put(out, "processes", json_integer(r->memory.processes));
	if (rv == 0)
		rv = json_put(out, "pss_mib",
			      r->memory.pss_bytes < 0
				      ? json_null()
				      : rounded((double)r->memory.pss_bytes, 1024 * 1024));
	return rv;
}

static int print_result(const struct options *o, const struct result *r)
{
	double answers = r->answers > 0 ? (double)r->answers : 1;
	double sent = r->sent > 0 ? (double)r->sent : 1;
	json_t *out = json_pack(
		"{so so so so so so so so so so so so so so}", "per_second",
		rounded((double)r->answered / r->seconds, 1), "latency_us", latencies(&r->spread),
		"latencies", json_integer((json_int_t)r->spread.count), "seconds",
		rounded(r->seconds, 1), "answered", json_integer((json_int_t)r->answered), "sent",
		json_integer((json_int_t)r->sent), "refused", json_integer((json_int_t)r->refused),
		"lost", json_integer((json_int_t)r->lost), "alien",
		json_integer((json_int_t)r->alien), "wrong", json_integer((json_int_t)r->wrong),
		"request_bytes", rounded((double)r->request_bytes / sent, 1), "answer_bytes",
		rounded((double)r->answer_bytes / answers, 1), "own_cpu_us_each",
		rounded((double)r->own_cpu_ns / (r->answered > 0 ? (double)r->answered : 1), 1e3),
		"own_cpu_cores", rounded((double)r->own_cpu_ns / r->seconds, 1e9));
	int rv = out == NULL ? -1 : o->pid > 0 ? put_usage(out, r) : 0;

	if (rv == 0)
		rv = json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	json_decref(out);
	(void)putchar('\n');
	return rv;
}

/* What is wrong with the answers, said; nothing, and 0. */
static int judge(const struct result *r)
{
	if (r->refused > 0)
		(void)fprintf(stderr, "bench-load: %llu were refused, the first with: %s\n",
			      (unsigned long long)r->refused, r->refusal);
	if (r->lost > 0)
		(void)fprintf(stderr, "bench-load: %llu were not answered\n",
			      (unsigned long long)r->lost);
	if (r->alien > 0)
		(void)fprintf(stderr, "bench-load: %llu answers came twice, or to no request\n",
			      (unsigned long long)r->alien);
	if (r->wrong > 0)
		(void)fprintf(stderr, "bench-load: %llu answers are of another submission\n",
			      (unsigned long long)r->wrong);
	return r->refused + r->lost + r->alien + r->wrong > 0;
}

static int print_submissions(const struct options *o, const struct payloads *p)
{
	struct buffer text;
	char id[PAYLOAD_ID];
	int rv = 0;

	buffer_init(&text);
	for (uint64_t i = 0; (double)i < o->print && rv == 0; i++) {
		buffer_clear(&text);
		rv = payload_append(p, i, &text, id);
		if (rv == 0 && puts(text.bytes) < 0)
			rv = 1;
	}
	buffer_deinit(&text);
	return rv;
}

int main(int argc, char **argv)
{
	struct payloads *payloads = NULL;
	struct result *result = calloc(1, sizeof *result);
	struct options o;
	struct err e = {0};

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		options_help();
		free(result);
		return 0;
	}
	int rv = result != NULL ? options_read(argc, argv, &o, &e)
				: err_set(&e, -1, "no memory for the result");
	if (rv == 0)
		rv = payloads_new(&o, &payloads, &e);
	int status = rv == 0 ? 0 : 2;
	if (rv == 0 && o.print > 0) {
		status = print_submissions(&o, payloads);
	} else if (rv == 0) {
		rv = drive(&o, payloads, result, &e);
		status = judge(result);
		if (rv == 0 && result->lost == 0 && print_result(&o, result) != 0)
			status = 1;
	}
	if (rv != 0)
		(void)fprintf(stderr, "bench-load: %s\n", e.text);
	payloads_free(&payloads);
	free(result);
	return rv != 0 && status == 0 ? 1 : status;
}
