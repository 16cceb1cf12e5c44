/* What a certificate says, from what a renderer is given. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "text.h"

/* Characters of it; the whole is in the log. */
enum { REASON_MOST = 200 };

/* ---- members ------------------------------------------------------------------------- */

static const char *text_in(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool equal(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The title of the element with this id, or NULL. */
static const char *title_in(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		if (equal(text_in(one, "id"), id))
			return text_in(one, "title");
	}
	return NULL;
}

/* ---- dates ---------------------------------------------------------------------------- */

/* A number of so many digits at `text`, or -1. */
static int digits(const char *text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + text[i] - '0';
	}
	return number;
}

/* "20 May 2024", or "May 2024" where only the month is known; as it is where it is none. */
static void say_day(const char *day, bool month_only, char out[DATE_TEXT])
{
	static const char *const months[] = {"January",   "February", "March",    "April",
					     "May",       "June",     "July",     "August",
					     "September", "October",  "November", "December"};
	/* An ISO date, or the beginning of an instant. */
	bool whole = day != NULL && strlen(day) >= sizeof "2024-05-20" - 1;
	int y = whole ? digits(day, 4) : -1, m = whole ? digits(day + 5, 2) : -1;
	int d = whole ? digits(day + 8, 2) : -1;

	if (y < 0 || m < 1 || m > 12 || d < 1)
		(void)snprintf(out, DATE_TEXT, "%s", day != NULL ? day : ""); /* it may be cut */
	else if (month_only)
		(void)snprintf(out, DATE_TEXT, "%s %d", months[m - 1], y);
	else
		(void)snprintf(out, DATE_TEXT, "%d %s %d", d, months[m - 1], y);
}

/* ---- whether it is current ---------------------------------------------------------------- */

struct source {
	const json_t *call, *entry, *body, *decision, *outcome;
	const char *awarded_on, *expires_on, *today;
	bool month_only;
};

static bool is_month(const json_t *award)
{
	return equal(text_in(award, "precision"), "month");
}

/* Why it was revoked, or NULL. */
static const char *reason_of(const struct source *s)
{
	const json_t *history = json_object_get(s->call, "history");
	json_int_t sequence = json_integer_value(json_object_get(s->entry, "sequence"));

	for (size_t i = json_array_size(history); i-- > 0;) {
		const json_t *body = json_object_get(json_array_get(history, i), "body");
		const json_t *revokes = json_object_get(body, "revokes");

		if (revokes != NULL &&
		    json_integer_value(json_object_get(revokes, "sequence")) == sequence)
			return text_in(body, "reason");
	}
	return NULL;
}

/* How much of a text is no more than `most` characters. */
static size_t cut(const char *text, size_t most)
{
	size_t at = 0, length;

	for (size_t i = 0; i < most && text[at] != '\0'; i++) {
		(void)text_character(text + at, &length);
		at += length;
	}
	return at;
}

static char *say_revoked(const struct source *s, const json_t *revoked)
{
	char day[DATE_TEXT];
	const char *reason = reason_of(s);

	say_day(text_in(revoked, "at"), false, day);
	if (reason == NULL)
		return text_printf("This award was revoked on %s.", day);
	size_t length = cut(reason, REASON_MOST);
	return text_printf("This award was revoked on %s: %.*s%s", day, (int)length, reason,
			   reason[length] != '\0' ? "\u2026" : "");
}

static char *say_lapsed(const struct source *s)
{
	char day[DATE_TEXT];

	say_day(s->expires_on, s->month_only, day);
	return text_printf("This award lapsed %s %s.", s->month_only ? "in" : "on", day);
}

/* The register's row where it is of an award after this one, else NULL. */
static const json_t *later_award(const struct source *s)
{
	const json_t *row = json_object_get(s->call, "register");
	const char *id = text_in(row, "decision_id"), *day = text_in(row, "awarded_on");

	if (id == NULL || day == NULL || text_in(row, "award") == NULL ||
	    equal(id, text_in(s->entry, "id")) || strcmp(day, s->awarded_on) < 0)
		return NULL;
	return row;
}

static char *say_superseded(const struct source *s, const json_t *row)
{
	char day[DATE_TEXT];
	const char *id = text_in(row, "award");
	const char *title =
		title_in(json_object_get(json_object_get(s->call, "scheme"), "awards"), id);

	say_day(text_in(row, "awarded_on"), is_month(row), day);
	return text_printf("A later award has taken its place: %s, %s.", title != NULL ? title : id,
			   day);
}

static int read_standing(struct certificate *c, const struct source *s)
{
	const json_t *revoked = json_object_get(s->call, "revoked"), *row = later_award(s);
	bool lapsed = strcmp(s->today, s->expires_on) >= 0;

	if (json_is_object(revoked)) {
		c->stamp = "REVOKED";
		c->notice = say_revoked(s, revoked);
	} else if (row != NULL) {
		c->stamp = "SUPERSEDED";
		c->notice = say_superseded(s, row);
	} else if (lapsed) {
		c->stamp = "LAPSED";
		c->notice = say_lapsed(s);
	} else if (strcmp(s->today, s->awarded_on) < 0) {
		c->stamp = "NOT YET IN FORCE";
		c->notice = text_printf("This award is in force from %s.", c->awarded);
	}
	if (c->stamp != NULL && c->notice == NULL)
		return -ENOMEM;
	if (row == NULL || json_is_object(revoked) || !lapsed)
		return 0;
	c->also = say_lapsed(s);
	return c->also != NULL ? 0 : -ENOMEM;
}

/* ---- the award ---------------------------------------------------------------------------- */

static const char *award_title(const struct source *s, const char *id)
{
	const json_t *scheme = json_object_get(s->call, "scheme");
	const char *title = title_in(json_object_get(s->decision, "awards"), id);

	if (title == NULL)
		title = title_in(json_object_get(scheme, "awards"), id);
	return title != NULL ? title : id;
}

/* What stands between the elements of a list. */
static const char *between(size_t i, size_t count)
{
	return i == 0 ? "" : i + 1 == count ? " and " : ", ";
}

/* Adds to a list in words; 0 or -ENOMEM, then it is freed. */
static int join(char **list, const char *first, const char *more)
{
	char *longer = text_printf("%s%s%s", *list != NULL ? *list : "", first, more);

	free(*list);
	*list = longer;
	return longer != NULL ? 0 : -ENOMEM;
}

static int read_commendations(struct certificate *c, const struct source *s)
{
	const json_t *list = json_object_get(s->outcome, "commendations");
	size_t count = json_array_size(list);
	int rv = 0;

	for (size_t i = 0; rv == 0 && i < count; i++) {
		const char *id = json_string_value(json_array_get(list, i));

		rv = join(&c->with, i == 0 ? "with " : between(i, count),
			  award_title(s, id != NULL ? id : ""));
	}
	return rv;
}

static enum certificate_words words_of(const json_t *outcome)
{
	const char *change = text_in(outcome, "change"), *route = text_in(outcome, "route");

	if (equal(change, "maintained"))
		return WORDS_MAINTAINED;
	if (equal(change, "higher"))
		return WORDS_ATTAINED;
	if (change != NULL)
		return WORDS_NONE;
	/* An import knows the route alone. */
	if (equal(route, "higher-redesignation"))
		return WORDS_ATTAINED;
	return equal(route, "redesignation") ? WORDS_REDESIGNATED : WORDS_NONE;
}

static int read_improved(struct certificate *c, const struct source *s)
{
	const json_t *list = json_object_get(s->outcome, "improved_statements");
	const json_t *scheme = json_object_get(s->call, "scheme");
	size_t count = json_array_size(list);
	int rv = 0;

	c->words = words_of(s->outcome);
	if (c->words != WORDS_ATTAINED || count == 0)
		return 0;
	(void)snprintf(c->improved_total, sizeof c->improved_total, "in %zu statement%s", count,
		       count == 1 ? "" : "s");
	c->improved = calloc(count, sizeof *c->improved);
	if (c->improved == NULL)
		return -ENOMEM;
	for (size_t i = 0; rv == 0 && i < count; i++) {
		const char *id = json_string_value(json_array_get(list, i));
		const char *title = title_in(json_object_get(scheme, "statements"), id);

		id = id != NULL ? id : "";
		c->improved[i] = title != NULL ? text_printf("%s", title)
					       : text_printf("Statement %s", id);
		c->improved_count = i + 1;
		rv = c->improved[i] != NULL ? join(&c->improved_ids,
						   i > 0       ? between(i, count)
						   : count > 1 ? "statements "
							       : "statement ",
						   id)
					    : -ENOMEM;
	}
	return rv;
}

/* ---- the whole --------------------------------------------------------------------------------- */

static const char *find_source(struct source *s, const json_t *call)
{
	s->call = call;
	s->entry = json_object_get(call, "entry");
	s->body = json_object_get(s->entry, "body");
	s->decision = json_object_get(s->body, "decision");
	s->outcome = json_object_get(s->decision != NULL ? s->decision : s->body, "outcome");
	s->month_only = is_month(json_object_get(s->body, "award"));
	s->awarded_on = text_in(s->outcome, "awarded_on");
	s->expires_on = text_in(s->outcome, "expires_on");
	s->today = text_in(call, "today");
	if (!json_is_object(s->outcome))
		return "a certificate is made of a decision or an imported award";
	if (text_in(s->outcome, "award") == NULL)
		return "this decision gave no award, so that there is no certificate of it";
	if (s->awarded_on == NULL || s->expires_on == NULL || s->today == NULL ||
	    text_in(s->entry, "id") == NULL)
		return "the entry lacks its id or a date";
	return NULL;
}

static const char *name_of(const struct source *s)
{
	const json_t *partnership = json_object_get(s->decision, "partnership");
	const json_t *award = json_object_get(s->body, "award");
	const char *name = text_in(partnership != NULL ? partnership : award, "name");

	if (name == NULL)
		name = partnership != NULL ? text_in(partnership, "id")
					   : text_in(award, "partnership");
	return name != NULL ? name : "";
}

/* BASE/ID, with one slash. */
static char *address_of(const char *base, const char *id)
{
	size_t length = strlen(base);

	while (length > 0 && base[length - 1] == '/')
		length--;
	return text_printf("%.*s/%s", (int)length, base, id);
}

int certificate_read(struct certificate *c, const json_t *call,
		     const struct certificate_settings *settings, const char **problem)
{
	struct source s;

	*c = (struct certificate){.body = settings->body, .signatory = settings->signatory};
	*problem = settings->base_url != NULL
			   ? find_source(&s, call)
			   : "certificate.base-url is not set: a certificate names the address "
			     "of its proof";
	if (*problem != NULL)
		return -EINVAL;
	c->scheme = text_in(json_object_get(call, "scheme"), "title");
	c->name = name_of(&s);
	c->award = award_title(&s, text_in(s.outcome, "award"));
	c->id = text_in(s.entry, "id");
	c->log = text_in(json_object_get(call, "log"), "identity");
	say_day(s.awarded_on, s.month_only, c->awarded);
	say_day(s.expires_on, s.month_only, c->expires);
	say_day(s.today, false, c->today);
	(void)snprintf(c->dates, sizeof c->dates, "Awarded %s \u00b7 Expires %s", c->awarded,
		       c->expires);
	c->address = address_of(settings->base_url, c->id);
	int rv = c->address != NULL ? read_commendations(c, &s) : -ENOMEM;
	if (rv == 0)
		rv = read_improved(c, &s);
	return rv == 0 ? read_standing(c, &s) : rv;
}

char *certificate_title(const struct certificate *c)
{
	char *title = text_printf("%s%s%s, %s", c->stamp != NULL ? c->stamp : "",
				  c->stamp != NULL ? ": " : "", c->name, c->award);
	char *clean = title != NULL ? text_clean(title) : NULL;

	free(title);
	return clean;
}

void certificate_deinit(struct certificate *c)
{
	for (size_t i = 0; i < c->improved_count; i++)
		free(c->improved[i]);
	free(c->improved);
	free(c->improved_ids);
	free(c->with);
	free(c->address);
	free(c->notice);
	free(c->also);
	*c = (struct certificate){.name = NULL};
}
