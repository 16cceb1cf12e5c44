-- Quality Mark: the first level. Good practice everywhere, even where it is not yet widespread.

level "quality-mark" {
	title = "Quality Mark",
	in_force_from = "2017-04-01",                                          -- R-13

	criterion "QM-1" {
		says = "Every statement that applies is scored 5 or more",
		every_score_at_least(5),
	},

	criterion "QM-2" {
		says = "Signed off by SEND leadership and by youth offending service leadership",
		signed_off_by { "send_leadership", "yos_leadership" },
	},

	-- QM-3: case studies, testimonies, reports and statistics are welcome, and not required.
	-- QM-4: reached at the initial benchmark or after a period of improvement: both alike.
}
