-- The framework: what a partnership is scored on, and what a submission is made of.

scheme { title = "Youth Justice SEND Quality Awards" }

-- F-1: ten key statements, of which the fourth has two parts.
statement "1"  "SEND staff know youth justice practice"
statement "2"  "Youth offending staff know SEND practice"
statement "3"  "Recent training on needs and disadvantage"
statement "4a" "Full and timely exchange of SEN information"
statement "4b" "Children at risk are found and helped early"
statement "5"  "Screening on entry by trained staff"
statement "6"  "EHCPs travel with the child"
statement "7"  "Unmet high-level needs get timely support"
statement "8"  "Joint transition and resettlement planning"
statement "9"  "Children and families have a voice"
statement "10" "Commissioners resource and review"

-- F-2: each is scored with a whole number; the scores between are judged between their neighbours.
scale {
	from = 0, to = 10,
	not_applicable = 0,                                                    -- F-3
	mark(0, "Does not apply in this setting"),
	mark(1, "Not done"),
	mark(3, "Done here and there"),
	mark(5, "Effective practice, not yet everywhere or every time"),
	mark(7, "Effective practice everywhere, and outcomes are better for it"),
	mark(9, "Outstanding practice, with case studies others can learn from"),
}

-- F-4, R-15: a strength scores 7 or more. A need is a score below the next mark: 5, and once
-- every score has reached 5, 7.
profile {
	strength_from = 7,
	need_below = { 5, 7 },
	learn_from = 8,                                                        -- SH-2
}

choices "evidence_kinds" {
	choice("first-time-offending-rate", "First-time offending rates"),
	choice("reoffending-rate", "Reoffending rates"),
	choice("joint-working-protocol", "Joint working protocols"),
	choice("transition-planning", "Transition planning and provision"),
	choice("training-plan", "Training plans completed and in action"),
	choice("systems", "Systems in place and at work"),
	choice("panels-and-forums", "Panels and forums that are active and effective"),
	choice("other", "Other evidence"),
}

-- CF-2: the four tenets of the Child First framework, A to D.
choices "tenets" {
	choice("best-interests", "A: The child's interests, rights and potential come first"),
	choice("strengths", "B: Strengths and a pro-social identity, so that change lasts"),
	choice("participation", "C: Children take part and are included"),
	choice("prevention", "D: Childhood out of the justice system"),
}

-- What a submission may hold, beside what every submission has: submission_id, partnership (id
-- and name), assessed_on, registered_on, seeking and scores.
submission {
	partnership {
		yes_or_no "aym_member" { title = "AYM member" },
	},

	one_of "stage" { "initial", "final" },

	list "evidence" {
		one_of "kind" { from = "evidence_kinds", required = true },
		text "summary" { required = true },
		list "statements" { from = "statements" },
	},

	list "case_studies" {
		text "title" { required = true },
		list "statements" { from = "statements", required = true, at_least = 1 },
		yes_or_no "shareable" {},
	},

	-- QM-2, QL-4, R-28: each half by email, or by attending a meeting.
	group "sign_off" {
		group "send_leadership" {
			title = "SEND leadership",
			text "name" { personal = true },
			text "role" {},
			one_of "method" { "email", "meeting", required = true },
			date "on" { required = true },
		},
		group "yos_leadership" {
			title = "youth offending service leadership",
			text "name" { personal = true },
			text "role" {},
			one_of "method" { "email", "meeting", required = true },
			date "on" { required = true },
		},
	},

	list "child_first" {
		title = "Child First features",
		one_of "tenet" { from = "tenets", required = true },
		text "feature" { required = true },
	},
}
