-- Quality Lead: widespread good practice, backed by evidence, and shared with others.

level "quality-lead" {
	title = "Quality Lead",
	above = "quality-mark",
	in_force_from = "2017-04-01",                                          -- R-13

	criterion "QL-1" {
		says = "Every statement that applies is scored 7 or more",
		every_score_at_least(7),
	},

	criterion "QL-2" {
		says = "Backed by further evidence of effective practice and partnership working",
		at_least_one "evidence",                                       -- R-2
	},

	criterion "QL-3" {
		says = "At least one score of 8 or more, with a case study of it to share",
		shareable_case_study_scoring_at_least(8),                      -- R-3
	},

	criterion "QL-4" {
		says = "Signed off by SEND leadership and by youth offending service leadership",
		signed_off_by { "send_leadership", "yos_leadership" },
	},

	-- QL-5: reached at the initial benchmark or after a period of improvement: both alike.
}
