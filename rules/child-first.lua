-- Child First Commendation: added to Quality Lead, and to any level above it (R-24).

commendation "child-first" {
	title = "Child First Commendation",
	added_to = "quality-lead",
	in_force_from = "2022-01-01",                                          -- R-13, CF-4

	criterion "CF-1" {
		says = "The same assessment meets Quality Lead",
		meets "quality-lead",
	},

	criterion "CF-2" {
		says = "A feature of practice is aligned with a tenet of the Child First framework",
		at_least_one "child_first",                                    -- R-4
	},

	criterion "CF-3" {
		says = "A case study of effective practice is submitted",
		at_least_one "case_studies",                                   -- R-5
	},
}
