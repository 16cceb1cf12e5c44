-- What a submission must hold, and how its profile is read.

-- R-6: only a complete profile is decided.
test "a score that is missing is asked for" {
	given = "ready for the Quality Mark",
	with = { scores = { ["4b"] = nothing } },
	expect = { refused = { "/scores/4b" } },
}

test "scores end at 10" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 11 } },
	expect = { refused = { "/scores/1" } },
}

test "a score of 10 can be given" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 10 } },
	expect = { at_least = "quality-mark" },
}

test "scores begin at 0" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = -1 } },
	expect = { refused = { "/scores/1" } },
}

test "a case study names a statement" {
	given = "ready for Quality Lead",
	with = { case_studies = { { title = "A panel", statements = {} } } },
	expect = { refused = { "/case_studies/0/statements" } },
}

-- R-15
test "a score of 7 is a strength, a lower one than 5 a need" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 7, ["2"] = 6, ["3"] = 4 } },
	expect = { profile = { strengths = { "1" }, development_needs = { "3" } } },
}

test "where every score has reached 5, those below 7 are needs" {
	given = "ready for the Quality Mark",
	with = { scores = all(7, { ["5"] = 6, ["6"] = 5 }) },
	expect = {
		profile = {
			strengths = { "1", "2", "3", "4a", "4b", "7", "8", "9", "10" },
			development_needs = { "5", "6" },
		},
	},
}

test "where every score has reached 7 there are no needs" {
	given = "ready for the Quality Mark",
	with = { scores = all(7) },
	expect = { profile = { development_needs = {} } },
}
