-- Quality Mark: its criteria alone. Which level is the highest is no matter here, so that a new
-- level breaks none of this.

test "fives everywhere, signed off, meet the Quality Mark" {
	given = "ready for the Quality Mark",
	expect = {
		at_least = "quality-mark",
		awards = { ["quality-mark"] = "met" },
		criteria = { ["QM-1"] = "met", ["QM-2"] = "met" },
		reason = { ["QM-1"] = "All 11 statements that apply are scored 5 or more." },
		shortfalls = { ["QM-1"] = {}, ["QM-2"] = {} },
	},
}

test "one four misses the Quality Mark, and says by how much" {
	given = "ready for the Quality Mark",
	with = { scores = { ["4a"] = 4 } },
	expect = {
		award = nothing,
		awards = { ["quality-mark"] = "unmet" },
		criteria = { ["QM-1"] = "unmet", ["QM-2"] = "met" },
		reason = { ["QM-1"] = "Statement 4a is scored 4; 5 is needed (1 short)." },
		shortfalls = { ["QM-1"] = { { statement = "4a", score = 4, needs = 5 } } },
		next = { award = "quality-mark", missing = { { criterion = "QM-1" } } },
	},
}

-- F-3: what does not apply is left out of every test.
test "a statement that does not apply is left out" {
	given = "ready for the Quality Mark",
	with = { scores = { ["2"] = 0, ["9"] = 0 } },
	expect = {
		at_least = "quality-mark",
		criteria = { ["QM-1"] = "met" },
		reason = { ["QM-1"] = "All 9 statements" },
		profile = { not_applicable = { "2", "9" } },
	},
}

-- R-1
test "where nothing applies, nothing is met" {
	given = "ready for the Quality Mark",
	with = { scores = all(0) },
	expect = {
		award = nothing,
		criteria = { ["QM-1"] = "unmet" },
		shortfalls = { ["QM-1"] = { { pointer = "/scores" } } },
	},
}

-- QM-2: both halves sign, each by email or by attending.
test "one half of the sign-off is not enough" {
	given = "ready for the Quality Mark",
	with = { sign_off = { yos_leadership = nothing } },
	expect = {
		award = nothing,
		criteria = { ["QM-1"] = "met", ["QM-2"] = "unmet" },
		reason = { ["QM-2"] = "Not signed off by youth offending service leadership." },
		shortfalls = { ["QM-2"] = { { pointer = "/sign_off/yos_leadership" } } },
	},
}

test "the other half alone is not enough either" {
	given = "ready for the Quality Mark",
	with = { sign_off = { send_leadership = nothing } },
	expect = {
		criteria = { ["QM-2"] = "unmet" },
		shortfalls = { ["QM-2"] = { { pointer = "/sign_off/send_leadership" } } },
	},
}

test "without any sign-off both are missing" {
	given = "ready for the Quality Mark",
	with = { sign_off = nothing },
	expect = {
		criteria = { ["QM-2"] = "unmet" },
		reason = { ["QM-2"] = "SEND leadership and youth offending service leadership" },
	},
}

-- QM-3, QM-4
test "neither evidence nor a stage is asked for" {
	given = "ready for the Quality Mark",
	with = { stage = "final" },
	expect = { at_least = "quality-mark" },
}

-- R-13
test "the Quality Mark begins on 1 April 2017" {
	given = "ready for the Quality Mark",
	with = { assessed_on = "2017-04-01" },
	expect = { at_least = "quality-mark", awards = { ["quality-mark"] = "met" } },
}

test "the day before, it is not in force, and its criteria are shown" {
	given = "ready for the Quality Mark",
	with = { assessed_on = "2017-03-31" },
	expect = {
		award = nothing,
		awards = { ["quality-mark"] = "not-in-force" },
		criteria = { ["QM-1"] = "met", ["QM-2"] = "met" },
	},
}
