/* What follows from an entry: rows in the tables that queries read. */
#include "journal/derive.h"

#include <errno.h>
#include <string.h>

#include "journal/nodes.h"
#include "journal/schema.h"
#include "journal/sql.h"

/* "2024-05-20" as the number 20240520. */
#define DAY(parameter) "CAST(replace(" parameter ", '-', '') AS INTEGER)"

static const char *const texts[DERIVE_STATEMENTS] = {
	[DERIVE_TALLY] = "INSERT INTO tally VALUES (?1, 1)"
			 " ON CONFLICT (kind) DO UPDATE SET count = count + 1",
	[DERIVE_NODE] = "INSERT INTO node VALUES (?1, ?2, ?3)",
	[DERIVE_DIGEST] = "INSERT OR IGNORE INTO digest (digest) VALUES (?1)",
	[DERIVE_LISTED] = "INSERT INTO listed VALUES (?1, ?2, ?3, ?4, ?5, " DAY(
		"?6") ", ?7,"
		      " (SELECT id FROM digest WHERE digest = ?8))",
	[DERIVE_SPAN] =
		"INSERT INTO span VALUES"
		" (?2, ?1 / " SPAN_ENTRIES ", " DAY("?3") ", " DAY(
			"?3") "),"
			      " ('any', ?1 / " SPAN_ENTRIES ", " DAY("?3") ", " DAY(
				      "?3") ")"
					    " ON CONFLICT (kind, block) DO UPDATE SET"
					    " first = min(first, excluded.first), last = max(last, excluded.last)"
					    " WHERE excluded.first < first OR excluded.last > last",
	[DERIVE_PARTNERSHIP] = "INSERT INTO partnership VALUES (?1, ?2)"
			       " ON CONFLICT (id) DO UPDATE SET name = excluded.name"
			       " WHERE excluded.name IS NOT NULL",
	[DERIVE_DECISION] = "INSERT INTO decision VALUES"
			    " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
	[DERIVE_AWARDED] = "INSERT OR IGNORE INTO awarded VALUES (?1, ?2, " DAY("?3") ")",
	[DERIVE_FAILED] = "INSERT OR IGNORE INTO failed VALUES (?1, ?2, " DAY("?3") ")",
	[DERIVE_AWARD] = "INSERT INTO award VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
	[DERIVE_IMPORT] = "INSERT INTO import VALUES (?1, ?2, ?3, ?4, ?5)",
	[DERIVE_REVOCATION] = "INSERT INTO revocation VALUES (?1, ?2)",
	[DERIVE_ERASURE] = "INSERT INTO erasure VALUES (?1, ?2, ?3, ?4)",
	[DERIVE_RULE_SET] = "INSERT INTO rule_set VALUES (?1, ?2, ?3, ?4)",
};

void derive_init(struct derive *d)
{
	memset(d, 0, sizeof *d);
}

int derive_prepare(struct derive *d, sqlite3 *db, struct err *e)
{
	int rv = 0;

	d->db = db;
	for (int i = 0; i < DERIVE_STATEMENTS && rv == 0; i++)
		rv = sql_prepare(db, texts[i], &d->statements[i], e);
	return rv;
}

void derive_deinit(struct derive *d)
{
	for (int i = 0; i < DERIVE_STATEMENTS; i++)
		(void)sqlite3_finalize(d->statements[i]); /* repeats an old failure */
	derive_init(d);
}

static struct binder bind(struct derive *d, enum derive_statement which)
{
	return bind_to(d->statements[which]);
}

static int add_tally(struct derive *d, const char *kind, struct err *e)
{
	struct binder b = bind(d, DERIVE_TALLY);

	bind_text(&b, kind);
	return sql_write(&b, e);
}

static int add_partnership(struct derive *d, const char *id, const char *name, struct err *e)
{
	struct binder b = bind(d, DERIVE_PARTNERSHIP);

	bind_text(&b, id);
	bind_text(&b, name);
	return sql_write(&b, e);
}

/* An entry as lists look for it, whatever its kind. */
struct listed {
	int64_t sequence;
	const char *partnership, *day, *change, *rules; /* NULL where it has none */
};

static int add_digest(struct derive *d, const char *digest, struct err *e)
{
	struct binder b = bind(d, DERIVE_DIGEST);

	bind_text(&b, digest);
	return sql_write(&b, e);
}

static int add_span(struct derive *d, const char *kind, const struct listed *l, struct err *e)
{
	struct binder b = bind(d, DERIVE_SPAN);

	bind_integer(&b, l->sequence);
	bind_text(&b, kind);
	bind_text(&b, l->day);
	return sql_write(&b, e);
}

static int add_listed_row(struct derive *d, const struct entry *entry, const struct listed *l,
			  struct err *e)
{
	struct binder b = bind(d, DERIVE_LISTED);

	bind_integer(&b, l->sequence);
	bind_text(&b, entry->kind);
	bind_integer(&b, entry->by.uid);
	bind_text(&b, entry->by.user);
	bind_text(&b, l->partnership);
	bind_text(&b, l->day);
	bind_text(&b, l->change);
	bind_text(&b, l->rules);
	return sql_write(&b, e);
}

static int add_listed(struct derive *d, const struct entry *entry, struct err *e)
{
	const json_t *decision = json_member(entry->body, "decision");
	const json_t *award = json_member(entry->body, "award");
	struct listed l = {
		.sequence = entry->sequence,
		.partnership = json_member_text(entry->body, "partnership"),
	};
	int rv = 0;

	if (strcmp(entry->kind, "decision") == 0) {
		l.partnership = json_member_text(json_member(decision, "partnership"), "id");
		l.day = json_member_text(decision, "assessed_on");
		l.change = json_member_text(json_member(decision, "outcome"), "change");
		l.rules = json_member_text(json_member(decision, "rules"), "digest");
	} else if (strcmp(entry->kind, "import") == 0) {
		l.partnership = json_member_text(award, "partnership");
		l.day = json_member_text(json_member(entry->body, "outcome"), "awarded_on");
		l.rules = json_member_text(json_member(entry->body, "rules"), "digest");
	}
	if (l.rules != NULL)
		rv = add_digest(d, l.rules, e);
	if (rv == 0)
		rv = add_listed_row(d, entry, &l, e);
	return rv == 0 && l.day != NULL ? add_span(d, entry->kind, &l, e) : rv;
}

/* A row of the tables that find entries by a name. */
struct named {
	int64_t sequence;
	const char *day;
};

static int add_name(struct derive *d, enum derive_statement which, const char *name,
		    const struct named *n, struct err *e)
{
	struct binder b = bind(d, which);

	bind_text(&b, name);
	bind_integer(&b, n->sequence);
	bind_text(&b, n->day);
	return sql_write(&b, e);
}

static int add_awarded(struct derive *d, const struct named *n, const json_t *outcome,
		       struct err *e)
{
	const char *award = json_member_text(outcome, "award");
	json_t *each;
	size_t i;
	int rv = 0;

	if (award != NULL)
		rv = add_name(d, DERIVE_AWARDED, award, n, e);
	json_array_foreach(json_member(outcome, "commendations"), i, each) {
		if (rv == 0 && json_is_string(each))
			rv = add_name(d, DERIVE_AWARDED, json_string_value(each), n, e);
	}
	return rv;
}

static int add_failed(struct derive *d, const struct named *n, const json_t *decision,
		      struct err *e)
{
	json_t *award, *criterion;
	size_t i, k;
	int rv = 0;

	json_array_foreach(json_member(decision, "awards"), i, award) {
		json_array_foreach(json_member(award, "criteria"), k, criterion) {
			const char *status = json_member_text(criterion, "status");
			const char *id = json_member_text(criterion, "id");
			if (rv == 0 && id != NULL && status != NULL &&
			    (strcmp(status, "unmet") == 0 || strcmp(status, "error") == 0))
				rv = add_name(d, DERIVE_FAILED, id, n, e);
		}
	}
	return rv;
}

static void bind_list(struct binder *b, const json_t *list)
{
	if (json_is_array(list))
		bind_json(b, list);
	else
		bind_text(b, "[]");
}

/* `award` says where an imported award comes from, and is NULL for a decided one. */
static int add_award(struct derive *d, const struct entry *entry, const char *partnership,
		     const json_t *award, struct err *e)
{
	const json_t *holder = award != NULL ? entry->body : json_member(entry->body, "decision");
	const json_t *outcome = json_member(holder, "outcome");
	const char *precision = json_member_text(award, "precision");
	struct binder b = bind(d, DERIVE_AWARD);

	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->id);
	bind_text(&b, partnership);
	bind_text(&b, json_member_text(outcome, "award"));
	bind_list(&b, json_member(outcome, "commendations"));
	bind_text(&b, json_member_text(outcome, "awarded_on"));
	bind_text(&b, json_member_text(outcome, "expires_on"));
	bind_text(&b, json_member_text(outcome, "route"));
	bind_text(&b, precision != NULL ? precision : "day");
	bind_text(&b, json_member_text(outcome, "citation"));
	bind_text(&b, award != NULL ? json_member_text(award, "source") : entry->id);
	return sql_write(&b, e);
}

static int add_decision_row(struct derive *d, const struct entry *entry, const char *partnership,
			    struct err *e)
{
	const json_t *decision = json_member(entry->body, "decision");
	const json_t *submission = json_member(entry->body, "submission");
	const json_t *outcome = json_member(decision, "outcome");
	struct binder b = bind(d, DERIVE_DECISION);

	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->id);
	bind_text(&b, entry->at);
	bind_integer(&b, entry->by.uid);
	bind_text(&b, json_member_text(submission, "submission_id"));
	bind_text(&b, partnership);
	bind_text(&b, json_member_text(json_member(decision, "partnership"), "name"));
	bind_text(&b, json_member_text(json_member(submission, "partnership"), "name"));
	bind_text(&b, json_member_text(decision, "assessed_on"));
	bind_text(&b, json_member_text(submission, "registered_on"));
	bind_text(&b, json_member_text(outcome, "award"));
	bind_list(&b, json_member(outcome, "commendations"));
	bind_text(&b, json_member_text(outcome, "route"));
	bind_text(&b, json_member_text(outcome, "change"));
	bind_text(&b, json_member_text(json_member(decision, "rules"), "digest"));
	bind_json(&b, json_member(submission, "scores"));
	bind_json(&b, outcome);
	return sql_write(&b, e);
}

static int add_decision(struct derive *d, const struct entry *entry, struct err *e)
{
	const json_t *decision = json_member(entry->body, "decision");
	const json_t *outcome = json_member(decision, "outcome");
	const json_t *given = json_member(json_member(entry->body, "submission"), "partnership");
	const char *partnership = json_member_text(json_member(decision, "partnership"), "id");
	const struct named named = {entry->sequence, json_member_text(decision, "assessed_on")};
	int rv = add_decision_row(d, entry, partnership, e);

	if (rv == 0)
		rv = add_partnership(d, partnership, json_member_text(given, "name"), e);
	if (rv == 0)
		rv = add_awarded(d, &named, outcome, e);
	if (rv == 0)
		rv = add_failed(d, &named, decision, e);
	if (rv == 0 && json_member_text(outcome, "award") != NULL)
		rv = add_award(d, entry, partnership, NULL, e);
	return rv;
}

static int add_import(struct derive *d, const struct entry *entry, struct err *e)
{
	const json_t *award = json_member(entry->body, "award");
	const char *partnership = json_member_text(award, "partnership");
	const char *name = json_member_text(award, "name");
	const json_t *outcome = json_member(entry->body, "outcome");
	const struct named named = {entry->sequence, json_member_text(outcome, "awarded_on")};
	struct binder b = bind(d, DERIVE_IMPORT);

	if (award == NULL)
		return err_set(e, AW_EINVALID, "an import names no award");
	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->id);
	bind_text(&b, partnership);
	bind_text(&b, name);
	bind_json(&b, outcome);
	int rv = sql_write(&b, e);
	if (rv == 0)
		rv = add_partnership(d, partnership, name, e);
	if (rv == 0)
		rv = add_awarded(d, &named, outcome, e);
	return rv == 0 ? add_award(d, entry, partnership, award, e) : rv;
}

static int add_revocation(struct derive *d, const struct entry *entry, struct err *e)
{
	const json_t *revokes = json_member(entry->body, "revokes");
	struct binder b = bind(d, DERIVE_REVOCATION);

	/* A NULL here would become a row of its own, being the primary key. */
	if (json_member_integer(revokes, "sequence", 0) <= 0)
		return err_set(e, AW_EINVALID, "a revocation names no entry");
	bind_integer(&b, json_member_integer(revokes, "sequence", 0));
	bind_integer(&b, entry->sequence);
	return sql_write(&b, e);
}

static void bind_sequence(struct binder *b, const json_t *from, const char *member)
{
	json_int_t sequence = json_member_integer(from, member, 0);

	if (sequence > 0)
		bind_integer(b, sequence);
	else
		bind_text(b, NULL);
}

static int add_erasure(struct derive *d, const struct entry *entry, struct err *e)
{
	const json_t *erases = json_member(entry->body, "erases");
	struct binder b = bind(d, DERIVE_ERASURE);

	bind_integer(&b, entry->sequence);
	bind_text(&b, json_member_text(entry->body, "partnership"));
	bind_sequence(&b, erases, "sequence");
	bind_sequence(&b, erases, "through");
	return sql_write(&b, e);
}

static int add_rule_set(struct derive *d, const struct entry *entry, struct err *e)
{
	const json_t *due_months = json_member(json_member(entry->body, "register"), "due_months");
	struct binder b = bind(d, DERIVE_RULE_SET);

	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->kind);
	bind_text(&b, json_member_text(entry->body, "digest"));
	if (json_is_integer(due_months))
		bind_integer(&b, json_integer_value(due_months));
	else
		bind_text(&b, NULL);
	return sql_write(&b, e);
}

int derive_entry(struct derive *d, const struct entry *entry, const struct digest *leaf,
		 struct err *e)
{
	static const struct {
		const char *kind;
		int (*add)(struct derive *d, const struct entry *entry, struct err *e);
	} kinds[] = {
		{"decision", add_decision},     {"import", add_import},
		{"revocation", add_revocation}, {"activation", add_rule_set},
		{"rejection", add_rule_set},    {"erasure", add_erasure},
	};
	int rv = add_tally(d, entry->kind, e);

	if (rv == 0)
		rv = nodes_append(&d->edge, leaf, d->statements[DERIVE_NODE], e);
	if (rv == 0)
		rv = add_listed(d, entry, e);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && rv == 0; i++) {
		if (strcmp(kinds[i].kind, entry->kind) == 0)
			rv = kinds[i].add(d, entry, e);
	}
	return rv;
}

/* ---- the tree's edge ---------------------------------------------------- */

void derive_committed(struct derive *d)
{
	d->committed = d->edge;
}

void derive_undone(struct derive *d)
{
	d->edge = d->committed;
}

int derive_read_edge(struct derive *d, uint64_t size, struct err *e)
{
	struct nodes nodes = {.err = e};
	int rv = sql_prepare(d->db, nodes_read_leaves, &nodes.leaves, e);

	if (rv == 0)
		rv = sql_prepare(d->db, nodes_read_nodes, &nodes.nodes, e);
	if (rv == 0)
		rv = tree_edge_read(size, nodes_read, &nodes, &d->edge);
	(void)sqlite3_finalize(nodes.leaves); /* only read */
	(void)sqlite3_finalize(nodes.nodes);
	if (rv == 0)
		derive_committed(d);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading the tree");
}

/* ---- all of it again ---------------------------------------------------- */

static int derive_row(struct derive *d, sqlite3_stmt *row, struct err *e)
{
	struct entry entry;
	json_t *document = NULL;
	int rv = entry_read(column_bytes(row, 0), column_bytes(row, 1), &document, &entry, e);

	if (rv == 0) {
		struct digest leaf; /* compared just now */
		memcpy(leaf.bytes, column_bytes(row, 1).bytes, sizeof leaf.bytes);
		rv = derive_entry(d, &entry, &leaf, e);
	}
	json_decref(document);
	return rv;
}

static int derive_all(struct derive *d, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int64_t at = 0;
	int rv = sql_prepare(d->db, "SELECT bytes, leaf_hash FROM entry ORDER BY sequence", &rows,
			     e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	while ((rv = sql_next(&b, e)) == 1) {
		at++;
		rv = derive_row(d, rows, e);
		if (rv != 0)
			break;
	}
	(void)sqlite3_finalize(rows); /* only read */
	return rv == 0 ? 0 : sql_wrap(e, rv, "deriving from entry %lld", (long long)at);
}

int derive_fill(struct derive *d, struct err *e)
{
	d->edge = (struct tree_edge){.size = 0};
	return derive_all(d, e);
}

int derive_again(struct derive *d, struct err *e)
{
	int rv = sql_run(d->db, "BEGIN IMMEDIATE", e);

	if (rv != 0)
		return rv;
	rv = sql_run(
		d->db,
		"DELETE FROM node; DELETE FROM tally; DELETE FROM partnership; DELETE FROM decision;"
		"DELETE FROM awarded; DELETE FROM failed; DELETE FROM import;"
		"DELETE FROM award; DELETE FROM revocation; DELETE FROM erasure;"
		"DELETE FROM rule_set; DELETE FROM listed; DELETE FROM digest; DELETE FROM span;",
		e);
	if (rv == 0)
		rv = derive_fill(d, e);
	if (rv == 0)
		rv = sql_run(d->db, "COMMIT", e);
	if (rv == 0)
		derive_committed(d);
	else
		derive_undone(d);
	if (rv != 0 && sqlite3_get_autocommit(d->db) == 0)
		(void)sql_run(d->db, "ROLLBACK", NULL); /* the first failure is the one to tell */
	return rv;
}
