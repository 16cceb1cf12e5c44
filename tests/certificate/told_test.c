/* What a certificate says, and what it must not say. */
#include <errno.h>

#include "pages.h"

enum { TEXTS_MAX = 6 };

static const struct {
	const char *name;
	const char *says[TEXTS_MAX], *says_not[TEXTS_MAX];
} cases[] = {
	{"first",
	 {"Port Ellery", "Quality Mark", "Awarded 20 May 2024 \u00b7 Expires 20 May 2027",
	  "Decision 42-9c1f0a7be2d4", "https://awards.example/decisions/42-9c1f0a7be2d4"},
	 {"redesignation", "standards", "with "}},
	{"first-child-first", {"with Child First Commendation"}, {"standards", "LAPSED"}},
	{"maintained",
	 {"on redesignation: standards were maintained"},
	 {"new standards", "Screening on entry", "Youth offending staff"}},
	{"attained",
	 {"on redesignation at a higher level:", "new standards were attained in",
	  "Youth offending staff know SEND practice", "Children at risk are found and helped early",
	  "Commissioners resource and review"},
	 {"maintained", "Screening on entry"}},
	{"attained-nowhere",
	 {"on redesignation at a higher level:", "new standards were attained<"},
	 {"attained in", "maintained"}},
	{"attained-eleven", {"SEND staff know", "EHCPs travel", "Commissioners"}, {"statements"}},
	{"attained-forty", {"attained in", "s-40"}, {"The 40th of many"}},
	{"attained-hundreds",
	 {"new standards were attained<", "in 300 statements"},
	 {"statement-1"}},
	{"lower", {"Quality Mark"}, {"redesignation", "standards", "LAPSED"}},
	{"no-scheme",
	 {"Statement 4a", "Statement 9", "with Child First Commendation and",
	  "Commendation for Practice Shared"},
	 {"own-title"}},
	{"import-month",
	 {"Awarded March 2023 \u00b7 Expires March 2026", "on redesignation"},
	 {"1 March", "standards"}},
	{"import-higher", {"14 March 2023", "new standards were attained"}, {"attained in"}},
	{"import-lapsed",
	 {"<title id=\"certificate-title\">LAPSED: ", "lapsed in March 2026"},
	 {"1 March 2026."}},
	{"revoked",
	 {"<title id=\"certificate-title\">REVOKED: ", "revoked on 30 May 2024",
	  "Scores of another partnership"},
	 {"LAPSED"}},
	{"lapsed", {"LAPSED", "This award lapsed on 20 May 2027."}, {"REVOKED"}},
	{"last-day", {"Expires 20 May 2027"}, {"LAPSED", "lapsed"}},
	{"superseded",
	 {"SUPERSEDED", "A later award has taken its place: Quality Lead, 15 January 2025."},
	 {"lapsed"}},
	{"superseded-lapsed", {"SUPERSEDED", "This award lapsed on 20 May 2027."}, {"REVOKED"}},
	{"future", {"NOT YET IN FORCE", "in force from 20 May 2025"}, {"SUPERSEDED"}},
	{"markup",
	 {"&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot;", "%s %n"},
	 {"<b>", "<script"}},
	{"controls", {"Bell and reversed"}, {"\a", "\u202e", "\u2066", "\ufffe"}},
	{"name-arabic", {">&#x2068;", "&#x2069;<"}, {"\u202e"}},
	{"plain", {"https://awards.example/d/42-9c1f0a7be2d4<"}, {"Awarding Body", "Chair", "//42"}},
};

static void each_certificate_says_what_is_so_and_no_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct page p;

		page_make(&p, cases[i].name);
		for (size_t k = 0; k < TEXTS_MAX; k++) {
			const char *says = cases[i].says[k], *not = cases[i].says_not[k];

			if (says != NULL && strstr(p.svg, says) == NULL)
				fail_msg("%s does not say: %s", cases[i].name, says);
			if (not != NULL && strstr(p.svg, not ) != NULL)
				fail_msg("%s says: %s", cases[i].name, not );
		}
		page_free(&p);
	}
}

/* A stamp stands on the certificate of an award that is not current, on no other. */
static void a_stamp_is_where_an_award_is_not_current(void **state)
{
	static const char *const stamped[] = {"revoked",      "revoked-at-length", "lapsed",
					      "superseded",   "superseded-lapsed", "future",
					      "import-lapsed"};
	struct names n;

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		struct page p;
		bool wanted = false;

		for (size_t k = 0; k < sizeof stamped / sizeof *stamped; k++)
			wanted = wanted || strcmp(stamped[k], n.list[i]) == 0;
		page_make(&p, n.list[i]);
		if ((strstr(p.svg, "rotate(-35") != NULL) != wanted)
			fail_msg("%s: %s", n.list[i], wanted ? "no stamp" : "a stamp");
		page_free(&p);
	}
}

static void refused(const json_t *call, const char *base_url, const char *wanted)
{
	struct certificate_settings settings = {.base_url = base_url};
	struct certificate c;
	const char *problem;

	assert_int_equal(certificate_read(&c, call, &settings, &problem), -EINVAL);
	if (strstr(problem, wanted) == NULL)
		fail_msg("%s", problem);
	certificate_deinit(&c);
}

static void what_can_have_no_certificate_is_refused_with_a_sentence(void **state)
{
	static const char base[] = "https://awards.example";
	json_t *call = call_read("maintained"), *entry = json_object_get(call, "entry");
	json_t *body = json_object_get(entry, "body");
	json_t *outcome = json_object_get(json_object_get(body, "decision"), "outcome");

	(void)state;
	refused(call, NULL, "certificate.base-url is not set");
	json_object_del(call, "today");
	refused(call, base, "lacks its id or a date");
	json_object_set_new(outcome, "award", json_null());
	refused(call, base, "gave no award");
	json_object_del(entry, "body");
	refused(call, base, "of a decision or an imported award");
	json_decref(call);
}

static void what_does_not_fit_on_a_page_is_refused(void **state)
{
	struct certificate_settings settings = {.base_url = "https://awards.example"};
	json_t *call = call_read("attained"), *entry = json_object_get(call, "entry");
	json_t *body = json_object_get(entry, "body");
	json_t *outcome = json_object_get(json_object_get(body, "decision"), "outcome");
	json_t *list = json_object_get(outcome, "commendations");
	struct certificate c;
	const char *problem;
	char *svg;
	size_t length;

	(void)state;
	for (int i = 0; i < 40; i++)
		assert_int_equal(json_array_append_new(list, json_string("child-first")), 0);
	assert_int_equal(certificate_read(&c, call, &settings, &problem), 0);
	assert_int_equal(certificate_draw(&c, &svg, &length, &problem), -EINVAL);
	assert_non_null(strstr(problem, "too long for a page"));
	certificate_deinit(&c);
	json_decref(call);
}

/* ---- calls of any shape ----------------------------------------------------------- */

static void try_call(const json_t *call)
{
	struct certificate_settings settings = {.base_url = "https://awards.example"};
	struct certificate c;
	const char *problem = NULL;
	char *svg;
	size_t length;
	int rv = certificate_read(&c, call, &settings, &problem);

	if (rv == 0)
		rv = certificate_draw(&c, &svg, &length, &problem);
	if (rv == 0)
		free(svg);
	else
		assert_true(problem != NULL && strlen(problem) > 10);
	certificate_deinit(&c);
}

static json_t *other_value(size_t i)
{
	switch (i) {
	case 0:
		return json_null();
	case 1:
		return json_integer(-1);
	case 2:
		return json_string("");
	case 3:
		return json_array();
	default:
		return json_object();
	}
}

/* Puts each other value in the place of each part, one at a time; gives how often. */
static size_t try_parts(const json_t *call, json_t *part)
{
	size_t tried = 0, count = json_array_size(part);
	const char *name;
	json_t *value;
	void *next;

	for (size_t i = 0; i < count; i++) {
		json_t *held = json_incref(json_array_get(part, i));

		for (size_t k = 0; k < 5; k++, tried++) {
			assert_int_equal(json_array_set_new(part, i, other_value(k)), 0);
			try_call(call);
		}
		assert_int_equal(json_array_set(part, i, held), 0);
		tried += try_parts(call, held);
		json_decref(held);
	}
	json_object_foreach_safe(part, next, name, value) {
		json_t *held = json_incref(value);

		for (size_t k = 0; k < 5; k++, tried++) {
			assert_int_equal(json_object_set_new(part, name, other_value(k)), 0);
			try_call(call);
		}
		assert_int_equal(json_object_set(part, name, held), 0);
		tried += try_parts(call, held);
		json_decref(held);
	}
	return tried;
}

static void a_call_of_any_shape_is_drawn_or_refused_with_a_sentence(void **state)
{
	static const char *const names[] = {"attained", "import-lapsed", "revoked", "superseded"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *call = call_read(names[i]);

		assert_true(try_parts(call, call) > 200);
		json_decref(call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_certificate_says_what_is_so_and_no_more),
		cmocka_unit_test(a_stamp_is_where_an_award_is_not_current),
		cmocka_unit_test(what_can_have_no_certificate_is_refused_with_a_sentence),
		cmocka_unit_test(what_does_not_fit_on_a_page_is_refused),
		cmocka_unit_test(a_call_of_any_shape_is_drawn_or_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
