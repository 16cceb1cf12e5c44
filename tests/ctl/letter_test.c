/*
 * A decision as a letter. The scheme here is invented, so that nothing of a
 * real one can come from anywhere but the documents.
 */
#include <locale.h>

#include "page.h"

static const char scheme_text[] = "{'statements': [{'id': '1', 'title': 'Bread is baked'},"
				  " {'id': '2', 'title': 'Tea is made'}],"
				  " 'register': {'years_current': 2, 'due_months': 4}}";

static const char award_text[] =
	"{'decision_id': '7-00ff', 'sequence': 7, 'decided_at': '2024-05-20T14:03:11.123Z',"
	" 'submission_id': 'sub-1', 'partnership': {'id': 'dell', 'name': 'Dell'},"
	" 'assessed_on': '2024-05-20',"
	" 'outcome': {'award': 'gold', 'commendations': ['star', 'moon'],"
	" 'awarded_on': '2024-05-20', 'expires_on': '2026-05-20', 'route': 'higher-redesignation',"
	" 'change': 'higher', 'sought': 'gold', 'sought_met': true, 'window_held_open': false,"
	" 'refer_to_assessor': false, 'improved_statements': ['2'],"
	" 'fee': {'currency': 'GBP', 'net': 1100, 'vat': 220, 'gross': 1320},"
	" 'citation': 'Dell: Gold redesignation with Star and Moon, May 2024'},"
	" 'awards': [{'id': 'gold', 'title': 'Gold', 'status': 'met', 'criteria': ["
	"   {'id': 'G-1', 'status': 'met', 'says': 'All is well', 'reason': 'The least is 7',"
	"    'shortfalls': []}]},"
	"  {'id': 'star', 'title': 'Star', 'status': 'met', 'criteria': []},"
	"  {'id': 'moon', 'title': 'Moon', 'status': 'met', 'criteria': []}],"
	" 'next': null, 'profile': {'scores': {'1': 7, '2': 9}, 'strengths': ['1', '2'],"
	"  'development_needs': [], 'not_applicable': []},"
	" 'rules': {'digest': 'sha256:abcd'}, 'log': {'leaf_hash': '0123'}}";

static const char none_text[] =
	"{'partnership': {'id': 'dell', 'name': null}, 'assessed_on': '2024-05-20',"
	" 'outcome': {'award': null, 'commendations': [], 'awarded_on': null, 'expires_on': null,"
	"  'route': 'redesignation', 'change': 'none', 'sought': 'gold', 'sought_met': false,"
	"  'window_held_open': true, 'refer_to_assessor': true, 'improved_statements': [],"
	"  'fee': {'currency': 'EUR', 'net': 0, 'vat': 0, 'gross': 0}, 'citation': null},"
	" 'awards': [{'id': 'gold', 'title': 'Gold', 'status': 'error', 'criteria': ["
	"   {'id': 'G-1', 'status': 'unmet', 'says': 'All is well', 'reason': 'Tea is short',"
	"    'shortfalls': [{'statement': '1', 'score': 2, 'needs': 6},"
	"                   {'statement': '2', 'score': 5, 'needs': 6}]},"
	"   {'id': 'G-2', 'status': 'error', 'says': 'Signed',"
	"    'reason': 'gold.lua:9: no such word', 'shortfalls': []},"
	"   {'id': 'G-3', 'status': 'unmet', 'says': 'Backed', 'reason': 'Nothing is sent',"
	"    'shortfalls': [{'pointer': '/sign_off/left_hand'}]}]},"
	"  {'id': 'later', 'title': 'Later', 'status': 'not-in-force', 'criteria': []}],"
	" 'next': {'award': 'gold', 'missing': [{'criterion': 'G-1', 'shortfalls':"
	"   [{'statement': '1', 'score': 2, 'needs': 6},"
	"    {'statement': '2', 'score': 5, 'needs': 6}]},"
	"   {'criterion': 'G-2', 'shortfalls': []},"
	"   {'criterion': 'G-3', 'shortfalls': [{'pointer': '/sign_off/left_hand'},"
	"    {'statement': '1', 'score': 2, 'needs': 7}]}]},"
	" 'profile': {'scores': {'1': 2, '2': 5}, 'strengths': [], 'development_needs': ['1', '2'],"
	"  'not_applicable': []}, 'rules': {'digest': 'sha256:abcd'}}";

static void write_letter(struct page *page, const char *decision, const char *scheme,
			 struct look look)
{
	json_t *d = document(decision), *s = scheme != NULL ? document(scheme) : NULL;
	struct vocabulary v = {s, d};
	struct paper p;

	paper_init(&p, look);
	letter_write(&p, &v);
	page_read(page, &p, look.width);
	paper_deinit(&p);
	json_decref(d);
	json_decref(s);
}

static void expect_all(const struct page *page, const char *const *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!page_has(page, wanted[i]))
			fail_msg("\"%s\" is not in:\n%s", wanted[i], page->text);
}

static void an_award_is_told_with_its_reasons_term_and_cost(void **state)
{
	static const char *const wanted[] = {
		"Dell: Gold redesignation with Star and Moon, May 2024",
		"Dell was assessed on 20 May 2024 and is awarded Gold with Star and Moon.",
		"New standards have been attained",
		"Gold was sought and is met.",
		"from 20 May 2024; it expires on 20 May 2026",
		"best registered from 20 January 2026, and before 20 May 2026",
		"higher redesignation",
		"£1,100 net + £220 VAT = £1,320",
		"Improved 2 Tea is made",
		"Gold: ✓ met",
		"✓ met G-1 All is well The least is 7",
		"1 Bread is baked",
		"7-00ff",
		"entry 7, decided at 2024-05-20T14:03:11.123Z",
		"sub-1",
		"sha256:abcd",
		"0123",
	};
	struct page page;

	(void)state;
	write_letter(&page, award_text, scheme_text, plain_look);
	expect_all(&page, wanted, sizeof wanted / sizeof wanted[0]);
	assert_false(page_has(&page, "What is missing"));
	assert_false(page_has(&page, "assessor"));
	assert_false(page_has(&page, "held open"));
	assert_false(page_has(&page, "Silver"));
	page_drop(&page);
}

static void where_scores_alone_are_missing_that_is_all(void **state)
{
	static const char scores_alone[] =
		"{'next': {'award': 'gold', 'missing': [{'criterion': 'G-1', 'shortfalls':"
		" [{'statement': '1', 'score': 5, 'needs': 6}]}]}}";
	struct page page;

	(void)state;
	write_letter(&page, scores_alone, scheme_text, plain_look);
	assert_true(page_has(&page, "In all: 1 statement to raise, by 1 point together."));
	page_drop(&page);
}

static void what_is_missing_is_told_and_by_how_much(void **state)
{
	static const char *const wanted[] = {
		"dell: no award",
		"No award is given",
		"Gold was sought and is not yet met.",
		"EUR 0 net + EUR 0 VAT = EUR 0",
		"The redesignation window is held open",
		"An assessor should look at this: a criterion could not be evaluated",
		"Gold: ! error",
		"✗ unmet G-1 All is well",
		"! error G-2 Signed gold.lua:9: no such word",
		"Later: – not in force",
		"What is missing for Gold G-1 All is well",
		"1 Bread is baked: scored 2, needs 6 (4 more)",
		"2 Tea is made: scored 5, needs 6 (1 more)",
		"see sign off, left hand (/sign_off/left_hand in the submission)",
		"G-2 Signed could not be evaluated: gold.lua:9: no such word",
		"Of scores: 2 statements to raise, by 6 points together.",
		"Assessment only: nothing was logged",
	};
	struct page page;

	(void)state;
	write_letter(&page, none_text, scheme_text, plain_look);
	expect_all(&page, wanted, sizeof wanted / sizeof wanted[0]);
	assert_false(page_has(&page, "expires"));
	assert_false(page_has(&page, "Improved"));
	page_drop(&page);
}

static void without_the_scheme_ids_stand_for_titles_and_no_day_is_made_up(void **state)
{
	struct page page;

	(void)state;
	write_letter(&page, award_text, NULL, plain_look);
	assert_true(page_has(&page, "it expires on 20 May 2026"));
	assert_false(page_has(&page, "best registered"));
	assert_false(page_has(&page, "Tea"));
	page_drop(&page);
}

static void status_is_said_in_words_and_not_only_by_colour_or_sign(void **state)
{
	struct look coloured = {.utf8 = true, .colour = true, .width = 80};
	json_t *d = document(none_text);
	struct vocabulary v = {NULL, d};
	struct paper p;
	struct page page;

	(void)state;
	write_letter(&page, none_text, NULL, ascii_look);
	assert_true(page_has(&page, "x unmet G-1"));
	assert_true(page_has(&page, "! error G-2"));
	page_drop(&page);
	paper_init(&p, coloured);
	letter_write(&p, &v);
	assert_int_equal(buffer_status(&p.out), 0);
	assert_non_null(strstr(p.out.bytes, "\033[31m✗ unmet\033[0m"));
	paper_deinit(&p);
	json_decref(d);
}

/* Puts `text` in each text of the decision, names of members aside. */
static void poison(json_t *value, const char *text)
{
	const char *name;
	size_t i;
	void *next;
	json_t *each;

	if (json_is_string(value))
		json_string_set(value, text);
	json_object_foreach_safe(value, next, name, each)
		poison(each, text);
	json_array_foreach(value, i, each)
		poison(each, text);
}

static void write_poisoned(const char *text, struct look look)
{
	static const char *const decisions[] = {award_text, none_text};

	for (size_t i = 0; i < 2; i++) {
		json_t *d = document(decisions[i]), *s = document(scheme_text);
		struct vocabulary v = {s, d};
		struct paper p;

		poison(d, text);
		poison(json_object_get(s, "statements"), text);
		paper_init(&p, look);
		letter_write(&p, &v);
		letter_write_brief(&p, &v, false);
		assert_int_equal(buffer_status(&p.out), 0);
		for (const char *c = p.out.bytes; *c != '\0'; c++) {
			assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
			assert_true(*c != 0x7F);
			assert_false((unsigned char)*c == 0xC2 && (unsigned char)c[1] < 0xA0);
			assert_true(look.utf8 || (unsigned char)*c < 0x80);
		}
		assert_null(strstr(p.out.bytes, "\xE2\x80\xAE")); /* right-to-left override */
		paper_deinit(&p);
		json_decref(d);
		json_decref(s);
	}
}

static void no_control_character_reaches_the_page(void **state)
{
	static const char *const texts[] = {
		"\033[2J\033]0;title\007",
		"a\rb\nc\td",
		"\x7F\x08\x08",
		"\xC2\x9B"
		"31m",
		"\xE2\x80\xAE"
		"gnp.exe",
		"\xEF\xBB\xBF\xE2\x81\xA6",
		"",
		" ",
		"%s%n%d",
		"北京青少年司法服务",
		"Ynys Môn",
		"שלום",
		"e\xCC\x81\xCC\x81\xCC\x81",
		"👩‍👩‍👧",
	};
	char longest[5000];

	(void)state;
	memset(longest, 'w', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		write_poisoned(texts[i], plain_look);
		write_poisoned(texts[i], ascii_look);
	}
	write_poisoned(longest, plain_look);
}

/* Every part of a decision missing, or of another type, in turn. */
static void whatever_is_missing_the_letter_is_written(void **state)
{
	static const char *const others[] = {"null", "7", "'x'", "[]", "{}", "[[1]]", "true"};
	const char *name;
	json_t *member, *whole = document(award_text), *scheme = document(scheme_text);

	(void)state;
	json_object_foreach(whole, name, member) {
		for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
			json_t *d = json_deep_copy(whole);
			struct vocabulary v = {scheme, d};
			struct paper p;

			json_object_set_new(d, name, document(others[i]));
			paper_init(&p, plain_look);
			letter_write(&p, &v);
			assert_int_equal(buffer_status(&p.out), 0);
			assert_true(p.out.length > 0);
			paper_deinit(&p);
			json_decref(d);
		}
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		json_t *d = document(others[i]);
		struct vocabulary v = {d, d};
		struct paper p;

		paper_init(&p, plain_look);
		letter_write(&p, &v);
		letter_write_brief(&p, &v, false);
		assert_int_equal(buffer_status(&p.out), 0);
		paper_deinit(&p);
		json_decref(d);
	}
	json_decref(whole);
	json_decref(scheme);
}

static void no_line_is_wider_than_the_page(void **state)
{
	(void)state;
	for (int width = 60; width <= 200; width += 7) {
		struct look look = {.utf8 = true, .width = width};
		struct page page;

		write_letter(&page, award_text, scheme_text, look);
		page_drop(&page);
		write_letter(&page, none_text, scheme_text, look);
		page_drop(&page);
	}
}

static void in_brief_it_is_one_line_with_both_ids(void **state)
{
	json_t *d = document(award_text);
	struct vocabulary v = {NULL, d};
	struct paper p;

	(void)state;
	paper_init(&p, plain_look);
	letter_write_brief(&p, &v, false);
	assert_int_equal(buffer_status(&p.out), 0);
	assert_string_equal(p.out.bytes,
			    "✓ Dell: Gold redesignation with Star and Moon, May 2024  [entry 7]"
			    "  [submission sub-1]\n");
	paper_deinit(&p);
	paper_init(&p, plain_look);
	letter_write_brief(&p, &v, true);
	assert_int_equal(buffer_status(&p.out), 0);
	assert_string_equal(p.out.bytes,
			    "✗ REVOKED: Dell: Gold redesignation with Star and Moon, May 2024"
			    "  [entry 7]  [submission sub-1]\n");
	paper_deinit(&p);
	json_decref(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_award_is_told_with_its_reasons_term_and_cost),
		cmocka_unit_test(what_is_missing_is_told_and_by_how_much),
		cmocka_unit_test(where_scores_alone_are_missing_that_is_all),
		cmocka_unit_test(without_the_scheme_ids_stand_for_titles_and_no_day_is_made_up),
		cmocka_unit_test(status_is_said_in_words_and_not_only_by_colour_or_sign),
		cmocka_unit_test(no_control_character_reaches_the_page),
		cmocka_unit_test(whatever_is_missing_the_letter_is_written),
		cmocka_unit_test(no_line_is_wider_than_the_page),
		cmocka_unit_test(in_brief_it_is_one_line_with_both_ids),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
