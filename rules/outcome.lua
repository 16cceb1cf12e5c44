-- The outcome: what comes of a submission once every criterion has been looked at. Which level
-- and commendations, for how long, by which route, at which fee, and how it is announced.
--
-- Each `outcome` is one member of the answer and each `work_out` a step on the way. They are
-- decided from top to bottom; `so_far` holds the submission, the history, and all decided above.

local years_current = 3                                                        -- AW-1
local due_months = 6                                                           -- R-12
local fewest_statements = 6                                                    -- R-27

register { years_current = years_current, due_months = due_months }

-- FE-1 to FE-4, in pounds net of VAT. A commendation costs nothing more (R-26).
fees {
	currency = "GBP",
	vat_percent = 20,                                                      -- R-14
	route("new-entry",            { member = 1100, other = 1300 }),
	route("redesignation",        { member = 600,  other = 700 }),
	route("higher-redesignation", { member = 1100, other = 1300 }),
}

-- R-21: submissions with the same date of registration belong to one entry.
local function same_entry(row, submission)
	return row.registered_on ~= nil and row.registered_on == submission.registered_on
end

-- R-25: the name given, else the last one any entry gave, else the id.
work_out "name" (function(so_far)
	local partnership = so_far.submission.partnership
	local name = partnership.name
	if name == nil then
		for _, row in ipairs(so_far.history) do
			name = row.name or name
		end
	end
	return name or partnership.id
end)

-- R-9, R-17: the award held, by date and then by place in the log; nothing where it has lapsed.
work_out "held" (function(so_far)
	local submission = so_far.submission
	local row = latest(so_far.history, {
		by = function(row) return row.outcome.awarded_on end,
		where = function(row)
			return not row.revoked
				and row.outcome.award ~= nil
				and row.outcome.awarded_on <= submission.assessed_on
				and not same_entry(row, submission)
		end,
	})
	local asked_on = submission.registered_on or submission.assessed_on
	if row ~= nil and asked_on < row.outcome.expires_on then
		return row.outcome.award
	end
	return nil
end)

-- R-8: the highest level that is met, whatever was sought.
outcome "award" (function(so_far)
	return highest(so_far.levels_met)
end)

-- R-24: a commendation is added to its level and to every level above it.
outcome "commendations" (function(so_far)
	return only(so_far.commendations_met, function(id)
		return so_far.award ~= nil and rank(so_far.award) >= rank(added_to(id))
	end)
end)

-- R-7: awarded on the day of the assessment, current up to the day before it expires.
outcome "awarded_on" (function(so_far)
	return so_far.award and so_far.submission.assessed_on
end)

outcome "expires_on" (function(so_far)
	return so_far.award and years_after(so_far.awarded_on, years_current)
end)

-- R-9, R-10: a redesignation where an award is held, a higher one where a higher level is sought.
outcome "route" (function(so_far)
	local held = so_far.held
	if held == nil then
		return "new-entry"
	end
	local aim = so_far.submission.seeking or so_far.award or held
	if rank(aim) > rank(held) then
		return "higher-redesignation"
	end
	return "redesignation"
end)

-- R-11: what the award is against the one held.
outcome "change" (function(so_far)
	local award, held = so_far.award, so_far.held
	if award == nil then
		return "none"
	elseif held == nil then
		return "first"
	elseif rank(award) > rank(held) then
		return "higher"
	elseif rank(award) < rank(held) then
		return "lower"
	end
	return "maintained"
end)

outcome "sought" (function(so_far)
	return so_far.submission.seeking
end)

-- R-23: a level that is not in force may be sought, and is not met.
outcome "sought_met" (function(so_far)
	if so_far.sought == nil then
		return nil
	end
	return so_far.award ~= nil and rank(so_far.award) >= rank(so_far.sought)
end)

-- AW-4: a higher redesignation was sought and not met; the window stays open.
outcome "window_held_open" (function(so_far)
	return so_far.route == "higher-redesignation" and so_far.sought_met == false
end)

-- R-11, R-18, R-27: when a person should look at it.
outcome "refer_to_assessor" (function(so_far)
	local fell = so_far.held ~= nil and (so_far.change == "lower" or so_far.change == "none")
	return fell or so_far.any_error or #applicable(so_far.submission.scores) < fewest_statements
end)

-- R-19: higher now than in the partnership's earlier benchmark, applicable both times.
outcome "improved_statements" (function(so_far)
	local submission = so_far.submission
	local earlier = latest(so_far.history, {
		by = function(row) return row.assessed_on end,
		where = function(row)
			return row.kind == "decision" and not row.revoked
				and row.assessed_on <= submission.assessed_on
		end,
	})
	if earlier == nil then
		return {}
	end
	return only(applicable(submission.scores), function(statement)
		local before = earlier.scores[statement]
		return before ~= nil and applies(before) and submission.scores[statement] > before
	end)
end)

-- R-20, R-21: paid for the entry by its route, less what the entry's earlier decisions have shown.
outcome "fee" (function(so_far)
	local submission = so_far.submission
	local net = net_fee(so_far.route, submission.partnership.aym_member)
	for _, row in ipairs(so_far.history) do
		if row.kind == "decision" and not row.revoked and same_entry(row, submission) then
			net = net - row.outcome.fee.net
		end
	end
	return with_vat(math.max(net, 0))
end)

-- AW-6: "Croydon: Quality Lead redesignation with Child First Commendation, March 2023"
local function announce(name, award, commendations, route, awarded_on)
	local words = name .. ": " .. title_of(award)
	if route ~= "new-entry" then
		words = words .. " redesignation"
	end
	local titles = {}
	for _, id in ipairs(commendations) do
		table.insert(titles, title_of(id))
	end
	if #titles > 0 then
		words = words .. " with " .. table.concat(titles, " and ")
	end
	return words .. ", " .. month_and_year(awarded_on)
end

outcome "citation" (function(so_far)
	return so_far.award and announce(so_far.name, so_far.award, so_far.commendations,
		so_far.route, so_far.awarded_on)
end)

-- R-16: awards made before this software. Where only the month is known its first day governs.
imported "awarded_on" (function(so_far)
	local given = so_far.given
	if given.precision == "month" then
		return first_of_month(given.awarded_on)
	end
	return given.awarded_on
end)

imported "expires_on" (function(so_far)
	return years_after(so_far.awarded_on, years_current)
end)

imported "award" (function(so_far)
	return so_far.given.award
end)

imported "commendations" (function(so_far)
	return so_far.given.commendations
end)

imported "route" (function(so_far)
	return so_far.given.route or "new-entry"
end)

imported "citation" (function(so_far)
	return announce(so_far.given.name, so_far.award, so_far.commendations, so_far.route,
		so_far.awarded_on)
end)
