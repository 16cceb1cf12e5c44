-- Quality Beacon: a level above Quality Lead. Excellent practice everywhere, kept up over years,
-- shaped by children, and shared so that others can follow it.

local years_held = 3          -- FT-4: how long Quality Lead has been held
local nines_needed = 3        -- FT-3: how many statements are outstanding
local outstanding = 9         -- FT-3, FT-5: the score that counts as outstanding
local kinds_needed = 2        -- FT-6: how many kinds of evidence

-- The statements that a case study to share is about.
local function shared_statements(submission)
	local shared = {}
	for _, study in ipairs(submission.case_studies) do
		if study.shareable then
			for _, statement in ipairs(study.statements) do
				shared[statement] = true
			end
		end
	end
	return shared
end

-- Two submissions with the same date of registration belong to one entry.
local function same_entry(row, submission)
	return row.registered_on ~= nil and row.registered_on == submission.registered_on
end

-- The partnership's earlier awards that still count, the oldest first.
local function earlier_awards(submission, history)
	local awards = only(history, function(row)
		return not row.revoked
			and row.outcome.award ~= nil
			and row.outcome.awarded_on <= submission.assessed_on
			and not same_entry(row, submission)
	end)
	table.sort(awards, function(a, b)
		return a.outcome.awarded_on < b.outcome.awarded_on
	end)
	return awards
end

-- Since when Quality Lead or more has been held without a break; nothing where it is not held.
-- Registering before an award lapses keeps it unbroken, however long the assessment then takes.
local function lead_held_since(submission, history)
	local since, expires_on
	for _, row in ipairs(earlier_awards(submission, history)) do
		local asked_on = row.registered_on or row.outcome.awarded_on
		if rank(row.outcome.award) < rank("quality-lead") then
			since = nil
		elseif since == nil or asked_on >= expires_on then
			since = row.outcome.awarded_on
		end
		expires_on = row.outcome.expires_on
	end
	local asked_on = submission.registered_on or submission.assessed_on
	if since ~= nil and asked_on < expires_on then
		return since
	end
	return nil
end

level "quality-beacon" {
	title = "Quality Beacon",
	above = "quality-lead",
	in_force_from = "2026-01-01",

	criterion "FT-1" {
		says = "The same assessment meets Quality Lead",
		meets "quality-lead",
	},

	criterion "FT-2" {
		says = "Every statement that applies is scored 8 or more",
		every_score_at_least(8),
	},

	criterion "FT-3" {
		says = "Three statements or more are scored 9 or more, each with a case study to share",
		check = function(submission)
			local shared = shared_statements(submission)
			local good, unshared = {}, {}
			for _, statement in ipairs(applicable(submission.scores)) do
				if submission.scores[statement] >= outstanding then
					table.insert(shared[statement] and good or unshared, statement)
				end
			end
			if #good >= nines_needed then
				return met("Outstanding and shared: statements "
					.. table.concat(good, ", ") .. ".")
			end
			local reason = "Outstanding and shared: " .. #good .. " of the "
				.. nines_needed .. " statements needed."
			if #unshared > 0 then
				return unmet(reason .. " Outstanding without a case study to share: "
					.. table.concat(unshared, ", ") .. ".",
					{ { pointer = "/case_studies" } })
			end
			return unmet(reason, { { pointer = "/scores" } })
		end,
	},

	criterion "FT-4" {
		says = "Quality Lead has been held for three years without a break",
		check = function(submission, history)
			local since = lead_held_since(submission, history)
			if since == nil then
				return unmet("Quality Lead is not held.")
			end
			local enough_on = years_after(since, years_held)
			if submission.assessed_on >= enough_on then
				return met("Quality Lead has been held since "
					.. date_in_words(since) .. ".")
			end
			return unmet("Quality Lead has been held since " .. date_in_words(since)
				.. "; that is enough for an assessment from "
				.. date_in_words(enough_on) .. ".", { { pointer = "/assessed_on" } })
		end,
	},

	criterion "FT-5" {
		says = "Children shape it: statement 9 scores 9 or more, and a feature of tenet C is told",
		check = function(submission)
			local score = submission.scores["9"]
			local told = only(submission.child_first, function(feature)
				return feature.tenet == "participation"
			end)
			if not applies(score) or score < outstanding then
				return unmet("Statement 9 is scored " .. score .. "; "
					.. outstanding .. " is needed.",
					{ { statement = "9", score = score, needs = outstanding } })
			elseif #told == 0 then
				return unmet("No feature of tenet C, participation, is told.",
					{ { pointer = "/child_first" } })
			end
			return met("Statement 9 is scored " .. score
				.. ", and it is told how children take part.")
		end,
	},

	criterion "FT-6" {
		says = "Evidence of two kinds or more, one of them a rate of offending",
		check = function(submission)
			local seen, kinds = {}, 0
			for _, item in ipairs(submission.evidence) do
				if not seen[item.kind] then
					seen[item.kind] = true
					kinds = kinds + 1
				end
			end
			local rate = seen["first-time-offending-rate"] or seen["reoffending-rate"]
			if kinds >= kinds_needed and rate then
				return met("Kinds of evidence: " .. kinds
					.. ", a rate of offending among them.")
			end
			local reason = "Kinds of evidence: " .. kinds .. " of the " .. kinds_needed
				.. " needed."
			if not rate then
				reason = reason .. " No rate of first-time offending or of reoffending is given."
			end
			return unmet(reason, { { pointer = "/evidence" } })
		end,
	},
}
