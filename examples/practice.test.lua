-- A test that every rule set passes, for a place to practise: no rule set is put in force without a
-- test, and those that stand beside the rules hold them to what they are today.

test "a submission needs its scores" {
	given = { partnership = { id = "somewhere" }, assessed_on = "2024-05-20" },
	expect = { refused = { "/scores" } },
}
