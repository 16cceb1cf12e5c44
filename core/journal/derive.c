/* What follows from an entry: rows in the tables that queries read. */
#include "journal/derive.h"

#include <stdio.h>
#include <string.h>

#include "journal/nodes.h"
#include "journal/sql.h"

static const char *const texts[DERIVE_STATEMENTS] = {
	[DERIVE_TALLY] = "INSERT INTO tally VALUES (?1, ?2)"
			 " ON CONFLICT (kind) DO UPDATE SET count = count + ?2",
	[DERIVE_NODE] = "INSERT INTO node VALUES (?1, ?2, ?3)",
	[DERIVE_LISTED] = "INSERT INTO listed VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[DERIVE_MARKS] = "SELECT name, value, first, last, entries FROM mark WHERE block = ?1",
	[DERIVE_MARK] = "INSERT INTO mark VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
			" ON CONFLICT (block, name, value) DO UPDATE SET"
			" first = ?4, last = ?5, entries = ?6",
	[DERIVE_PARTNERSHIP] = "INSERT INTO partnership VALUES (?1, ?2)"
			       " ON CONFLICT (id) DO UPDATE SET name = excluded.name"
			       " WHERE excluded.name IS NOT NULL AND excluded.name IS NOT name",
	[DERIVE_DECISION] = "INSERT INTO decision VALUES"
			    " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
	[DERIVE_AWARD] = "INSERT INTO award VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
	[DERIVE_IMPORT] = "INSERT INTO import VALUES (?1, ?2, ?3, ?4, ?5)",
	[DERIVE_REVOCATION] = "INSERT INTO revocation VALUES (?1, ?2)",
	[DERIVE_ERASURE] = "INSERT INTO erasure VALUES (?1, ?2, ?3, ?4)",
	[DERIVE_RULE_SET] = "INSERT INTO rule_set VALUES (?1, ?2, ?3, ?4)",
};

void derive_init(struct derive *d)
{
	memset(d, 0, sizeof *d);
	marks_init(&d->marks);
}

int derive_prepare(struct derive *d, sqlite3 *db, struct err *e)
{
	int rv = 0;

	d->db = db;
	for (int i = 0; i < DERIVE_STATEMENTS && rv == 0; i++)
		rv = sql_prepare(db, texts[i], &d->statements[i], e);
	d->marks.read = d->statements[DERIVE_MARKS];
	d->marks.write = d->statements[DERIVE_MARK];
	d->marks.count = d->statements[DERIVE_TALLY];
	return rv;
}

void derive_deinit(struct derive *d)
{
	for (int i = 0; i < DERIVE_STATEMENTS; i++)
		(void)sqlite3_finalize(d->statements[i]); /* repeats an old failure */
	marks_deinit(&d->marks);
	derive_init(d);
}

static struct binder bind(struct derive *d, enum derive_statement which)
{
	return bind_to(d->statements[which]);
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

/* What of an entry lists are asked by. */
struct listed {
	int64_t sequence, day;
};

static int mark(struct derive *d, const char *name, struct text value, const struct listed *l,
		struct err *e)
{
	return marks_add(&d->marks, name, value, l->sequence, l->day, e);
}

/* Nothing where it is no text. */
static int mark_string(struct derive *d, const char *name, const struct json_item *value,
		       const struct listed *l, struct err *e)
{
	struct buffer said;

	if (value == NULL || value->kind != JSON_ITEM_STRING)
		return 0;
	if (!value->escaped)
		return mark(d, name, (struct text){value->text.bytes + 1, value->text.length - 2},
			    l, e);
	buffer_init(&said);
	int rv = json_item_text(value, &said);
	rv = rv == 0 ? mark(d, name, (struct text){said.bytes, said.length}, l, e)
		     : err_set(e, rv, "no memory to mark an entry");
	buffer_deinit(&said);
	return rv;
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

/* 0 where it is no day. */
static int64_t day_of(const struct json_item *day)
{
	if (day == NULL || day->kind != JSON_ITEM_STRING)
		return 0;
	return date_number((struct text){day->text.bytes + 1, day->text.length - 2});
}

static int add_listed_row(struct derive *d, const struct entry *entry, const struct listed *l,
			  const struct json_item *partnership, struct err *e)
{
	struct binder b = bind(d, DERIVE_LISTED);

	bind_integer(&b, l->sequence);
	bind_text(&b, entry->kind);
	bind_integer(&b, entry->by.uid);
	bind_text(&b, entry->by.user);
	bind_string(&b, partnership);
	if (l->day > 0)
		bind_integer(&b, l->day);
	else
		bind_text(&b, NULL);
	return sql_write(&b, e);
}

static int mark_actor(struct derive *d, const struct entry *entry, const struct listed *l,
		      struct err *e)
{
	char uid[24];

	(void)snprintf(uid, sizeof uid, "%lu", (unsigned long)entry->by.uid); /* fits */
	int rv = mark(d, "uid", text_of(uid), l, e);
	return rv == 0 ? mark(d, "user", text_of(entry->by.user), l, e) : rv;
}

static int add_listed(struct derive *d, const struct entry *entry, const struct json_item *body,
		      struct err *e)
{
	const struct json_item *decision = member(body, "decision"), *rules = NULL;
	struct listed l = {.sequence = entry->sequence};

	if (strcmp(entry->kind, "decision") == 0) {
		l.day = day_of(member(decision, "assessed_on"));
		rules = member(member(decision, "rules"), "digest");
	} else if (strcmp(entry->kind, "import") == 0) {
		l.day = day_of(member(member(body, "outcome"), "awarded_on"));
		rules = member(member(body, "rules"), "digest");
	}
	int rv = add_listed_row(d, entry, &l, partnership_of(entry, body), e);
	if (rv == 0)
		rv = mark(d, "kind", text_of(entry->kind), &l, e);
	if (rv == 0)
		rv = mark_actor(d, entry, &l, e);
	return rv == 0 ? mark_string(d, "rules", rules, &l, e) : rv;
}

static int mark_awards(struct derive *d, const struct listed *l, const struct json_item *outcome,
		       struct err *e)
{
	const struct json_item *commendations = member(outcome, "commendations"), *each = NULL;
	int rv = mark_string(d, "award", member(outcome, "award"), l, e);

	if (commendations == NULL || commendations->kind != JSON_ITEM_ARRAY)
		return rv;
	while (rv == 0 && (each = json_item_next(commendations, each)) != NULL)
		rv = mark_string(d, "award", each, l, e);
	return rv;
}

/* The first or next of a member that is a list. */
static const struct json_item *next_of(const struct json_item *object, const char *name,
				       const struct json_item *after)
{
	const struct json_item *list = member(object, name);

	return list != NULL && list->kind == JSON_ITEM_ARRAY ? json_item_next(list, after) : NULL;
}

static int mark_failed(struct derive *d, const struct listed *l, const struct json_item *decision,
		       struct err *e)
{
	const struct json_item *award = NULL, *criterion;
	int rv = 0;

	while ((award = next_of(decision, "awards", award)) != NULL) {
		for (criterion = NULL;
		     (criterion = next_of(award, "criteria", criterion)) != NULL;) {
			const struct json_item *status = member(criterion, "status");
			if (rv == 0 && (json_item_is(status, text_of("unmet")) ||
					json_item_is(status, text_of("error"))))
				rv = mark_string(d, "failed", member(criterion, "id"), l, e);
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
	const struct listed l = {entry->sequence, day_of(member(decision, "assessed_on"))};
	int rv = add_decision_row(d, entry, body, e);

	if (rv == 0)
		rv = add_partnership(d, partnership_of(entry, body), member(given, "name"), e);
	if (rv == 0)
		rv = mark_string(d, "change", member(outcome, "change"), &l, e);
	if (rv == 0)
		rv = mark_awards(d, &l, outcome, e);
	if (rv == 0)
		rv = mark_failed(d, &l, decision, e);
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
	const struct listed l = {entry->sequence, day_of(member(outcome, "awarded_on"))};
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
		rv = mark_awards(d, &l, outcome, e);
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
	int rv = nodes_append(&d->edge, leaf, d->statements[DERIVE_NODE], e);

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

int derive_flush(struct derive *d, struct err *e)
{
	return marks_flush(&d->marks, e);
}

/* ---- the tree's edge ---------------------------------------------------- */

void derive_committed(struct derive *d)
{
	d->committed = d->edge;
}

void derive_undone(struct derive *d)
{
	d->edge = d->committed;
	marks_forget(&d->marks);
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
