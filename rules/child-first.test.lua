-- Child First Commendation: its criteria, and when it is added.

test "a feature and a case study, with Quality Lead, are commended" {
	given = "ready for Child First",
	expect = {
		at_least = "quality-lead",
		awards = { ["child-first"] = "met" },
		criteria = { ["CF-1"] = "met", ["CF-2"] = "met", ["CF-3"] = "met" },
		commendations = { ["child-first"] = true },
	},
}

-- CF-1
test "without Quality Lead nothing is commended" {
	given = "ready for Child First",
	with = { scores = { ["3"] = 6 } },
	expect = {
		awards = { ["quality-mark"] = "met", ["quality-lead"] = "unmet" },
		criteria = { ["CF-1"] = "unmet", ["CF-2"] = "met", ["CF-3"] = "met" },
		reason = { ["CF-1"] = "Quality Lead is not met: see QL-1." },
		commendations = { ["child-first"] = false },
	},
}

-- R-4
test "a feature of one of the four tenets is needed" {
	given = "ready for Child First",
	with = { child_first = nothing },
	expect = {
		criteria = { ["CF-1"] = "met", ["CF-2"] = "unmet" },
		shortfalls = { ["CF-2"] = { { pointer = "/child_first" } } },
		commendations = { ["child-first"] = false },
	},
}

test "each tenet may be the one" {
	given = "ready for Child First",
	with = { child_first = { { tenet = "prevention", feature = "Diversion first" } } },
	expect = { criteria = { ["CF-2"] = "met" } },
}

-- R-5: one case study serves QL-3 and CF-3; without any, both are unmet.
test "a case study is needed" {
	given = "ready for Child First",
	with = { case_studies = nothing },
	expect = {
		criteria = { ["QL-3"] = "unmet", ["CF-3"] = "unmet" },
		commendations = { ["child-first"] = false },
	},
}

-- CF-4, R-13
test "commendations begin on 1 January 2022" {
	given = "ready for Child First",
	with = { assessed_on = "2022-01-01" },
	expect = { commendations = { ["child-first"] = true } },
}

test "on the last day of 2021 there was none yet" {
	given = "ready for Child First",
	with = { assessed_on = "2021-12-31" },
	expect = {
		at_least = "quality-lead",
		awards = { ["child-first"] = "not-in-force" },
		commendations = { ["child-first"] = false },
	},
}

-- R-26
test "a commendation costs nothing more" {
	given = "ready for Child First",
	expect = { outcome = { route = "new-entry", change = "first", fee = { net = 1300 } } },
}
