/* Where each value comes from, and every sentence that refuses one. */
#include "rig.h"

static void without_anything_each_setting_has_its_default(void **state)
{
	struct rig *r = *state;
	static const char *const given[] = {
#define DEFAULT(id, name, otherwise, takes, help) otherwise,
		CONFIG_SETTINGS(DEFAULT)
#undef DEFAULT
	};

	assert_int_equal(rig_read(r, (const char *const[]){NULL}), 0);
	assert_int_equal(r->action, CONFIG_RUN);
	for (int i = 0; i < CONFIG_COUNT; i++)
		assert_string_equal(config_text(r->config, (enum config_setting)i), given[i]);
	assert_int_equal(config_number(r->config, CONFIG_SOCKET_MODE), 0660);
	assert_int_equal(config_number(r->config, CONFIG_EVALUATORS), 2);
	assert_int_equal(config_number(r->config, CONFIG_DEADLINE), 2000);
	assert_int_equal(config_number(r->config, CONFIG_LINE_LIMIT), 1048576);
	assert_int_equal(config_number(r->config, CONFIG_CONNECTIONS), 1024);
	assert_int_equal(config_number(r->config, CONFIG_IN_FLIGHT), 256);
	assert_int_equal(config_number(r->config, CONFIG_QUEUE), 8192);
}

static void the_command_line_takes_values_joined_or_after(void **state)
{
	struct rig *r = *state;

	READS(r, "--socket", "/run/s", "--log=/var/l", "--evaluators=4", "--rules=", "--queue",
	      "17");
	assert_string_equal(config_text(r->config, CONFIG_SOCKET), "/run/s");
	assert_string_equal(config_text(r->config, CONFIG_LOG), "/var/l");
	assert_string_equal(config_text(r->config, CONFIG_RULES), "");
	assert_int_equal(config_number(r->config, CONFIG_EVALUATORS), 4);
	assert_int_equal(config_number(r->config, CONFIG_QUEUE), 17);
	/* Only the first equals sign divides; the last of two wins. */
	READS(r, "--log=/a=b", "--socket=one", "--socket", "two");
	assert_string_equal(config_text(r->config, CONFIG_LOG), "/a=b");
	assert_string_equal(config_text(r->config, CONFIG_SOCKET), "two");
}

static void the_file_has_one_setting_a_line(void **state)
{
	struct rig *r = *state;

	rig_write(r, "# what the daemon is told\n"
		     "\n"
		     "socket = /run/awardd/awardd.sock\r\n"
		     "\tlog=/var/log\n"
		     "  #evaluators = 9\n"
		     "rules =   /a folder/with spaces  \n"
		     "deadline = 1500\n"
		     "plugins =\n"
		     "line-limit = 2048");
	READS(r, "--config", "FILE");
	assert_string_equal(config_text(r->config, CONFIG_SOCKET), "/run/awardd/awardd.sock");
	assert_string_equal(config_text(r->config, CONFIG_LOG), "/var/log");
	assert_string_equal(config_text(r->config, CONFIG_RULES), "/a folder/with spaces");
	assert_string_equal(config_text(r->config, CONFIG_PLUGINS), "");
	assert_int_equal(config_number(r->config, CONFIG_EVALUATORS), 2);
	assert_int_equal(config_number(r->config, CONFIG_DEADLINE), 1500);
	assert_int_equal(config_number(r->config, CONFIG_LINE_LIMIT), 2048);
	rig_write(r, "");
	READS(r, "--config", "FILE");
	assert_int_equal(config_number(r->config, CONFIG_DEADLINE), 2000);
}

static void the_command_line_wins_over_the_file_wherever_that_is_named(void **state)
{
	struct rig *r = *state;

	rig_write(r, "socket = from-file\nlog = from-file\nevaluators = 7\nsubmit = daemon\n");
	READS(r, "--socket", "from-line", "--config", "FILE", "--evaluators", "3");
	assert_string_equal(config_text(r->config, CONFIG_SOCKET), "from-line");
	assert_string_equal(config_text(r->config, CONFIG_LOG), "from-file");
	assert_int_equal(config_number(r->config, CONFIG_EVALUATORS), 3);
	READS(r, "--config", "FILE", "--submit", "root");
	assert_string_equal(config_text(r->config, CONFIG_SUBMIT), "root");
	assert_true(config_allows(r->config, CONFIG_SUBMIT, 0, NULL, 0));
	assert_false(config_allows(r->config, CONFIG_SUBMIT, 1, NULL, 0)); /* daemon */
}

static char *printed(const struct config *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	config_print(c, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void printing_shows_each_value_with_its_source(void **state)
{
	struct rig *r = *state;
	char *text, expected[256];

	rig_write(r, "\n# two\nlog = /var/l\n");
	READS(r, "--config", "FILE", "--socket=/run/s", "--rules=");
	text = printed(r->config);
	assert_non_null(strstr(text, "; command line\nsocket = /run/s\n"));
	assert_non_null(strstr(text, "; command line\nrules = \n"));
	snprintf(expected, sizeof expected, "; %s:3\nlog = /var/l\n", r->path);
	assert_non_null(strstr(text, expected));
	assert_non_null(strstr(text, "; default\nevaluators = 2\n"));
	assert_non_null(strstr(text, "; default\nsocket-mode = 0660\n"));
	assert_non_null(strstr(text, "; not set\n# plugins = \n"));
	free(text);
}

static void what_is_printed_is_a_file_that_reads_the_same(void **state)
{
	struct rig *r = *state;
	char values[CONFIG_COUNT][64], *text;

	READS(r, "--socket=/run/s", "--socket-mode=0600", "--queue=5", "--audit=root, daemon");
	for (int i = 0; i < CONFIG_COUNT; i++)
		snprintf(values[i], sizeof values[i], "%s",
			 config_text(r->config, (enum config_setting)i));
	text = printed(r->config);
	rig_write(r, text);
	free(text);
	READS(r, "--config", "FILE");
	for (int i = 0; i < CONFIG_COUNT; i++)
		assert_string_equal(config_text(r->config, (enum config_setting)i), values[i]);
	assert_int_equal(config_number(r->config, CONFIG_SOCKET_MODE), 0600);
	assert_true(config_allows(r->config, CONFIG_AUDIT, 1, NULL, 0));
}

static void help_names_every_option_once(void **state)
{
	static const char *const options[] = {
#define OPTION(id, name, otherwise, takes, help) "  --" name " " takes " ",
		CONFIG_SETTINGS(OPTION)
#undef OPTION
	};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	assert_non_null(stream);
	config_help(stream);
	assert_int_equal(fclose(stream), 0);
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		const char *found = strstr(text, options[i]);

		if (found == NULL)
			fail_msg("--help does not say%s", options[i]);
		assert_null(strstr(found + 1, options[i]));
	}
	free(text);
}

static void actions_are_told_from_options(void **state)
{
	struct rig *r = *state;

	READS(r, "--print-config", "--socket", "s");
	assert_int_equal(r->action, CONFIG_PRINT);
	assert_string_equal(config_text(r->config, CONFIG_SOCKET), "s");
	READS(r, "--socket", "s", "--check-config");
	assert_int_equal(r->action, CONFIG_CHECK);
	READS(r, "--help");
	assert_int_equal(r->action, CONFIG_HELP);
	READS(r, "--version");
	assert_int_equal(r->action, CONFIG_VERSION);
	/* An option's value is no action. */
	READS(r, "--socket", "--help");
	assert_int_equal(r->action, CONFIG_RUN);
	assert_string_equal(config_text(r->config, CONFIG_SOCKET), "--help");
}

static void unknown_options_are_refused_by_name(void **state)
{
	struct rig *r = *state;

	REFUSES(r, "there is no option \"--sockets\"; see --help", "--sockets", "s");
	REFUSES(r, "there is no option \"--socke\"; see --help", "--socke", "s");
	REFUSES(r, "there is no option \"--socke=s\"; see --help", "--socke=s");
	REFUSES(r, "there is no option \"-s\"; see --help", "-s");
	REFUSES(r, "there is no option \"socket\"; see --help", "socket", "s");
	REFUSES(r, "there is no option \"socket=s\"; see --help", "socket=s");
	REFUSES(r, "there is no option \"--\"; see --help", "--");
	REFUSES(r, "there is no option \"\"; see --help", "");
	REFUSES(r, "there is no option \"extra\"; see --help", "--socket", "s", "extra");
	REFUSES(r, "there is no option \"--help=yes\"; see --help", "--help=yes");
	REFUSES(r, "the option --socket needs a value", "--log", "l", "--socket");
	REFUSES(r, "the option --config needs a value", "--config");
}

static void an_action_without_its_hyphens_is_no_option(void **state)
{
	struct rig *r = *state;

	REFUSES(r, "there is no option \"help\"; see --help", "help");
	REFUSES(r, "there is no option \"print-config\"; see --help", "print-config");
}

static void numbers_out_of_their_range_are_refused_with_it(void **state)
{
	static const struct {
		const char *name, *least, *most, *below, *above;
	} cases[] = {
		{"evaluators", "1", "64", "0", "65"},
		{"deadline", "1000", "60000", "999", "60001"},
		{"line-limit", "1024", "67108864", "1023", "67108865"},
		{"connections", "1", "100000", "0", "100001"},
		{"in-flight", "1", "65536", "0", "65537"},
		{"queue", "1", "1000000", "0", "1000001"},
	};
	static const char *const no_numbers[] = {
		"",
		"two",
		"-1",
		"+2",
		" 2",
		"2 ",
		"2.0",
		"2e3",
		"0x10",
		"1 000",
		"1,000",
		"18446744073709551617",
		"18446744073709551616000",
		"4294967298",
	};
	struct rig *r = *state;
	char argument[128], sentence[256];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const outside[] = {cases[i].below, cases[i].above};

		snprintf(argument, sizeof argument, "--%s=%s", cases[i].name, cases[i].least);
		READS(r, argument);
		snprintf(argument, sizeof argument, "--%s=%s", cases[i].name, cases[i].most);
		READS(r, argument);
		for (size_t k = 0; k < 2 + sizeof no_numbers / sizeof no_numbers[0]; k++) {
			const char *value = k < 2 ? outside[k] : no_numbers[k - 2];

			snprintf(argument, sizeof argument, "--%s=%s", cases[i].name, value);
			snprintf(sentence, sizeof sentence,
				 "command line: %s: must be a whole number from %s to %s, not "
				 "\"%s\"",
				 cases[i].name, cases[i].least, cases[i].most, value);
			REFUSES(r, sentence, argument);
		}
	}
}

static void a_limit_of_the_wal_is_none_or_at_least_8_mib(void **state)
{
	struct rig *r = *state;

	READS(r, "--wal-limit=");
	assert_int_equal(config_number(r->config, CONFIG_WAL_LIMIT), 0);
	READS(r, "--wal-limit=8388608");
	assert_int_equal(config_number(r->config, CONFIG_WAL_LIMIT), 8388608);
	READS(r, "--wal-limit=4294967295");
	assert_int_equal(config_number(r->config, CONFIG_WAL_LIMIT), 4294967295);
	READS(r, "--wal-limit=4294967295", "--wal-limit=");
	assert_int_equal(config_number(r->config, CONFIG_WAL_LIMIT), 0);
	REFUSES(r,
		"command line: wal-limit: must be a whole number from 8388608 to 4294967295,"
		" not \"8388607\"",
		"--wal-limit=8388607");
}

static void permissions_are_octal(void **state)
{
	static const char *const wrong[] = {"1000", "888", "0o600", "rw", "-600", "", "0660 "};
	struct rig *r = *state;
	char argument[64], sentence[256];

	READS(r, "--socket-mode=0777");
	assert_int_equal(config_number(r->config, CONFIG_SOCKET_MODE), 0777);
	READS(r, "--socket-mode=600");
	assert_int_equal(config_number(r->config, CONFIG_SOCKET_MODE), 0600);
	READS(r, "--socket-mode=0");
	assert_int_equal(config_number(r->config, CONFIG_SOCKET_MODE), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(argument, sizeof argument, "--socket-mode=%s", wrong[i]);
		snprintf(sentence, sizeof sentence,
			 "command line: socket-mode: must be an octal number from 0 to 777, not "
			 "\"%s\"",
			 wrong[i]);
		REFUSES(r, sentence, argument);
	}
}

static void a_bad_line_of_the_file_is_named_by_file_and_line(void **state)
{
	static const struct {
		const char *text, *says; /* behind "FILE:" */
	} cases[] = {
		{"# one\n\nevaluators = 0\n",
		 "3: evaluators: must be a whole number from 1 to 64, not \"0\""},
		{"socket\n", "1: \"name = value\" is expected"},
		{"log = l\nsockets = s\n",
		 "2: there is no setting \"sockets\"; did you mean \"socket\"?"},
		{"sokcet = s\n", "1: there is no setting \"sokcet\"; did you mean \"socket\"?"},
		{"= s\n", "1: there is no setting \"\""},
		{"--socket = s\n", "1: there is no setting \"--socket\"; did you mean \"socket\"?"},
		{"Socket = s\n", "1: there is no setting \"Socket\"; did you mean \"socket\"?"},
		{"config = other\n", "1: there is no setting \"config\""},
		{"help = yes\n", "1: there is no setting \"help\""},
		{"admin = nobody-by-that-name\n",
		 "1: admin: there is no user \"nobody-by-that-name\""},
		{"queue = 1 # few\n",
		 "1: queue: must be a whole number from 1 to 1000000, not \"1 # few\""},
		{"log = caf\xe9/log\n", "1: log: must be UTF-8, not \"caf?/log\""},
		{"log = caf\xc3\xa9/log\nhello.place = caf\xe9\n",
		 "2: hello.place: must be UTF-8, not \"caf?\""},
		{"\xef\xbb\xbfsocket = s\n",
		 "1: an invisible mark stands here: save the file as UTF-8 without BOM"},
	};
	struct rig *r = *state;
	char sentence[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		rig_write(r, cases[i].text);
		snprintf(sentence, sizeof sentence, "%s:%s", r->path, cases[i].says);
		REFUSES(r, sentence, "--config", "FILE");
		/* It is wrong even where the command line says otherwise. */
		REFUSES(r, sentence, "--evaluators=2", "--config", "FILE", "--queue=1");
	}
}

static void every_bad_line_of_the_file_is_said(void **state)
{
	struct rig *r = *state;
	char sentence[512];

	rig_write(r, "evaluators = 0\nsocket = s\nsockets = s\n");
	snprintf(sentence, sizeof sentence,
		 "%s:1: evaluators: must be a whole number from 1 to 64, not \"0\"\n"
		 "%s:3: there is no setting \"sockets\"; did you mean \"socket\"?",
		 r->path, r->path);
	REFUSES(r, sentence, "--config", "FILE");
	/* More than there is room for: the first ones, and nothing is written beyond. */
	FILE *file = fopen(r->path, "we");
	assert_non_null(file);
	for (int i = 0; i < 100; i++)
		assert_true(fputs("there is no such line\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rig_read(r, (const char *const[]){"--config", "FILE", NULL}), AW_EINVALID);
	snprintf(sentence, sizeof sentence, "%s:1: \"name = value\" is expected\n", r->path);
	assert_memory_equal(r->e.text, sentence, strlen(sentence));
	assert_int_equal(strlen(r->e.text), sizeof r->e.text - 1);
}

static void a_nul_in_the_file_hides_nothing(void **state)
{
	static const char text[] = "socket = s\n\0\nadmin = root\n";
	struct rig *r = *state;

	rig_write_bytes(r, text, sizeof text - 1);
	if (rig_read(r, (const char *const[]){"--config", "FILE", NULL}) == 0)
		assert_string_equal(config_text(r->config, CONFIG_ADMIN), "root");
}

static void a_file_that_is_not_there_or_too_long_is_refused(void **state)
{
	struct rig *r = *state;
	char sentence[256];
	FILE *file;

	assert_int_not_equal(rig_read(r, (const char *const[]){"--config", "FILE", NULL}), 0);
	snprintf(sentence, sizeof sentence, "cannot open %s: No such file or directory", r->path);
	assert_string_equal(r->e.text, sentence);
	assert_null(r->config);
	file = fopen(r->path, "we");
	assert_non_null(file);
	for (int i = 0; i < 1 << 15; i++)
		assert_true(fputs("# a line of thirty-two characters\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_not_equal(rig_read(r, (const char *const[]){"--config", "FILE", NULL}), 0);
	assert_non_null(strstr(r->e.text, "is longer than"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_rig(without_anything_each_setting_has_its_default),
		with_rig(the_command_line_takes_values_joined_or_after),
		with_rig(the_file_has_one_setting_a_line),
		with_rig(the_command_line_wins_over_the_file_wherever_that_is_named),
		with_rig(printing_shows_each_value_with_its_source),
		with_rig(what_is_printed_is_a_file_that_reads_the_same),
		cmocka_unit_test(help_names_every_option_once),
		with_rig(actions_are_told_from_options),
		with_rig(unknown_options_are_refused_by_name),
		with_rig(an_action_without_its_hyphens_is_no_option),
		with_rig(numbers_out_of_their_range_are_refused_with_it),
		with_rig(a_limit_of_the_wal_is_none_or_at_least_8_mib),
		with_rig(permissions_are_octal),
		with_rig(a_bad_line_of_the_file_is_named_by_file_and_line),
		with_rig(every_bad_line_of_the_file_is_said),
		with_rig(a_nul_in_the_file_hides_nothing),
		with_rig(a_file_that_is_not_there_or_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
