/* Lists that an auditor asks for: every filter, every order, text, JSON and CSV. */
#include "tool.h"

enum { DONE = 0, REFUSED = 8 };

/* An area with an imported award, and decisions that kept, raised and lost it:
 * Quality Mark imported, kept, raised to Quality Lead, lowered, lost. */
static void make_history(struct scene *s, json_t *decisions[4])
{
	imports(s, "{'awarded_on': '2020-05-01', 'precision': 'month', 'name': 'North Vale'}");
	decisions[0] = decided(s, "{'every': 5, 'assessed_on': '2021-05-01'}");
	decisions[1] = decided(s, "{'every': 8, 'assessed_on': '2022-05-01'}");
	decisions[2] = decided(s, "{'every': 5, 'assessed_on': '2023-05-01'}");
	decisions[3] = decided(s, "{'every': 3, 'assessed_on': '2024-05-01'}");
}

static void drop(json_t *decisions[4])
{
	for (int i = 0; i < 4; i++)
		json_decref(decisions[i]);
}

/* The list with these members of its params has entries of these days, in this order. */
static void lists(struct scene *s, const char *params, const char *days)
{
	json_t *asked = quoted(params), *answer, *row, *is = json_array(), *wanted = quoted(days);
	char area[32];
	size_t i;

	snprintf(area, sizeof area, "area-%d", s->area);
	assert_int_equal(json_object_set_new(asked, "partnership", json_string(area)), 0);
	answer = peer_call(scene_peer(s), "decisions.list", asked);
	json_array_foreach(json_pointer_get(answer, "/result/decisions"), i, row) {
		const char *day = json_member_text(row, "assessed_on");
		json_array_append_new(
			is, json_string(day != NULL ? day : json_member_text(row, "awarded_on")));
	}
	if (!json_equal(is, wanted)) {
		char *text = json_dumps(answer, 0);
		fail_msg("%s: not %s, but %s", params, days, text);
	}
	json_decref(answer);
	json_decref(is);
	json_decref(wanted);
}

static void lists_are_filtered_and_ordered_as_asked(void **state)
{
	static const struct {
		const char *params, *days;
	} cases[] = {
		{"{}", "['2024-05-01', '2023-05-01', '2022-05-01', '2021-05-01']"},
		{"{'kind': 'import'}", "['2020-05-01']"},
		{"{'kind': 'any', 'sort': 'assessed_on', 'limit': 2}",
		 "['2020-05-01', '2021-05-01']"},
		{"{'changed': 'maintained'}", "['2021-05-01']"},
		{"{'changed': 'higher'}", "['2022-05-01']"},
		{"{'changed': 'lower'}", "['2023-05-01']"},
		{"{'changed': 'none', 'kind': 'any'}", "['2024-05-01']"},
		{"{'changed': 'first'}", "[]"},
		{"{'failed_criterion': 'QL-1', 'sort': 'sequence'}",
		 "['2021-05-01', '2023-05-01', '2024-05-01']"},
		{"{'award': 'quality-mark', 'kind': 'any'}",
		 "['2023-05-01', '2021-05-01', '2020-05-01']"},
		{"{'since': '2022-01-01', 'until': '2023-12-31', 'sort': '-assessed_on'}",
		 "['2023-05-01', '2022-05-01']"},
		{"{'by': 'nobody-known'}", "[]"},
		{"{'by': '4000000000'}", "[]"},
	};
	struct scene *s = *state;
	json_t *made[4];
	char params[96];

	make_history(s, made);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		lists(s, cases[i].params, cases[i].days);
	snprintf(params, sizeof params, "{'by': '%u', 'changed': 'lower'}", (unsigned)getuid());
	lists(s, params, "['2023-05-01']");
	char *user = scene_sql(s, "SELECT user FROM entries WHERE kind = 'decision' LIMIT 1");
	snprintf(params, sizeof params, "{'by': '%s', 'kind': 'import'}", user);
	lists(s, params, "['2020-05-01']");
	free(user);
	drop(made);
}

static void an_import_has_nulls_where_a_decision_has_values(void **state)
{
	struct scene *s = *state;
	char params[96];

	imports(s, "{'awarded_on': '2020-05-01', 'precision': 'month'}");
	snprintf(params, sizeof params, "{'partnership': 'area-%d', 'kind': 'import'}", s->area);
	calls(s, "decisions.list", params,
	      "{'decisions': [{'kind': 'import', 'submission_id': null, 'assessed_on': null,"
	      " 'change': null, 'award': 'quality-mark', 'commendations': [],"
	      " 'awarded_on': '2020-05-01', 'precision': 'month', 'route': 'new-entry',"
	      " 'revoked': false}], 'next': null}");
}

static void what_is_not_known_is_refused_with_what_is(void **state)
{
	static const struct {
		const char *method, *params, *pointer, *says;
	} cases[] = {
		{"decisions.list", "{'changed': 'up'}", "/changed", "\"higher\""},
		{"decisions.list", "{'kind': 'revocation'}", "/kind", "\"import\" or \"any\""},
		{"decisions.list", "{'sort': 'name'}", "/sort", "\"-partnership\""},
		{"decisions.list", "{'sort': '-assessed_on', 'after': '17'}", "/after", "order"},
		{"decisions.list", "{'after': '2024-05-20.17'}", "/after", "order"},
		{"decisions.list", "{'by': 7}", "/by", "text"},
		{"register.list", "{'sort': 'sequence'}", "/sort", "\"-expires_on\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *data = fails(*state, cases[i].method, cases[i].params, -32602);
		const json_t *error = json_pointer_get(data, "/errors/0");
		assert_string_equal(json_member_text(error, "pointer"), cases[i].pointer);
		assert_non_null(strstr(json_member_text(error, "message"), cases[i].says));
		json_decref(data);
	}
}

/* What the form says, and what it cannot. */
static void all_that_does_not_fit_is_told_at_once(void **state)
{
	static const struct {
		const char *method, *params, *pointers;
	} cases[] = {
		{"decisions.list", "{'limit': 0, 'after': 'x'}", "/limit /after "},
		{"decisions.get", "{'colour': 'red'}", "/colour  "},
		{"decisions.get", "{'sequence': '1', 'decision_id': '1-0'}", "/sequence  "},
		{"log.proof", "{'colour': 'red'}", "/colour  "},
		{"log.consistency", "{'from': 2, 'to': 1, 'x': 1}", "/x /to "},
		{"log.consistency", "{'from': 2, 'to': '1'}", "/to "},
		{"decisions.erase", "{'by': 'me'}", "/reason  "},
		{"rules.show", "{'digest': 'sha256:1', 'file': 7}", "/file /digest "},
		{"practice.list", "{'statement': '99', 'x': 1}", "/x /statement "},
		{"practice.list", "{'statement': ''}", "/statement "},
		{"decisions.render", "{'media_type': 'a/b', 'plugin': 1}", "/plugin  /media_type "},
		{"decisions.render", "{}", "/media_type  "},
		{"register.render", "{'on': 'May', 'media_type': 'a/b'}", "/on /media_type "},
		{"decisions.get", "[1]", " "},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *data = fails(*state, cases[i].method, cases[i].params, -32602);
		char found[96] = "";
		size_t n;
		json_t *error;
		json_array_foreach(json_object_get(data, "errors"), n, error) {
			strcat(found, json_member_text(error, "pointer"));
			strcat(found, " ");
		}
		assert_string_equal(found, cases[i].pointers);
		json_decref(data);
	}
}

static void pages_go_on_in_every_order(void **state)
{
	static const char *const sorts[] = {"sequence",     "-sequence",   "assessed_on",
					    "-assessed_on", "partnership", "-partnership"};
	struct scene *s = *state;
	json_t *made[4];

	make_history(s, made);
	for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
		char params[128], after[96] = "";
		size_t seen = 0, pages = 0;
		do {
			snprintf(params, sizeof params,
				 "{'partnership': 'area-%d', 'kind': 'any', 'limit': 2, 'sort':"
				 " '%s'%s%s%s}",
				 s->area, sorts[i], *after != '\0' ? ", 'after': '" : "", after,
				 *after != '\0' ? "'" : "");
			json_t *page = called(s, "decisions.list", params);
			const char *next = json_member_text(page, "next");
			snprintf(after, sizeof after, "%s", next != NULL ? next : "");
			seen += json_array_size(json_object_get(page, "decisions"));
			pages++;
			json_decref(page);
		} while (*after != '\0');
		assert_int_equal(seen, 5);
		assert_int_equal(pages, 3);
	}
	drop(made);
}

static void the_register_is_asked_for_an_award_and_in_an_order(void **state)
{
	struct scene *s = *state;

	imports(s, "{'awarded_on': '2030-05-02', 'award': 'quality-lead',"
		   " 'commendations': ['child-first']}");
	assert_int_equal(scene_next_area(state), 0);
	imports(s, "{'awarded_on': '2030-05-01', 'award': 'quality-lead'}");
	json_t *all = called(s, "register.list",
			     "{'on': '2030-06-01', 'award': 'quality-lead', 'sort': 'awarded_on',"
			     " 'status': 'current'}");
	json_t *some = called(s, "register.list",
			      "{'on': '2030-06-01', 'award': 'child-first', 'status': 'current'}");
	assert_int_equal(json_array_size(json_object_get(some, "awards")), 1);
	expect(all, "{'awards': [{'awarded_on': '2030-05-01'}, {'awarded_on': '2030-05-02'}]}");
	json_decref(all);
	json_decref(some);
}

/* ---- with the tool --------------------------------------------------------- */

static void a_list_for_a_spreadsheet_is_csv(void **state)
{
	struct scene *s = *state;
	char area[32], wanted[1024], *out, *user = NULL;
	json_t *one;

	snprintf(area, sizeof area, "area-%d", s->area);
	imports(s, "{'awarded_on': '2020-05-01', 'precision': 'month', 'name': 'Vale, North'}");
	one = decided(s, "{'submission_id': 'csv-1', 'partnership': {'name': '=1+1'}}");
	user = scene_sql(s, "SELECT user FROM entries WHERE kind = 'decision' LIMIT 1");
	out = TOOL_OUT(s, DONE, "decisions", "list", "--partnership", area, "--format", "csv");
	snprintf(wanted, sizeof wanted,
		 "sequence,kind,decision_id,submission_id,partnership,name,assessed_on,award,"
		 "commendations,awarded_on,precision,route,change,revoked,uid,user\r\n"
		 "%d,decision,%s,csv-1,%s,'=1+1,2024-05-20,quality-lead,child-first,2024-05-20,day,"
		 "new-entry,first,false,%u,%s\r\n",
		 (int)json_member_integer(one, "sequence", 0), json_member_text(one, "decision_id"),
		 area, (unsigned)getuid(), user);
	assert_string_equal(out, wanted);
	free(out);
	out = TOOL_OUT(s, DONE, "decisions", "list", "--partnership", area, "--kind", "import",
		       "--format", "csv");
	tool_must_say(out, ",\"Vale, North\",,quality-mark,,2020-05-01,month,new-entry,,");
	free(out);
	out = TOOL_OUT(s, DONE, "register", "list", "--partnership", area, "--on", "2024-06-01",
		       "--format", "csv");
	snprintf(wanted, sizeof wanted,
		 "partnership,name,award,commendations,awarded_on,expires_on,status,precision,"
		 "citation,source,decision_id\r\n"
		 "%s,'=1+1,quality-lead,child-first,2024-05-20,2027-05-20,current,day,"
		 "\"'=1+1: Quality Lead with Child First Commendation, May 2024\",%s,%s\r\n",
		 area, json_member_text(one, "decision_id"), json_member_text(one, "decision_id"));
	assert_string_equal(out, wanted);
	free(out);
	free(user);
	json_decref(one);
}

static void a_list_that_goes_on_says_so_in_every_format(void **state)
{
	static const char *const formats[] = {"text", "csv"};
	struct scene *s = *state;
	json_t *made[4];
	char area[32];

	make_history(s, made);
	snprintf(area, sizeof area, "area-%d", s->area);
	for (size_t i = 0; i < 2; i++) {
		struct ran r = TOOL(s, NULL, "decisions", "list", "--partnership", area, "--sort",
				    "-assessed_on", "--limit", "1", "--format", formats[i]);
		tool_ended(&r, DONE);
		tool_must_say(i == 0 ? r.out : r.err, "go on with --after 2024-05-01.");
		ran_deinit(&r);
	}
	drop(made);
}

static void text_shows_the_kind_where_it_is_asked_for(void **state)
{
	struct scene *s = *state;
	char area[32], *out;
	json_t *made[4];

	make_history(s, made);
	snprintf(area, sizeof area, "area-%d", s->area);
	out = TOOL_OUT(s, DONE, "decisions", "list", "--partnership", area, "--kind", "any",
		       "--sort", "assessed_on", "--award", "quality-mark");
	tool_must_say(out, "Decision Kind");
	tool_must_say(out,
		      " May 2020 North Vale Quality Mark stands "); /* only the month is known */
	tool_must_say(out, " 1 May 2021 North Vale Quality Mark maintained stands ");
	free(out);
	out = TOOL_OUT(s, DONE, "decisions", "list", "--partnership", area, "--changed", "lower",
		       "--by", "0", "--failed-criterion", "QL-1");
	assert_null(strstr(out, "Kind"));
	free(out);
	free(TOOL_OUT(s, REFUSED, "decisions", "list", "--changed", "sideways"));
	drop(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(lists_are_filtered_and_ordered_as_asked),
		in_new_area(an_import_has_nulls_where_a_decision_has_values),
		in_new_area(what_is_not_known_is_refused_with_what_is),
		in_new_area(all_that_does_not_fit_is_told_at_once),
		in_new_area(pages_go_on_in_every_order),
		in_new_area(the_register_is_asked_for_an_award_and_in_an_order),
		in_new_area(a_list_for_a_spreadsheet_is_csv),
		in_new_area(a_list_that_goes_on_says_so_in_every_format),
		in_new_area(text_shows_the_kind_where_it_is_asked_for),
	};

	return cmocka_run_group_tests(tests, tool_scene_setup, scene_group_teardown);
}
