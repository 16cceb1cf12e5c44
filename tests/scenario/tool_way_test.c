/* How awardctl says it: exit statuses, JSON for programs, and nothing that a
 * terminal would obey. */
#include "tool.h"

enum { DONE = 0, UNEXPECTED = 1, USAGE = 2, REFUSED = 8, AWAY = 69 };

/* Escape sequences, a bell, C1 controls, a right-to-left override, line breaks. */
static const char hostile_json[] =
	"\"A\\u001b[31mB\\u0007\\u009b2J\\u202eC\\u0008\\u007f\\nD\\u2028E\\rF\\udb40\\udc01G\"";
static const char hostile[] = "A\x1b[31mB\x07\xc2\x9b"
			      "2J\xe2\x80\xae"
			      "C\x08\x7f\nD";

/* Each verb that shows something; "ONE" and "ID" stand for a submission's file
 * and its decision. */
static const char *const verbs[][8] = {
	{"submit", "ONE"},
	{"submit", "--brief", "ONE"},
	{"assess", "ONE", "ONE"},
	{"decisions", "list"},
	{"decisions", "show", "ID"},
	{"register", "list", "--on", "2024-06-01"},
	{"practice"},
	{"statistics"},
	{"scheme"},
	{"status"},
	{"rules", "status"},
	{"rules", "history"},
	{"rules", "reload"},
	{"call", "decisions.list"},
	{"call", "practice.list"},
	{"decisions", "show", "nowhere"},
	{"call", "no.such.method"},
	{"decisions", "revoke", "ID", "--by=me\x1b[31m", "--reason=\x1b[31mso\x07"},
	{"decisions", "erase", "ID", "--by=me\x1b[31m", "--reason=\x1b[31mso\x07"},
	{"decisions", "show", "ID"},
	{"decisions", "list"},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

/* A decision of a partnership with that name; its file is "one.json". */
static void decide_hostile(struct scene *s, char id[64])
{
	json_t *name = json_loads(hostile_json, JSON_DECODE_ANY, NULL), *document, *result;
	char key[96];

	assert_non_null(name);
	snprintf(key, sizeof key, "%s-%d-%s", json_string_value(name), s->area, getenv("LC_ALL"));
	document = submission(s, NULL);
	assert_int_equal(json_object_set(json_object_get(document, "partnership"), "name", name),
			 0);
	assert_int_equal(json_object_set_new(document, "submission_id", json_string(key)), 0);
	assert_int_equal(
		json_object_set(json_array_get(json_object_get(document, "case_studies"), 0),
				"title", name),
		0);
	assert_int_equal(json_object_set(json_array_get(json_object_get(document, "evidence"), 0),
					 "summary", name),
			 0);
	tool_write_json(s, "one.json", json_deep_copy(document));
	result = peer_call(scene_peer(s), "decide", document);
	snprintf(id, 64, "%s", json_member_text(json_object_get(result, "result"), "decision_id"));
	json_decref(result);
	json_decref(name);
}

static void arguments_of(const char *const *verb, const char *id, const char *out[12])
{
	size_t count = 0;

	for (; *verb != NULL; verb++)
		out[count++] = strcmp(*verb, "ONE") == 0  ? "one.json"
			       : strcmp(*verb, "ID") == 0 ? id
							  : *verb;
	out[count] = NULL;
}

/* No byte that a terminal obeys, but line breaks; and where it is one, the
 * tool's own colours and the clearing of its progress line. */
static void is_harmless(const char *text, bool terminal, const char *what)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if (terminal && *c == 0x1b && c[1] == '[') {
			size_t own = strspn((const char *)c + 2, "0123456789;");

			if (c[2 + own] == 'm' || c[2 + own] == 'K') {
				c += 2 + own;
				continue;
			}
		}
		if (terminal && *c == '\r')
			continue; /* the terminal's own line ends, and the progress line's */
		if ((*c < 0x20 && *c != '\n') || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0) ||
		    (*c == 0xe2 && c[1] == 0x80 && (c[2] == 0xae || c[2] == 0xa8)))
			fail_msg("%s writes the byte 0x%02x, before: %.40s", what, *c, c + 1);
	}
}

static void a_hostile_name_reaches_no_terminal_and_no_file(void **state)
{
	static const char *const locales[] = {"C.UTF-8", "C"};
	struct scene *s = *state;
	char id[64];
	const char *arguments[12];

	for (size_t k = 0; k < 2; k++) {
		decide_hostile(s, id);
		assert_int_equal(setenv("LC_ALL", locales[k], 1), 0);
		for (size_t i = 0; i < VERBS; i++) {
			struct ran r;

			arguments_of(verbs[i], id, arguments);
			r = tool_run(s, NULL, arguments);
			assert_true(r.status == DONE || r.status == REFUSED);
			is_harmless(r.out, false, verbs[i][0]);
			is_harmless(r.err, false, verbs[i][0]);
			ran_deinit(&r);
			r = tool_run_on_terminal(s, arguments);
			is_harmless(r.out, true, verbs[i][0]);
			ran_deinit(&r);
		}
	}
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
}

static void the_name_is_shown_all_the_same(void **state)
{
	struct scene *s = *state;
	char id[64], *out;

	decide_hostile(s, id);
	out = TOOL_OUT(s, DONE, "submit", "--brief", "one.json");
	tool_must_say(out, "\\u001B[31mB\\u0007");
	free(out);
}

static void what_is_refused_is_said_harmlessly_too(void **state)
{
	struct scene *s = *state;
	struct ran r;
	json_t *bad = submission(s, NULL);

	assert_int_equal(json_object_set_new(bad, hostile, json_true()), 0);
	assert_int_equal(json_object_set_new(bad, "stage", json_string(hostile)), 0);
	tool_write_json(s, "bad\x1b[31m.json", bad);
	r = TOOL(s, NULL, "submit", "bad\x1b[31m.json", "gone\x1b[31m.json");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "is not known here");
	is_harmless(r.err, false, "submit");
	ran_deinit(&r);
	r = TOOL(s, NULL, "su\x1b[31mbmit");
	tool_ended(&r, USAGE);
	is_harmless(r.err, false, "an unknown verb");
	ran_deinit(&r);
	r = TOOL(s, NULL, "--so\x1b[31mcket", "x");
	tool_ended(&r, USAGE);
	is_harmless(r.err, false, "an unknown option");
	ran_deinit(&r);
	r = TOOL(s, "partnership,\x1b[31m\n", "register", "import", "-");
	tool_ended(&r, UNEXPECTED);
	is_harmless(r.err, false, "register import");
	ran_deinit(&r);
}

static void colours_come_only_on_a_terminal_that_wants_them(void **state)
{
	struct scene *s = *state;
	struct ran r;

	tool_write_json(s, "one.json", submission(s, NULL));
	r = TOOL(s, NULL, "assess", "one.json");
	assert_null(strchr(r.out, '\x1b'));
	ran_deinit(&r);
	r = TOOL_ON_TERMINAL(s, "assess", "one.json");
	assert_non_null(strstr(r.out, "\x1b["));
	ran_deinit(&r);
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	r = TOOL_ON_TERMINAL(s, "assess", "one.json");
	assert_null(strstr(r.out, "\x1b[3"));
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	ran_deinit(&r);
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	r = TOOL_ON_TERMINAL(s, "assess", "one.json");
	assert_null(strstr(r.out, "\x1b[3"));
	assert_int_equal(setenv("TERM", "xterm-256color", 1), 0);
	ran_deinit(&r);
}

static void json_for_programs_is_json_a_document_a_line(void **state)
{
	struct scene *s = *state;
	char id[64];
	const char *arguments[12];

	decide_hostile(s, id);
	for (size_t i = 0; i < VERBS; i++) {
		struct ran r;
		char *rest, *line;
		int documents = 0, operands = 0;

		arguments_of(verbs[i], id, arguments);
		for (size_t k = 0; arguments[k] != NULL; k++) {
			operands += strcmp(arguments[k], "one.json") == 0;
			if (arguments[k + 1] == NULL) {
				arguments[k + 1] = "--format=json";
				arguments[k + 2] = NULL;
				break;
			}
		}
		r = tool_run(s, NULL, arguments);
		for (rest = r.out; (line = strsep(&rest, "\n")) != NULL;) {
			struct err e = {0};
			json_t *value;

			if (*line == '\0')
				continue;
			assert_null(strchr(line, '\x1b'));
			value = json_read(text_of(line), &e);
			if (value == NULL)
				fail_msg("%s writes no JSON: %s: %s", verbs[i][0], e.text, line);
			if (r.status == REFUSED)
				assert_non_null(json_object_get(value, "error"));
			json_decref(value);
			documents++;
		}
		assert_int_equal(documents, operands > 1 ? 2 : 1);
		ran_deinit(&r);
	}
}

static void json_is_what_the_socket_gave(void **state)
{
	struct scene *s = *state;
	struct err e = {0};
	json_t *shown, *given;
	char *out;

	tool_write_json(s, "one.json", submission(s, "{'submission_id': 'by-tool'}"));
	out = TOOL_OUT(s, DONE, "submit", "one.json", "--format", "json");
	shown = json_read(text_of(out), &e);
	given = decided(s, "{'submission_id': 'by-tool'}");
	assert_non_null(shown);
	assert_true(json_equal(shown, given));
	free(out);
	json_decref(shown);
	json_decref(given);
}

static void json_on_a_terminal_is_harmless_and_the_same_document(void **state)
{
	static const char *const locales[] = {"C.UTF-8", "C"};
	static const char *const asked[][5] = {
		{"decisions", "show", "ID", "--format=json"},
		{"submit", "ONE", "--format=json"},
		{"call", "decisions.get", "PARAMS"},
	};
	struct scene *s = *state;
	char id[64], params[128];

	decide_hostile(s, id);
	snprintf(params, sizeof params, "{\"decision_id\":\"%s\"}", id);
	for (size_t i = 0; i < 6; i++) {
		struct err e = {0};
		struct ran r;
		json_t *in_file, *on_terminal;
		const char *arguments[12];

		assert_int_equal(setenv("LC_ALL", locales[i % 2], 1), 0);
		arguments_of(asked[i / 2], id, arguments);
		if (i / 2 == 2)
			arguments[2] = params;
		r = tool_run(s, NULL, arguments);
		in_file = json_read(text_of(r.out), &e);
		assert_non_null(in_file);
		ran_deinit(&r);
		r = tool_run_on_terminal(s, arguments);
		is_harmless(r.out, true, asked[i / 2][0]);
		on_terminal = json_read(text_of(strchr(r.out, '{')), &e);
		if (on_terminal == NULL)
			fail_msg("%s: %s", e.text, r.out);
		assert_true(json_equal(on_terminal, in_file));
		ran_deinit(&r);
		json_decref(in_file);
		json_decref(on_terminal);
	}
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
}

static void wrong_usage_ends_with_2_and_says_why(void **state)
{
	static const char *const wrong[][6] = {
		{NULL},
		{"nonsense"},
		{""},
		{"submit"},
		{"decisions"},
		{"decisions", "lost"},
		{"decisions", "show"},
		{"decisions", "show", "1", "2"},
		{"register", "import"},
		{"register", "import", "a", "b"},
		{"status", "extra"},
		{"status", "--since", "2024-01-01"},
		{"status", "--bogus"},
		{"status", "-x"},
		{"status", "--format", "xml"},
		{"status", "--timeout", "never"},
		{"status", "--timeout=-1"},
		{"status", "--socket"},
		{"status", "--brief=yes"},
		{"status", "--socket=a", "--socket=b"},
		{"decisions", "list", "--limit", "few"},
		{"decisions", "list", "--limit", ""},
		{"decisions", "revoke", "x"},
		{"call"},
		{"call", "scheme.get", "["},
		{"call", "scheme.get", "7"},
		{"help", "nonsense"},
		{"nonsense", "--help"},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct ran r = tool_run(s, NULL, wrong[i]);

		tool_ended(&r, USAGE);
		assert_string_equal(r.out, "");
		assert_memory_equal(r.err, "awardctl: ", 10);
		ran_deinit(&r);
	}
}

static void what_an_option_is_to_the_verb_is_said(void **state)
{
	static const struct {
		const char *arguments[7];
		int status;
		const char *says;
	} asked[] = {
		{{"log", "verify", "--help"}, DONE, "--since FILE a file with signed checkpoints"},
		{{"decisions", "list", "--help"}, DONE, "--since DATE only from this day on (YYY"},
		{{"decisions", "erase", "--help"}, DONE, "--partnership ID all of this partnership"},
		{{"decisions", "revoke", "--help"}, DONE, "--by NAME who asks for it; default"},
		{{"decisions", "list", "--help"}, DONE, "on (YYYY-MM-DD) --until"},
		{{"statistics", "--help"}, DONE, "on (YYYY-MM-DD) --until"},
		{{"rules", "impact", "--help"}, DONE, "on (YYYY-MM-DD) --log"},
		{{"log", "verify", "--help"}, DONE, "--since FILE a file with signed"},
		{{"decisions", "list", "--format", "xml"}, USAGE, "--format is text, csv or json,"},
		{{"rules", "test", "x", "--format", "xml"},
		 USAGE,
		 "--format is text, junit or json"},
		{{"status", "--format", "xml"}, USAGE, "--format is text or json, not \"xml\""},
		{{"decisions", "erase", "1-0", "--partnership", "p"}, USAGE, "say one of them"},
		{{"log", "verify", "log", "--since", "2024-01-01"},
		 UNEXPECTED,
		 "--since 2024-01-01: No such file or directory"},
		{{"log", "verify", "log", "--since", "blank"},
		 UNEXPECTED,
		 "--since blank: there is no checkpoint in what was kept"},
	};
	struct scene *s = *state;

	tool_write(s, "blank", "\n");
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct ran r = tool_run(s, NULL, asked[i].arguments);

		tool_ended(&r, asked[i].status);
		tool_must_say(asked[i].status == DONE ? r.out : r.err, asked[i].says);
		ran_deinit(&r);
	}
}

/* No help in a sentence. */
#define LONG "1-00000000000000000000000000000000000000000000000000000000000000000000000000000000000"

static void what_the_daemon_refuses_ends_with_8_and_its_code(void **state)
{
	static const struct {
		const char *arguments[7], *code;
	} refused[] = {
		{{"decisions", "show", "999999"}, "there is no such entry: 999999 (-32002)"},
		{{"decisions", "show", "0"}, "(-32"},
		{{"decisions", "show", "99999999999999999999"}, "(-32"},
		{{"decisions", "show", "1-000000000000"},
		 "there is no such entry: 1-000000000000 (-32002)"},
		{{"decisions", "revoke", "1-000000000000", "--by=me", "--reason=so"},
		 "there is no such entry: 1-000000000000 (-32002)"},
		{{"decisions", "erase", "--partnership=nobody", "--by=me", "--reason=so"},
		 "there is no such entry: nobody (-32002)"},
		{{"call", "decisions.get", "{\"decision_id\":\"" LONG "\"}"},
		 "there is no such entry (-32002)"},
		{{"call", "rules.show", "{\"file\":\"nothing.lua\"}"},
		 "that rule set has no such file: nothing.lua (-32002)"},
		{{"decisions", "list", "--since", "yesterday"}, "(-32602) --since: "},
		{{"decisions", "list", "--failed-criterion", ""}, "(-32602) --failed-criterion: "},
		{{"decisions", "list", "--until", "2024-02-30"}, "(-32602)"},
		{{"decisions", "list", "--limit", "0"}, "(-32602)"},
		{{"decisions", "list", "--limit", "-1"}, "(-32602)"},
		{{"register", "list", "--on", "2024-02-30"}, "(-32602)"},
		{{"register", "list", "--status", "old"}, "(-32602)"},
		{{"statistics", "--since", "2024"}, "(-32602)"},
		{{"call", "decisions.list", "{\"limits\":1}"}, "(-32602)"},
		{{"call", "decisions.list", "[1]"}, "(-32602)"},
		{{"call", "nothing"}, "(-32601)"},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct ran r = tool_run(s, NULL, refused[i].arguments);

		tool_ended(&r, REFUSED);
		assert_string_equal(r.out, "");
		assert_memory_equal(r.err, "awardctl: ", 10);
		tool_must_say(r.err, refused[i].code);
		ran_deinit(&r);
	}
}

static void a_daemon_that_is_away_ends_with_69(void **state)
{
	static const char *const verbs_away[][4] = {
		{"status"},
		{"submit", "one.json"},
		{"assess", "-"},
		{"call", "scheme.get"},
		{"register", "import", AWARDD_SOURCE "/examples/roll.csv"},
		{"scheme"},
	};
	struct scene *s = *state;
	struct ran r;

	tool_write_json(s, "one.json", submission(s, NULL));
	r = TOOL(s, NULL, "status", "--socket", "/nowhere/socket");
	tool_ended(&r, AWAY);
	tool_must_say(r.err, "/nowhere/socket");
	ran_deinit(&r);
	scene_stop(s);
	for (size_t i = 0; i < sizeof verbs_away / sizeof verbs_away[0]; i++) {
		r = tool_run(s, "{}", verbs_away[i]);
		tool_ended(&r, AWAY);
		assert_string_equal(r.out, "");
		tool_must_say(r.err, "awardctl: the daemon cannot be reached: ");
		tool_must_say(r.err, "--socket PATH says where it listens");
		ran_deinit(&r);
	}
	scene_start(s, NULL);
}

static void help_and_version_need_no_daemon(void **state)
{
	static const char *const asked[][4] = {
		{"--help"},
		{"-h"},
		{"help"},
		{"help", "submit"},
		{"submit", "--help"},
		{"decisions", "--help"},
		{"decisions", "list", "--help"},
		{"--version"},
		{"-V"},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct ran r = tool_run(s, NULL, asked[i]);

		tool_ended(&r, DONE);
		tool_must_say(r.out, "awardctl ");
		assert_string_equal(r.err, "");
		ran_deinit(&r);
	}
}

static void an_output_that_is_full_is_not_success(void **state)
{
	struct scene *s = *state;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	static const char *const asked[][2] = {{"scheme"}, {"status"}, {"--help"}, {"--version"}};

	assert_int_not_equal(full, -1);
	tool_write(s, "stdin", "");
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		const char *const arguments[] = {asked[i][0], NULL};
		pid_t child = fork();

		assert_int_not_equal(child, -1);
		if (child == 0)
			tool_become(s, arguments, full, full);
		assert_int_equal(tool_wait(child), UNEXPECTED);
	}
	assert_int_equal(close(full), 0);
}

/* What is printed there does not go to the socket that would have taken the number. */
static void an_output_that_is_closed_is_not_success(void **state)
{
	struct scene *s = *state;
	const char *named = getenv("AWARDCTL_PROGRAM");
	char command[6 * PATH_TEXT], *said;

	assert_in_range(snprintf(command, sizeof command,
				 "cd '%s' && '%s' --socket '%s' scheme >&- 2>said", s->dir,
				 named != NULL ? named : AWARDCTL_PROGRAM, s->socket),
			1, sizeof command - 1);
	assert_int_equal(WEXITSTATUS(system(command)), UNEXPECTED);
	said = tool_read(s, "said");
	assert_string_equal(said, "awardctl: writing: Bad file descriptor\n");
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(a_hostile_name_reaches_no_terminal_and_no_file),
		in_new_area(the_name_is_shown_all_the_same),
		in_new_area(what_is_refused_is_said_harmlessly_too),
		in_new_area(colours_come_only_on_a_terminal_that_wants_them),
		in_new_area(json_for_programs_is_json_a_document_a_line),
		in_new_area(json_is_what_the_socket_gave),
		in_new_area(json_on_a_terminal_is_harmless_and_the_same_document),
		in_new_area(wrong_usage_ends_with_2_and_says_why),
		in_new_area(what_an_option_is_to_the_verb_is_said),
		in_new_area(what_the_daemon_refuses_ends_with_8_and_its_code),
		in_new_area(a_daemon_that_is_away_ends_with_69),
		in_new_area(help_and_version_need_no_daemon),
		in_new_area(an_output_that_is_full_is_not_success),
		in_new_area(an_output_that_is_closed_is_not_success),
	};

	return cmocka_run_group_tests(tests, tool_scene_setup, scene_group_teardown);
}
