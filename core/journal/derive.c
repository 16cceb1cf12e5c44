/* What follows from an entry: rows in the tables that queries read. */
#include "journal/derive.h"

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

static int add_partnership(struct derive *d, const struct json_item *id,
			   const struct json_item *name, struct err *e)
{
	struct binder b = bind(d, DERIVE_PARTNERSHIP);

	bind_string(&b, id);
	bind_string(&b, name);
	return sql_write(&b, e);
}

static const struct json_item *member(const struct json_item *object, const char *name)
{
	return json_item_member(object, name);
}

/* NULL where it is no text. */
static const struct json_item *text_member(const struct json_item *object, const char *name)
{
	const struct json_item *found = member(object, name);

	return found != NULL && found->kind == JSON_ITEM_STRING ? found : NULL;
}

/* 0 where it is no whole number. */
static json_int_t integer_member(const struct json_item *object, const char *name)
{
	const struct json_item *found = member(object, name);

	return found != NULL && found->kind == JSON_ITEM_INTEGER ? found->integer : 0;
}

/* An entry as lists look for it, whatever its kind. */
struct listed {
	int64_t sequence;
	const struct json_item *partnership, *day, *change, *rules; /* NULL where it has none */
};

static int add_digest(struct derive *d, const struct json_item *digest, struct err *e)
{
	struct binder b = bind(d, DERIVE_DIGEST);

	bind_string(&b, digest);
	return sql_write(&b, e);
}

static int add_span(struct derive *d, const char *kind, const struct listed *l, struct err *e)
{
	struct binder b = bind(d, DERIVE_SPAN);

	bind_integer(&b, l->sequence);
	bind_text(&b, kind);
	bind_string(&b, l->day);
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
	bind_string(&b, l->partnership);
	bind_string(&b, l->day);
	bind_string(&b, l->change);
	bind_string(&b, l->rules);
	return sql_write(&b, e);
}

/* The partnership an entry is about, as journal_partnership says. */
static const struct json_item *partnership_of(const struct entry *entry,
					      const struct json_item *body)
{
	if (strcmp(entry->kind, "decision") == 0)
		return member(member(member(body, "decision"), "partnership"), "id");
	if (strcmp(entry->kind, "import") == 0)
		return member(member(body, "award"), "partnership");
	return member(body, "partnership");
}

static int add_listed(struct derive *d, const struct entry *entry, const struct json_item *body,
		      struct err *e)
{
	const struct json_item *decision = member(body, "decision");
	struct listed l = {
		.sequence = entry->sequence,
		.partnership = partnership_of(entry, body),
	};
	int rv = 0;

	if (strcmp(entry->kind, "decision") == 0) {
		l.day = text_member(decision, "assessed_on");
		l.change = text_member(member(decision, "outcome"), "change");
		l.rules = text_member(member(decision, "rules"), "digest");
	} else if (strcmp(entry->kind, "import") == 0) {
		l.day = text_member(member(body, "outcome"), "awarded_on");
		l.rules = text_member(member(body, "rules"), "digest");
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
	const struct json_item *day;
};

static int add_name(struct derive *d, enum derive_statement which, const struct json_item *name,
		    const struct named *n, struct err *e)
{
	struct binder b = bind(d, which);

	bind_string(&b, name);
	bind_integer(&b, n->sequence);
	bind_string(&b, n->day);
	return sql_write(&b, e);
}

static int add_awarded(struct derive *d, const struct named *n, const struct json_item *outcome,
		       struct err *e)
{
	const struct json_item *award = text_member(outcome, "award"), *each = NULL;
	const struct json_item *commendations = member(outcome, "commendations");
	int rv = award != NULL ? add_name(d, DERIVE_AWARDED, award, n, e) : 0;

	if (commendations == NULL || commendations->kind != JSON_ITEM_ARRAY)
		return rv;
	while (rv == 0 && (each = json_item_next(commendations, each)) != NULL) {
		if (each->kind == JSON_ITEM_STRING)
			rv = add_name(d, DERIVE_AWARDED, each, n, e);
	}
	return rv;
}

/* The first or next of a member that is a list. */
static const struct json_item *next_of(const struct json_item *object, const char *name,
				       const struct json_item *after)
{
	const struct json_item *list = member(object, name);

	return list != NULL && list->kind == JSON_ITEM_ARRAY ? json_item_next(list, after) : NULL;
}

static int add_failed(struct derive *d, const struct named *n, const struct json_item *decision,
		      struct err *e)
{
	const struct json_item *award = NULL, *criterion;
	int rv = 0;

	while ((award = next_of(decision, "awards", award)) != NULL) {
		for (criterion = NULL;
		     (criterion = next_of(award, "criteria", criterion)) != NULL;) {
			const struct json_item *status = member(criterion, "status");
			const struct json_item *id = text_member(criterion, "id");
			if (rv == 0 && id != NULL &&
			    (json_item_is(status, text_of("unmet")) ||
			     json_item_is(status, text_of("error"))))
				rv = add_name(d, DERIVE_FAILED, id, n, e);
		}
	}
	return rv;
}

static void bind_list(struct binder *b, const struct json_item *list)
{
	if (list != NULL && list->kind == JSON_ITEM_ARRAY)
		bind_item(b, list);
	else
		bind_text(b, "[]");
}

/* `award` says where an imported award comes from, and is NULL for a decided one. */
static int add_award(struct derive *d, const struct entry *entry, const struct json_item *body,
		     const struct json_item *award, struct err *e)
{
	const struct json_item *holder = award != NULL ? body : member(body, "decision");
	const struct json_item *outcome = member(holder, "outcome");
	const struct json_item *precision = text_member(award, "precision");
	struct binder b = bind(d, DERIVE_AWARD);

	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->id);
	bind_string(&b, partnership_of(entry, body));
	bind_string(&b, member(outcome, "award"));
	bind_list(&b, member(outcome, "commendations"));
	bind_string(&b, member(outcome, "awarded_on"));
	bind_string(&b, member(outcome, "expires_on"));
	bind_string(&b, member(outcome, "route"));
	if (precision != NULL)
		bind_string(&b, precision);
	else
		bind_text(&b, "day");
	bind_string(&b, member(outcome, "citation"));
	if (award != NULL)
		bind_string(&b, member(award, "source"));
	else
		bind_text(&b, entry->id);
	return sql_write(&b, e);
}

static int add_decision_row(struct derive *d, const struct entry *entry,
			    const struct json_item *body, struct err *e)
{
	const struct json_item *decision = member(body, "decision");
	const struct json_item *submission = member(body, "submission");
	const struct json_item *outcome = member(decision, "outcome");
	struct binder b = bind(d, DERIVE_DECISION);

	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->id);
	bind_text(&b, entry->at);
	bind_integer(&b, entry->by.uid);
	bind_string(&b, member(submission, "submission_id"));
	bind_string(&b, partnership_of(entry, body));
	bind_string(&b, member(member(decision, "partnership"), "name"));
	bind_string(&b, member(member(submission, "partnership"), "name"));
	bind_string(&b, member(decision, "assessed_on"));
	bind_string(&b, member(submission, "registered_on"));
	bind_string(&b, member(outcome, "award"));
	bind_list(&b, member(outcome, "commendations"));
	bind_string(&b, member(outcome, "route"));
	bind_string(&b, member(outcome, "change"));
	bind_string(&b, member(member(decision, "rules"), "digest"));
	bind_item(&b, member(submission, "scores"));
	bind_item(&b, outcome);
	return sql_write(&b, e);
}

static int add_decision(struct derive *d, const struct entry *entry, const struct json_item *body,
			struct err *e)
{
	const struct json_item *decision = member(body, "decision");
	const struct json_item *outcome = member(decision, "outcome");
	const struct json_item *given = member(member(body, "submission"), "partnership");
	const struct named named = {entry->sequence, member(decision, "assessed_on")};
	int rv = add_decision_row(d, entry, body, e);

	if (rv == 0)
		rv = add_partnership(d, partnership_of(entry, body), member(given, "name"), e);
	if (rv == 0)
		rv = add_awarded(d, &named, outcome, e);
	if (rv == 0)
		rv = add_failed(d, &named, decision, e);
	if (rv == 0 && text_member(outcome, "award") != NULL)
		rv = add_award(d, entry, body, NULL, e);
	return rv;
}

static int add_import(struct derive *d, const struct entry *entry, const struct json_item *body,
		      struct err *e)
{
	const struct json_item *award = member(body, "award");
	const struct json_item *partnership = member(award, "partnership");
	const struct json_item *name = member(award, "name"), *outcome = member(body, "outcome");
	const struct named named = {entry->sequence, member(outcome, "awarded_on")};
	struct binder b = bind(d, DERIVE_IMPORT);

	if (award == NULL)
		return err_set(e, AW_EINVALID, "an import names no award");
	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->id);
	bind_string(&b, partnership);
	bind_string(&b, name);
	bind_item(&b, outcome);
	int rv = sql_write(&b, e);
	if (rv == 0)
		rv = add_partnership(d, partnership, name, e);
	if (rv == 0)
		rv = add_awarded(d, &named, outcome, e);
	return rv == 0 ? add_award(d, entry, body, award, e) : rv;
}

static int add_revocation(struct derive *d, const struct entry *entry, const struct json_item *body,
			  struct err *e)
{
	json_int_t revoked = integer_member(member(body, "revokes"), "sequence");
	struct binder b = bind(d, DERIVE_REVOCATION);

	/* A NULL here would become a row of its own, being the primary key. */
	if (revoked <= 0)
		return err_set(e, AW_EINVALID, "a revocation names no entry");
	bind_integer(&b, revoked);
	bind_integer(&b, entry->sequence);
	return sql_write(&b, e);
}

static void bind_sequence(struct binder *b, const struct json_item *from, const char *name)
{
	json_int_t sequence = integer_member(from, name);

	if (sequence > 0)
		bind_integer(b, sequence);
	else
		bind_text(b, NULL);
}

static int add_erasure(struct derive *d, const struct entry *entry, const struct json_item *body,
		       struct err *e)
{
	const struct json_item *erases = member(body, "erases");
	struct binder b = bind(d, DERIVE_ERASURE);

	bind_integer(&b, entry->sequence);
	bind_string(&b, member(body, "partnership"));
	bind_sequence(&b, erases, "sequence");
	bind_sequence(&b, erases, "through");
	return sql_write(&b, e);
}

static int add_rule_set(struct derive *d, const struct entry *entry, const struct json_item *body,
			struct err *e)
{
	const struct json_item *due_months = member(member(body, "register"), "due_months");
	struct binder b = bind(d, DERIVE_RULE_SET);

	bind_integer(&b, entry->sequence);
	bind_text(&b, entry->kind);
	bind_string(&b, member(body, "digest"));
	if (due_months != NULL && due_months->kind == JSON_ITEM_INTEGER)
		bind_integer(&b, due_months->integer);
	else
		bind_text(&b, NULL);
	return sql_write(&b, e);
}

int derive_entry(struct derive *d, const struct entry *entry, const struct json_item *body,
		 const struct digest *leaf, struct err *e)
{
	static const struct {
		const char *kind;
		int (*add)(struct derive *d, const struct entry *entry,
			   const struct json_item *body, struct err *e);
	} kinds[] = {
		{"decision", add_decision},     {"import", add_import},
		{"revocation", add_revocation}, {"activation", add_rule_set},
		{"rejection", add_rule_set},    {"erasure", add_erasure},
	};
	int rv = add_tally(d, entry->kind, e);

	if (rv == 0)
		rv = nodes_append(&d->edge, leaf, d->statements[DERIVE_NODE], e);
	if (rv == 0)
		rv = add_listed(d, entry, body, e);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && rv == 0; i++) {
		if (strcmp(kinds[i].kind, entry->kind) == 0)
			rv = kinds[i].add(d, entry, body, e);
	}
	return rv;
}

int derive_bytes(struct derive *d, const struct entry *entry, struct text bytes,
		 const struct digest *leaf, struct err *e)
{
	struct json_index index;

	json_index_init(&index);
	int rv = json_index_read(&index, bytes);
	if (rv == 0)
		rv = derive_entry(d, entry, member(index.items, "body"), leaf, e);
	else
		(void)err_set(e, rv, "%s", status_text(rv));
	json_index_deinit(&index);
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
