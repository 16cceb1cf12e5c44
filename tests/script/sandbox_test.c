/* What rules cannot do, whatever is written in them; each attack in a criterion. */
#include "rig.h"

/* An award of one criterion that runs this body; the others must go on. */
static char *attack_file(const char *body)
{
	struct buffer b;

	buffer_init(&b);
	buffer_printf(&b,
		      "local kept = {}\n"
		      "commendation \"attack\" {\n"
		      "	title = \"Attack\", added_to = \"quality-mark\",\n"
		      "	criterion \"AT-1\" { says = \"Nothing\", check = function(submission, "
		      "history)\n"
		      "%s\n"
		      "	end },\n"
		      "	criterion \"AT-2\" { says = \"After\", check = function(submission)\n"
		      "		local t = {}\n"
		      "		for i = 1, 1000 do t[i] = \"x\" .. i end\n"
		      "		return met(\"The rest goes on\")\n"
		      "	end },\n"
		      "}\n",
		      body);
	assert_false(b.failed);
	return buffer_give(&b);
}

static json_t *attack(const char *body)
{
	char *text = attack_file(body);
	struct rig r;
	json_t *result;

	rig_open(&r, &(struct rig_edit){"attack.lua", text, NULL, NULL});
	result = rig_decide(&r, NULL, NULL);
	rig_expect(result, "{'outcome': {'award': 'quality-lead'}}");
	rig_expect(rig_criterion(result, "AT-2"), "{'status': 'met'}");
	rig_close(&r);
	free(text);
	return result;
}

/* The criterion fails, and its reason holds these words and line 5. */
static void fails_with(const char *body, const char *words)
{
	json_t *result = attack(body);
	const json_t *criterion = rig_criterion(result, "AT-1");
	const char *reason = json_member_text(criterion, "reason");

	if (strcmp(json_member_text(criterion, "status"), "error") != 0 ||
	    strstr(reason, words) == NULL)
		fail_msg("%s is %s: %s", body, json_member_text(criterion, "status"), reason);
	rig_expect(criterion, "{'error': {'file': 'attack.lua'}}");
	rig_expect(result, "{'outcome': {'refer_to_assessor': true}}");
	json_decref(result);
}

/* The criterion gives this reason. */
static void says(const char *body, const char *words)
{
	json_t *result = attack(body);
	const char *reason = json_member_text(rig_criterion(result, "AT-1"), "reason");

	if (strcmp(reason, words) != 0)
		fail_msg("%s says %s", body, reason);
	json_decref(result);
}

static void libraries_that_reach_outside_are_not_available(void **state)
{
	static const char *const names[] = {
		"io",           "os",           "debug",  "package",  "coroutine",
		"load",         "loadstring",   "dofile", "loadfile", "require",
		"setmetatable", "getmetatable", "rawset", "rawget",   "rawequal",
		"rawlen",       "next",         "pcall",  "xpcall",   "collectgarbage",
		"print",        "utf8",         "_G",     "warn"};
	char body[64], words[64];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(body, sizeof body, "local x = %s", names[i]);
		snprintf(words, sizeof words, "attack.lua:5: %s is not available in rules",
			 names[i]);
		fails_with(body, words);
	}
}

static void dangerous_members_of_kept_libraries_are_not_available(void **state)
{
	(void)state;
	fails_with("string.dump(met)", "string.dump is not available in rules");
	fails_with("string.find(\"a\", \"a\")", "string.find is not available in rules");
	fails_with("return (\"x\"):gsub(\"x\", \"y\")", "string.gsub is not available in rules");
	fails_with("return (\"x\"):match(\".-.-.-b\")", "string.match is not available in rules");
	fails_with("table.move({}, 1, 2^62, 1)", "table.move is not available in rules");
	fails_with("table.pack(1)", "table.pack is not available in rules");
	fails_with("return math.random()", "math.random is not available in rules");
	fails_with("return math.sin(1)", "math.sin is not available in rules");
}

static void endless_rules_run_out_of_instructions(void **state)
{
	(void)state;
	fails_with("while true do end", "instructions is used up");
	fails_with("repeat local s = string.upper(\"abc\") until false", "instructions is used up");
}

static void endless_c_work_is_counted_too(void **state)
{
	(void)state;
	fails_with("local s = string.rep(\"a\", 60000) while true do s:contains(\"b\") end",
		   "instructions is used up");
	fails_with("local t = {} for i = 1, 60000 do t[i] = i end\n"
		   "while true do table.insert(t, 1, 0) table.remove(t, 1) end",
		   "instructions is used up");
	fails_with("local t = {} for i = 1, 20000 do t[i] = -i end\n"
		   "while true do table.sort(t, function(a, b) return a < b end) end",
		   "instructions is used up");
	fails_with("for k in pairs(submission) do while true do pairs(submission) end end",
		   "used up");
}

static void a_rule_that_hoards_memory_fails_alone(void **state)
{
	(void)state;
	fails_with("local t = {} while true do t[#t + 1] = string.rep(\"x\", 60000) .. #t end",
		   "used up");
	fails_with("while true do kept[#kept + 1] = string.rep(\"x\", 60000) .. #kept end",
		   "used up");
	fails_with("local s = \"x\" while true do s = s .. s end", "memory");
	fails_with("local t = {} while true do t = { t, t, t, t } kept[#kept + 1] = t end",
		   "used up");
	fails_with("local function f(n) return f(n + 1) + 1 end return f(1)", "used up");
}

static void sizes_have_limits(void **state)
{
	(void)state;
	fails_with("return met(string.rep(\"\", 9223372036854775807))", "64 KiB");
	fails_with("return met(string.rep(\"ab\", 4611686018427387904))", "64 KiB");
	fails_with("return met(string.rep(\"x\", 60000))", "at most 2000");
	fails_with("local t = {} for i = 1, 70000 do t[i] = i end return table.concat(t)", "65536");
	fails_with("return table.unpack({ table.unpack({}, 1) }, 1) or table.insert({}, 5, 1)",
		   "outside of the list");
	fails_with("local t = {} for i = 1, 300 do t[i] = i end return table.unpack(t)", "200");
	fails_with("local s = {} for i = 1, 200 do s[i] = { a = i } end return unmet(\"x\", s)",
		   "at most 100");
}

static void answers_are_whole_numbers_and_clean_text(void **state)
{
	(void)state;
	fails_with("return unmet(\"x\", { { score = 7.5 } })", "must be whole");
	fails_with("return unmet(\"x\", { { score = 0/0 } })", "must be whole");
	fails_with("return unmet(\"x\", { { score = 1/0 } })", "must be whole");
	fails_with("return met(\"\\xff\")", "must be text");
	fails_with("return met(\"a\\0b\")", "must be text");
	fails_with("return met(7)", "must be text");
	fails_with("return unmet(\"x\", { { f = met } })", "not a function");
	fails_with("return unmet(\"x\", \"y\")", "list");
	fails_with("local t = {} t.t = t return unmet(\"x\", { t })", "not a table");
	fails_with("return true", "must return met(…) or unmet(…)");
	fails_with("return { status = \"met\", reason = \"x\", shortfalls = {} }",
		   "must return met");
	fails_with("return nil", "gave nothing: is return missing before met(…) or unmet(…)?");
}

static void a_forged_judgement_is_worth_nothing(void **state)
{
	(void)state;
	fails_with("local j = unmet(\"x\") j.status = \"met\" return j", "cannot be changed");
	says("local j = unmet(\"x\") return met(tostring(j.status))", "nothing");
}

static void what_was_declared_is_settled_once_the_files_are_read(void **state)
{
	(void)state;
	fails_with("statement \"12\" \"One more\"", "this can only stand in a file");
	fails_with("level \"gold\" { title = \"Gold\" }", "this can only stand in a file");
	fails_with("fees {}", "this can only stand in a file");
	fails_with("kept.level { title = \"Gold\" }", "attempt to call a nil value");
	rig_refuses(&(struct rig_edit){"x.lua", "local t = every_score_at_least(5) t.look = nil",
				       NULL, NULL},
		    "x.lua:1: this cannot be changed by a rule");
	rig_refuses(&(struct rig_edit){"x.lua", "local t = text \"x\" {} t.type = \"any\"", NULL,
				       NULL},
		    "x.lua:1: this cannot be changed by a rule");
}

static void deep_nesting_ends_with_an_error(void **state)
{
	char text[8192] = "local x = ";

	(void)state;
	fails_with("local function f(a, b) table.sort({ 1, 2, 3 }, f) return a < b end\n"
		   "table.sort({ 1, 2, 3 }, f)",
		   "overflow");
	fails_with("local t = {} for i = 1, 100000 do t = { t } end return unmet(\"x\", { t })",
		   "");
	memset(text + 10, '(', sizeof text - 11);
	rig_refuses(&(struct rig_edit){"x.lua", text, NULL, NULL}, "x.lua:0: C stack overflow");
	memset(text + 10, '{', sizeof text - 11);
	rig_refuses(&(struct rig_edit){"x.lua", text, NULL, NULL}, "x.lua:0: C stack overflow");
}

static void errors_are_text_and_name_their_line(void **state)
{
	(void)state;
	fails_with("error({})", "string expected");
	fails_with("error(\"no luck\")", "attack.lua:5: no luck");
	fails_with("\n\nerror(\"no luck\")", "attack.lua:7: no luck");
	fails_with("assert(false, \"not so\")", "attack.lua:5: not so");
	fails_with("local x = nil + 1",
		   "attack.lua:5: attempt to perform arithmetic on a nil value");
	fails_with("return undefined_word", "attack.lua:5: undefined_word is not a word");
	fails_with("return applicabel(submission.scores)", "did you mean applicable?");
}

static void nothing_that_rules_are_given_can_be_changed(void **state)
{
	(void)state;
	fails_with("submission.scores[\"1\"] = 10", "cannot be changed");
	fails_with("submission.evidence[1] = 10", "cannot be changed");
	fails_with("table.insert(submission.evidence, 1)", "cannot be changed");
	fails_with("table.sort(submission.evidence)", "cannot be changed");
	fails_with("string.upper = nil", "cannot be changed");
	fails_with("table.insert(string, 1)", "cannot be changed");
	fails_with("(\"x\").upper = nil", "index");
	fails_with("met = unmet", "needs the word local before it");
	fails_with("new_name = 1", "needs the word local before it");
}

static void undeclared_and_personal_members_cannot_be_read(void **state)
{
	(void)state;
	fails_with("return submission.child_fist", "did you mean \"child_first\"?");
	fails_with("return submission.evidence[1].sumary", "did you mean \"summary\"?");
	fails_with("return submission.scores[1]", "names in quotes");
	fails_with("return submission.sign_off.send_leadership.name", "is personal");
	fails_with("return history[1].outcom", "attempt to index a nil value");
	fails_with("return submission.evidence.kind", "this is a list");
	fails_with("return #submission.scores", "this is a group");
	fails_with("return submission.scores < 3", "attempt to compare");
}

static void what_is_declared_and_absent_is_nothing_or_an_empty_list(void **state)
{
	(void)state;
	says("return met(tostring(submission.seeking) .. #submission.evidence[1].statements)",
	     "nothing0");
	says("local n = 0 for _ in pairs(submission.sign_off.send_leadership) do n = n + 1 end\n"
	     "return met(\"n\" .. n)",
	     "n2");
	says("return met(type(submission.scores) .. type(submission.scores[\"8\"]))",
	     "tablenumber");
}

static void text_is_not_a_number_and_comes_without_patterns(void **state)
{
	(void)state;
	fails_with("return met(\"\" .. \"10\" + 1)", "arithmetic on a string value");
	fails_with("return met(\"10\" * 2)", "arithmetic on a string value");
	says("local s = \"  Ab, cd \" return met(s:trim():upper():replace(\", \", \"-\"))",
	     "AB-CD");
	says("return met(table.concat((\"a,b,,c\"):split(\",\"), \"|\"))", "a|b||c");
	says("return met(string.format(\"%s is %d%%\", \"x\", 7))", "x is 7%");
	fails_with("return met(string.format(\"%p\", {}))", "text is needed");
	fails_with("return met(string.format(\"%999d\", 1))", "string.format knows");
	says("return met(\"\" .. tonumber(\"42\") + 1)", "43");
	says("return met(tostring(tonumber(\"0x10\")) .. tostring(tonumber(\"1e3\")))",
	     "nothingnothing");
}

static void walks_and_sorts_have_one_order(void **state)
{
	(void)state;
	says("local t = { b = 1, a = 2, [3] = 1, [1] = 4, c = 0 } local s = \"\"\n"
	     "for k, v in pairs(t) do s = s .. k .. v .. \" \" end return met(s)",
	     "14 31 a2 b1 c0 ");
	says("local t = {} for i = 1, 50 do t[i] = { k = i % 3, n = i } end\n"
	     "table.sort(t, function(a, b) return a.k < b.k end)\n"
	     "return met(t[1].n .. \" \" .. t[2].n .. \" \" .. t[17].n .. \" \" .. t[50].n)",
	     "3 6 1 50");
	says("local t = { 3, 1, 2 } table.sort(t, function() return true end)\n"
	     "return met(table.concat(t))",
	     "213");
	fails_with("local t = { [1.5] = 1 } for _ in pairs(t) do end", "text and whole numbers");
	fails_with("local t = { [met] = 1 } for _ in pairs(t) do end", "text and whole numbers");
}

static void rules_that_attack_while_they_load_are_refused(void **state)
{
	(void)state;
	rig_refuses(&(struct rig_edit){"x.lua", "while true do end", NULL, NULL},
		    "x.lua:1: the rule runs for too long");
	rig_refuses(&(struct rig_edit){"x.lua", "\nlocal t = {} while true do t[#t+1] = {} end",
				       NULL, NULL},
		    "x.lua:");
	rig_refuses(&(struct rig_edit){"x.lua", "\x1bLua", NULL, NULL},
		    "x.lua:1: the file is bytecode");
	rig_refuses(&(struct rig_edit){"x.lua", "\nlocal x = 1 | 2", NULL, NULL},
		    "x.lua:2: operators on bits");
	rig_refuses(&(struct rig_edit){"x.lua", "local x = ~1", NULL, NULL}, "operators on bits");
	rig_refuses(&(struct rig_edit){"x.lua", "local x = 1 << 2", NULL, NULL},
		    "operators on bits");
	rig_refuses(&(struct rig_edit){"x.lua", "local _ENV = {}", NULL, NULL},
		    "_ENV is not available");
	rig_refuses(&(struct rig_edit){"x.lua", "-- \xff", NULL, NULL}, "not UTF-8");
	rig_refuses(&(struct rig_edit){"x.lua", "x = 1", NULL, NULL},
		    "x.lua:1: x: a name of the file's own needs the word local");
}

static void operators_in_text_and_notes_are_only_text(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, &(struct rig_edit){
			     "x.lua",
			     "-- a & b | c\n--[==[ << ]] ~ ]==]\n"
			     "local s = \"a & \\\" | b\" .. 'c ~ d' .. [[ >> ]] .. \"\\z\n  |\"\n"
			     "local t = s ~= \"\" and 7 // 2 < 9\n",
			     NULL, NULL});
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libraries_that_reach_outside_are_not_available),
		cmocka_unit_test(dangerous_members_of_kept_libraries_are_not_available),
		cmocka_unit_test(endless_rules_run_out_of_instructions),
		cmocka_unit_test(endless_c_work_is_counted_too),
		cmocka_unit_test(a_rule_that_hoards_memory_fails_alone),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(answers_are_whole_numbers_and_clean_text),
		cmocka_unit_test(a_forged_judgement_is_worth_nothing),
		cmocka_unit_test(what_was_declared_is_settled_once_the_files_are_read),
		cmocka_unit_test(deep_nesting_ends_with_an_error),
		cmocka_unit_test(errors_are_text_and_name_their_line),
		cmocka_unit_test(nothing_that_rules_are_given_can_be_changed),
		cmocka_unit_test(undeclared_and_personal_members_cannot_be_read),
		cmocka_unit_test(what_is_declared_and_absent_is_nothing_or_an_empty_list),
		cmocka_unit_test(text_is_not_a_number_and_comes_without_patterns),
		cmocka_unit_test(walks_and_sorts_have_one_order),
		cmocka_unit_test(rules_that_attack_while_they_load_are_refused),
		cmocka_unit_test(operators_in_text_and_notes_are_only_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
