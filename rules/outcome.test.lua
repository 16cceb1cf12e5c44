-- The outcome: for how long, by which route, at which fee, in which words.

-- R-7
test "an award is current for three years" {
	given = "ready for the Quality Mark",
	expect = { outcome = { awarded_on = "2024-05-20", expires_on = "2027-05-20" } },
}

test "an award of 29 February expires on 1 March" {
	given = "ready for the Quality Mark",
	with = { assessed_on = "2024-02-29" },
	expect = { outcome = { awarded_on = "2024-02-29", expires_on = "2027-03-01" } },
}

test "where nothing is awarded there are no dates and no words" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 1 } },
	expect = {
		award = nothing,
		outcome = { awarded_on = nothing, expires_on = nothing, citation = nothing,
			change = "none", refer_to_assessor = false },
	},
}

-- FE-1, R-14, R-20
test "a new entry" {
	given = "ready for the Quality Mark",
	expect = {
		outcome = {
			route = "new-entry", change = "first", sought = nothing, sought_met = nothing,
			window_held_open = false, improved_statements = {},
			fee = { currency = "GBP", net = 1300, vat = 260, gross = 1560 },
		},
	},
}

test "members pay less, also where nothing is awarded" {
	given = "ready for the Quality Mark",
	with = { partnership = { aym_member = true }, scores = { ["1"] = 1 } },
	expect = { award = nothing, outcome = { fee = { net = 1100, vat = 220, gross = 1320 } } },
}

-- ---- what was held -------------------------------------------------------------------

-- R-9, R-10, AW-3, FE-2
test "the same level again is a redesignation" {
	given = "ready for the Quality Mark",
	before = { { with = { assessed_on = "2022-05-20" } } },
	expect = {
		award = "quality-mark",
		outcome = {
			route = "redesignation", change = "maintained", refer_to_assessor = false,
			fee = { net = 700 }, citation = "North Vale: Quality Mark redesignation, May 2024",
		},
	},
}

test "members pay less for a redesignation" {
	given = "ready for the Quality Mark",
	with = { partnership = { aym_member = true } },
	before = { { with = { assessed_on = "2022-05-20" } } },
	expect = { outcome = { route = "redesignation", fee = { net = 600 } } },
}

-- R-8, R-10, AW-4, FE-3
test "a higher level is a higher redesignation" {
	given = "ready for Quality Lead",
	with = { scores = all(8, { ["2"] = 7 }) },
	before = { { given = "ready for the Quality Mark",
		with = { assessed_on = "2023-05-20", scores = all(6, { ["1"] = 9, ["2"] = 7, ["3"] = 0 }) } } },
	expect = {
		at_least = "quality-lead",
		outcome = {
			route = "higher-redesignation", change = "higher", fee = { net = 1300 },
			improved_statements = { "4a", "4b", "5", "6", "7", "8", "9", "10" },
		},
	},
}

test "members pay less for a higher redesignation" {
	given = "ready for Quality Lead",
	with = { partnership = { aym_member = true } },
	before = { { given = "ready for the Quality Mark", with = { assessed_on = "2023-05-20" } } },
	expect = { outcome = { route = "higher-redesignation", fee = { net = 1100 } } },
}

-- AW-4
test "a higher level sought and not met holds the window open" {
	given = "ready for the Quality Mark",
	with = { seeking = "quality-lead" },
	before = { { with = { assessed_on = "2023-05-20" } } },
	expect = {
		award = "quality-mark",
		outcome = { route = "higher-redesignation", change = "maintained", sought = "quality-lead",
			sought_met = false, window_held_open = true, refer_to_assessor = false },
	},
}

test "sought and met closes it" {
	given = "ready for Quality Lead",
	with = { seeking = "quality-lead" },
	before = { { given = "ready for the Quality Mark", with = { assessed_on = "2023-05-20" } } },
	expect = { outcome = { route = "higher-redesignation", sought_met = true,
		window_held_open = false } },
}

-- R-10: sought the same and met more.
test "more than was sought is awarded, by the route that was sought" {
	given = "ready for Quality Lead",
	with = { seeking = "quality-mark" },
	before = { { given = "ready for the Quality Mark", with = { assessed_on = "2023-05-20" } } },
	expect = { at_least = "quality-lead",
		outcome = { route = "redesignation", change = "higher", sought_met = true,
			window_held_open = false } },
}

test "sought and missed at a new entry holds nothing open" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 1 }, seeking = "quality-mark" },
	expect = { outcome = { route = "new-entry", sought_met = false, window_held_open = false } },
}

-- R-11
test "a lower level than was held goes to an assessor" {
	given = "ready for the Quality Mark",
	before = { { given = "ready for Quality Lead", with = { assessed_on = "2023-05-20" } } },
	expect = {
		award = "quality-mark",
		outcome = { route = "redesignation", change = "lower", refer_to_assessor = true,
			improved_statements = {} },
	},
}

test "a holder that meets nothing goes to an assessor" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 1 } },
	before = { { given = "ready for the Quality Mark", with = { assessed_on = "2023-05-20" } } },
	expect = { award = nothing,
		outcome = { route = "redesignation", change = "none", refer_to_assessor = true } },
}

-- R-9: the day it lapses, and by which date it is asked.
test "the day before it expires an award is held" {
	given = "ready for the Quality Mark",
	before = { { with = { assessed_on = "2021-05-21" } } },
	expect = { outcome = { route = "redesignation" } },
}

test "on the day it expires it is not" {
	given = "ready for the Quality Mark",
	before = { { with = { assessed_on = "2021-05-20" } } },
	expect = { outcome = { route = "new-entry", change = "first" } },
}

test "whoever registered in time is in time" {
	given = "ready for the Quality Mark",
	with = { registered_on = "2024-05-19" },
	before = { { with = { assessed_on = "2021-05-20", registered_on = nothing } } },
	expect = { outcome = { route = "redesignation", fee = { net = 700 } } },
}

test "an award of a later day is not held" {
	given = "ready for the Quality Mark",
	before = { { with = { assessed_on = "2024-05-21" } } },
	expect = { outcome = { route = "new-entry", improved_statements = {} } },
}

test "an award of the same day is held" {
	given = "ready for the Quality Mark",
	with = { scores = all(6) },
	before = { { given = "ready for the Quality Mark" } },
	expect = { outcome = { route = "redesignation",
		improved_statements = { "1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9", "10" } } },
}

test "an entry without an award holds nothing" {
	given = "ready for the Quality Mark",
	before = { { with = { assessed_on = "2023-05-20", scores = { ["1"] = 1 } } } },
	expect = { outcome = { route = "new-entry", improved_statements = { "1" } } },
}

test "the latest award by its date is held, whenever it was logged" {
	given = "ready for the Quality Mark",
	before = {
		{ with = { assessed_on = "2023-06-01" } },
		{ given = "ready for Quality Lead", with = { assessed_on = "2022-06-01" } },
	},
	expect = { outcome = { change = "maintained", refer_to_assessor = false } },
}

test "of two on one day the later in the log is held" {
	given = "ready for the Quality Mark",
	before = {
		{ with = { assessed_on = "2023-06-01" } },
		{ given = "ready for Quality Lead", with = { assessed_on = "2023-06-01" } },
	},
	expect = { outcome = { change = "lower" } },
}

-- R-17
test "what was revoked counts neither as an award nor as a benchmark" {
	given = "ready for the Quality Mark",
	with = { scores = all(6) },
	before = { { with = { assessed_on = "2023-05-20", scores = all(5) }, revoked = true } },
	expect = { outcome = { route = "new-entry", change = "first", improved_statements = {} } },
}

-- ---- one entry, several submissions: R-21 ----------------------------------------------

test "a second submission of an entry is paid for already" {
	given = "ready for the Quality Mark",
	with = { registered_on = "2024-01-10" },
	before = { { with = { registered_on = "2024-01-10", assessed_on = "2024-02-01" } } },
	expect = { outcome = { route = "new-entry", change = "first",
		fee = { net = 0, vat = 0, gross = 0 } } },
}

test "a fee is never below nothing" {
	given = "ready for the Quality Mark",
	with = { registered_on = "2024-01-10", partnership = { aym_member = true } },
	before = { { given = "ready for the Quality Mark",
		with = { registered_on = "2024-01-10", assessed_on = "2024-02-01" } } },
	expect = { outcome = { fee = { net = 0, vat = 0, gross = 0 } } },
}

test "what is dearer later in the entry costs the difference" {
	given = "ready for the Quality Mark",
	with = { registered_on = "2024-01-10" },
	before = { { given = "ready for the Quality Mark",
		with = { registered_on = "2024-01-10", assessed_on = "2024-02-01",
			partnership = { aym_member = true } } } },
	expect = { outcome = { fee = { net = 200, vat = 40, gross = 240 } } },
}

test "another registration is another entry" {
	given = "ready for the Quality Mark",
	with = { registered_on = "2024-01-10" },
	before = { { with = { registered_on = "2024-01-09", assessed_on = "2024-02-01" } } },
	expect = { outcome = { route = "redesignation", fee = { net = 700 } } },
}

test "a revoked submission of an entry is not charged for" {
	given = "ready for the Quality Mark",
	with = { registered_on = "2024-01-10" },
	before = { { with = { registered_on = "2024-01-10", assessed_on = "2024-02-01" },
		revoked = true } },
	expect = { outcome = { fee = { net = 1300 } } },
}

test "without a registration each submission is its own entry" {
	given = "ready for the Quality Mark",
	before = { { with = { assessed_on = "2024-02-01" } } },
	expect = { outcome = { route = "redesignation", fee = { net = 700 } } },
}

-- ---- who should look at it: R-18, R-27 --------------------------------------------------

test "six statements that apply are enough" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 0, ["2"] = 0, ["3"] = 0, ["5"] = 0, ["6"] = 0 } },
	expect = { at_least = "quality-mark", outcome = { refer_to_assessor = false } },
}

test "with five an assessor looks at it" {
	given = "ready for the Quality Mark",
	with = { scores = { ["1"] = 0, ["2"] = 0, ["3"] = 0, ["5"] = 0, ["6"] = 0, ["7"] = 0 } },
	expect = { at_least = "quality-mark", outcome = { refer_to_assessor = true } },
}

-- R-19
test "what did not apply before, or does not now, is no improvement" {
	given = "ready for the Quality Mark",
	with = { scores = all(6, { ["1"] = 0, ["3"] = 5 }) },
	before = { { with = { assessed_on = "2023-05-20", scores = all(5, { ["2"] = 0 }) } } },
	expect = { outcome = { improved_statements = { "4a", "4b", "5", "6", "7", "8", "9", "10" } } },
}

test "the latest benchmark is the one compared with" {
	given = "ready for the Quality Mark",
	with = { scores = all(6) },
	before = {
		{ with = { assessed_on = "2023-05-20", scores = all(6, { ["1"] = 5 }) } },
		{ with = { assessed_on = "2022-05-20", scores = all(5) } },
	},
	expect = { outcome = { improved_statements = { "1" } } },
}

-- ---- names and words: R-25, AW-6 ----------------------------------------------------------

test "the citation of a new entry" {
	given = "ready for the Quality Mark",
	expect = { award = "quality-mark", outcome = { citation = "North Vale: Quality Mark, May 2024" } },
}

test "without a name the last one given stands" {
	given = "ready for the Quality Mark",
	with = { partnership = { name = nothing } },
	before = {
		{ with = { assessed_on = "2022-05-20", partnership = { name = "North Vale and Dale" } } },
		{ with = { assessed_on = "2023-05-20", partnership = { name = nothing } } },
	},
	expect = { partnership = { id = "north-vale", name = "North Vale and Dale", aym_member = false } },
}

test "without any name the id stands" {
	given = "ready for the Quality Mark",
	with = { partnership = { name = nothing } },
	expect = { partnership = { name = "north-vale" } },
}

-- ---- awards made before this software: R-16 ---------------------------------------------------

test "an imported award, with what is said of it" {
	imported = { name = "North Vale", award = "quality-lead", commendations = { "child-first" },
		route = "redesignation", awarded_on = "2023-03-17" },
	expect = {
		outcome = {
			award = "quality-lead", commendations = { "child-first" }, route = "redesignation",
			awarded_on = "2023-03-17", expires_on = "2026-03-17",
			citation = "North Vale: Quality Lead redesignation with Child First Commendation, "
				.. "March 2023",
		},
	},
}

test "where only the month is known its first day governs" {
	imported = { name = "North Vale", award = "quality-mark", awarded_on = "2023-03-17",
		precision = "month" },
	expect = {
		outcome = { route = "new-entry", awarded_on = "2023-03-01", expires_on = "2026-03-01",
			citation = "North Vale: Quality Mark, March 2023" },
	},
}

test "an imported award is held, and is no benchmark" {
	given = "ready for the Quality Mark",
	before = { { imported = { award = "quality-mark", awarded_on = "2022-05-20" } } },
	expect = { award = "quality-mark",
		outcome = { route = "redesignation", change = "maintained", improved_statements = {},
			fee = { net = 700 } } },
}
