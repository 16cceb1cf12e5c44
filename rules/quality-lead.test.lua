-- Quality Lead: its criteria alone.

test "sevens or more, evidence, a shared case study and both signatures meet Quality Lead" {
	given = "ready for Quality Lead",
	with = { scores = all(7, { ["8"] = 8 }) },
	expect = {
		at_least = "quality-lead",
		awards = { ["quality-mark"] = "met", ["quality-lead"] = "met" },
		criteria = { ["QL-1"] = "met", ["QL-2"] = "met", ["QL-3"] = "met", ["QL-4"] = "met" },
		reason = { ["QL-3"] = "statement 8, scored 8, can be shared" },
	},
}

test "one six misses Quality Lead, and the Quality Mark is met" {
	given = "ready for Quality Lead",
	with = { scores = { ["10"] = 6 } },
	expect = {
		awards = { ["quality-mark"] = "met", ["quality-lead"] = "unmet" },
		criteria = { ["QL-1"] = "unmet", ["QM-1"] = "met" },
		shortfalls = { ["QL-1"] = { { statement = "10", score = 6, needs = 7 } } },
		next = { award = "quality-lead", missing = { { criterion = "QL-1" } } },
	},
}

-- R-2: evidence is always asked for.
test "without evidence Quality Lead is missed" {
	given = "ready for Quality Lead",
	with = { evidence = nothing },
	expect = {
		awards = { ["quality-mark"] = "met", ["quality-lead"] = "unmet" },
		criteria = { ["QL-1"] = "met", ["QL-2"] = "unmet" },
		shortfalls = { ["QL-2"] = { { pointer = "/evidence" } } },
	},
}

test "an empty list of evidence is none" {
	given = "ready for Quality Lead",
	with = { evidence = {} },
	expect = { criteria = { ["QL-2"] = "unmet" } },
}

-- R-3: the case study is shareable, and of a statement scored 8 or more.
test "sevens alone give nothing to share" {
	given = "ready for Quality Lead",
	with = { scores = all(7) },
	expect = {
		awards = { ["quality-mark"] = "met", ["quality-lead"] = "unmet" },
		criteria = { ["QL-1"] = "met", ["QL-3"] = "unmet" },
		reason = { ["QL-3"] = "the highest score is 7 (1 short)" },
		shortfalls = { ["QL-3"] = { { pointer = "/scores" } } },
	},
}

test "a case study that cannot be shared does not count" {
	given = "ready for Quality Lead",
	with = { case_studies = { { title = "A panel", statements = { "8" }, shareable = false } } },
	expect = {
		awards = { ["quality-mark"] = "met", ["quality-lead"] = "unmet" },
		criteria = { ["QL-3"] = "unmet" },
		shortfalls = { ["QL-3"] = { { pointer = "/case_studies" } } },
	},
}

test "a case study of a statement that scores 7 does not count" {
	given = "ready for Quality Lead",
	with = { scores = { ["8"] = 7 } },
	expect = { criteria = { ["QL-1"] = "met", ["QL-3"] = "unmet" } },
}

test "Quality Lead is signed off by both" {
	given = "ready for Quality Lead",
	with = { sign_off = { send_leadership = nothing } },
	expect = {
		criteria = { ["QL-4"] = "unmet" },
		reason = { ["QL-4"] = "Not signed off by SEND leadership." },
	},
}

test "the other half is asked for, too" {
	given = "ready for Quality Lead",
	with = { sign_off = { yos_leadership = nothing } },
	expect = { criteria = { ["QL-4"] = "unmet" } },
}

-- R-13
test "Quality Lead begins on 1 April 2017" {
	given = "ready for Quality Lead",
	with = { assessed_on = "2017-04-01" },
	expect = { at_least = "quality-lead" },
}

test "before that it is not in force" {
	given = "ready for Quality Lead",
	with = { assessed_on = "2017-03-31" },
	expect = { awards = { ["quality-lead"] = "not-in-force" } },
}
