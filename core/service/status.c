/* server.status and server.metrics: what goes on, for people and for
 * Prometheus. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "awardd/version.h"
#include "script/script.h"
#include "service/state.h"

/* The bound under which this share (in thousandths) of answers was given. */
static json_int_t latency_at(const struct latencies *l, uint64_t thousandths)
{
	uint64_t wanted = (l->count * thousandths + 999) / 1000, seen = 0;

	if (l->count == 0)
		return 0;
	for (int i = 0; i < LATENCY_BUCKETS; i++) {
		seen += l->buckets[i];
		if (seen >= wanted)
			return (json_int_t)1 << i;
	}
	return 0;
}

static json_t *evaluators_document(const struct service *s, const struct pool_stats *stats)
{
	json_t *pids = s->current != NULL ? pool_process_ids(generation_pool(s->current))
					  : json_array();

	return json_pack("{sI sI sI sI sI sI so}", "alive", (json_int_t)stats->alive, "busy",
			 (json_int_t)stats->busy, "evaluations", (json_int_t)stats->evaluations,
			 "deadlines", (json_int_t)stats->deadlines, "crashes",
			 (json_int_t)stats->crashes, "rule_errors", (json_int_t)stats->faults,
			 "process_ids", pids);
}

static json_t *log_document(const struct service *s, const struct journal_stats *stats)
{
	const struct config *c = s->options.config;
	json_t *limit = config_text(c, CONFIG_WAL_LIMIT)[0] != '\0'
				? json_integer(config_number(c, CONFIG_WAL_LIMIT))
				: json_null();

	return json_pack("{ss ss sI sI sI sb sb so sI sI sb sb sb}", "path",
			 journal_path(s->options.journal), "identity",
			 journal_identity(s->options.journal), "sequence",
			 (json_int_t)stats->sequence, "file_bytes", (json_int_t)stats->file_bytes,
			 "wal_bytes", (json_int_t)stats->wal_bytes, "wal_held", stats->held,
			 "wal_over_limit", stats->over, "wal_limit", limit, "commits",
			 (json_int_t)stats->commits, "entries", (json_int_t)stats->entries, "full",
			 stats->full, "failed", stats->failed, "erasure_pending", stats->erasing);
}

static json_t *counts_document(const struct service *s)
{
	return json_pack("{sI sI sI sI sI sI sI sI sI}", "calls", (json_int_t)s->calls, "errors",
			 (json_int_t)s->errors, "decisions", (json_int_t)s->decisions,
			 "assessments", (json_int_t)s->assessments, "answered_again",
			 (json_int_t)s->replays, "imports", (json_int_t)s->imports, "revocations",
			 (json_int_t)s->revocations, "erasures", (json_int_t)s->erasures,
			 "overloaded", (json_int_t)s->refused);
}

static json_t *latencies_document(const struct latencies *l)
{
	return json_pack("{sI sI sI sI}", "count", (json_int_t)l->count, "p50_us",
			 latency_at(l, 500), "p99_us", latency_at(l, 990), "p999_us",
			 latency_at(l, 999));
}

static void gather(const struct service *s, struct pool_stats *pool, struct journal_stats *journal)
{
	*pool = (struct pool_stats){0};
	if (s->current != NULL)
		pool_stats_add(generation_pool(s->current), pool);
	journal_stats(s->options.journal, journal);
}

void status_get(struct service *s, struct request *r)
{
	struct pool_stats pool;
	struct journal_stats journal;
	char started[INSTANT_TEXT];

	gather(s, &pool, &journal);
	instant_format(s->started_ms, started);
	answer_result(
		s, r,
		json_pack(
			"{ss ss sI ss sI so so so so so s{ss? ss? sb} so}", "version",
			AWARDD_VERSION, "lua", script_lua_version(), "process_id",
			(json_int_t)getpid(), "started_at", started, "uptime_seconds",
			(json_int_t)((monotonic_us() - s->started_us) / 1000000), "counts",
			counts_document(s), "latencies", latencies_document(&s->latencies), "queue",
			json_pack("{sI sI sI sI}", "requests", (json_int_t)s->pending,
				  "submissions", (json_int_t)s->submissions_pending, "evaluations",
				  (json_int_t)pool.queued, "appends", (json_int_t)journal.queued),
			"log", log_document(s, &journal), "evaluators",
			evaluators_document(s, &pool), "rules", "digest",
			s->current != NULL ? generation_digest(s->current) : NULL, "since",
			s->current != NULL ? s->active_since : NULL, "refused",
			s->refused_rules[0] != '\0', "plugins", hosts_describe(s->options.hosts)));
}

/* ---- Prometheus --------------------------------------------------------- */

static void metric(struct buffer *out, const char *name, const char *type, const char *help,
		   double value)
{
	/* A failure stays marked in the buffer. */
	(void)buffer_printf(out, "# HELP awardd_%s %s\n# TYPE awardd_%s %s\nawardd_%s %.17g\n",
			    name, help, name, type, name, value);
}

static void write_counts(const struct service *s, struct buffer *out)
{
	metric(out, "calls_total", "counter", "Requests received.", (double)s->calls);
	metric(out, "errors_total", "counter", "Requests answered with an error.",
	       (double)s->errors);
	metric(out, "decisions_total", "counter", "Submissions decided.", (double)s->decisions);
	metric(out, "assessments_total", "counter", "Submissions assessed.",
	       (double)s->assessments);
	metric(out, "replays_total", "counter", "Submissions answered from the log.",
	       (double)s->replays);
	metric(out, "overloaded_total", "counter", "Submissions refused for load.",
	       (double)s->refused);
	metric(out, "requests_pending", "gauge", "Requests not yet answered.", (double)s->pending);
	metric(out, "rules_active", "gauge", "Whether a rule set is active.",
	       s->current != NULL ? 1 : 0);
	metric(out, "rules_refused", "gauge",
	       "Whether what the folder of rules had last was refused.",
	       s->refused_rules[0] != '\0');
	metric(out, "start_time_seconds", "gauge", "When the daemon started, in Unix time.",
	       (double)s->started_ms / 1000);
}

static void write_latencies(const struct latencies *l, struct buffer *out)
{
	uint64_t seen = 0;

	(void)buffer_append_text(out, "# HELP awardd_answer_seconds Time from request to answer.\n"
				      "# TYPE awardd_answer_seconds histogram\n");
	for (int i = 0; i < LATENCY_BUCKETS - 1; i++) {
		seen += l->buckets[i];
		if (i >= 5 && i <= 25)
			(void)buffer_printf(out, "awardd_answer_seconds_bucket{le=\"%.6f\"} %llu\n",
					    (double)((uint64_t)1 << i) / 1e6,
					    (unsigned long long)seen);
	}
	(void)buffer_printf(out,
			    "awardd_answer_seconds_bucket{le=\"+Inf\"} %llu\n"
			    "awardd_answer_seconds_sum %.6f\nawardd_answer_seconds_count %llu\n",
			    (unsigned long long)l->count, (double)l->total_us / 1e6,
			    (unsigned long long)l->count);
}

/* One line for each plugin that has the number. */
static void plugin_metric(struct buffer *out, const json_t *plugins, const char *name,
			  const char *type, const char *member, const char *help)
{
	size_t i;
	const json_t *plugin;

	(void)buffer_printf(out, "# HELP awardd_plugin_%s %s\n# TYPE awardd_plugin_%s %s\n", name,
			    help, name, type);
	json_array_foreach(plugins, i, plugin) {
		const json_t *value = json_member(plugin, member);
		json_int_t number = json_is_integer(value) ? json_integer_value(value)
				    : json_is_string(value)
					    ? strcmp(json_string_value(value), "running") == 0
					    : 0;
		/* Names that can be plugins' need no escaping; others have no number. */
		if (value != NULL && json_member(plugin, "version") != NULL)
			(void)buffer_printf(out,
					    "awardd_plugin_%s{plugin=\"%s\"} %" JSON_INTEGER_FORMAT
					    "\n",
					    name, json_member_text(plugin, "name"), number);
	}
}

static void write_plugins(const struct service *s, struct buffer *out)
{
	json_t *plugins = hosts_describe(s->options.hosts);

	if (plugins == NULL)
		out->failed = true;
	if (json_array_size(plugins) > 0) {
		plugin_metric(out, plugins, "running", "gauge", "state",
			      "Whether the plugin runs.");
		plugin_metric(out, plugins, "restarts_total", "counter", "restarts",
			      "Times that the plugin was started again.");
		plugin_metric(out, plugins, "calls_total", "counter", "calls",
			      "Calls that the plugin answered.");
		plugin_metric(out, plugins, "behind", "gauge", "behind",
			      "Entries of the log that the sink has still to get.");
	}
	json_decref(plugins);
}

int service_metrics(const struct service *s, struct buffer *out)
{
	struct pool_stats pool;
	struct journal_stats journal;

	gather(s, &pool, &journal);
	write_counts(s, out);
	write_latencies(&s->latencies, out);
	metric(out, "evaluators_alive", "gauge", "Evaluator processes at work.", pool.alive);
	metric(out, "evaluator_crashes_total", "counter",
	       "Evaluators of the active rules that died.", (double)pool.crashes);
	metric(out, "evaluator_deadlines_total", "counter",
	       "Evaluations of the active rules ended at their deadline.", (double)pool.deadlines);
	metric(out, "log_entries", "gauge", "Entries in the decision log.",
	       (double)journal.sequence);
	metric(out, "log_bytes", "gauge", "Size of the decision log.", (double)journal.file_bytes);
	metric(out, "log_wal_bytes", "gauge", "Size of the log's write-ahead log.",
	       (double)journal.wal_bytes);
	metric(out, "log_wal_held", "gauge",
	       "Whether a reader keeps a long write-ahead log from being emptied.", journal.held);
	metric(out, "log_wal_over_limit", "gauge", "Whether nothing is logged because of that.",
	       journal.over);
	metric(out, "log_full", "gauge", "Whether the disk was full at the last commit.",
	       journal.full);
	metric(out, "log_erasure_pending", "gauge",
	       "Whether the log's file may hold an erased value.", journal.erasing);
	write_plugins(s, out);
	return buffer_status(out);
}

void status_metrics(struct service *s, struct request *r)
{
	struct buffer out;

	buffer_init(&out);
	if (service_metrics(s, &out) == 0)
		answer_result(s, r, json_stringn(out.bytes, out.length));
	else
		answer_no_memory(s, r);
	buffer_deinit(&out);
}
