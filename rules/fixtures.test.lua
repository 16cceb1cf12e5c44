-- What the tests begin with: submissions that meet everything. Each test says what differs.

fixture "ready for the Quality Mark" {
	partnership = { id = "north-vale", name = "North Vale" },
	assessed_on = "2024-05-20",
	scores = all(5),
	sign_off = {
		send_leadership = { role = "Head of SEND", method = "email", on = "2024-05-18" },
		yos_leadership = { role = "Head of Service", method = "meeting", on = "2024-05-20" },
	},
}

fixture "ready for Quality Lead" {
	like = "ready for the Quality Mark",
	scores = all(8),
	evidence = { { kind = "systems", summary = "Health screening feeds every plan" } },
	case_studies = { { title = "A panel that works", statements = { "8" }, shareable = true } },
}

fixture "ready for Child First" {
	like = "ready for Quality Lead",
	child_first = { { tenet = "participation", feature = "Children shape their own plans" } },
}
