-- Beyond this, readers that keep numbers as fractions read another one.
local LARGEST = 9007199254740991

-- ---- deciding -----------------------------------------------------------------------

local function text_or_complain(value, what, limit)
	if type(value) ~= "string" or #value > limit then
		error(what .. " must be text of at most " .. limit .. " bytes")
	elseif not host.is_printable(value) then
		error(what .. " must be text in UTF-8, without a NUL byte")
	end
	return value
end

-- A copy that is whole numbers, text, true, false, lists and groups of them, and nothing else.
-- host.copy makes most of them; what it does not is a part of the submission, or wrong.
local function plain(value, depth)
	if value == nil then
		return host.null
	end
	local made = host.copy(value, depth)
	if made ~= nil then
		return made
	end
	local kind = type(value)
	if host.is_whole(value) then
		if value < -LARGEST or value > LARGEST then
			error("a number of a decision is from " .. -LARGEST .. " to " .. LARGEST
				.. ", and " .. value .. " is not")
		end
		return value
	elseif kind == "number" then
		error("a number of a decision must be whole, and " .. tostring(value) .. " is not")
	elseif kind == "string" then
		return text_or_complain(value, "words of a decision", host.longest_text)
	elseif kind ~= "table" or depth > host.deepest then
		error("a decision holds text, whole numbers, lists and groups, not a " .. kind)
	end
	local copy = {}
	if host.is_list(value) then
		for index, item in ipairs(value) do
			copy[index] = plain(item, depth + 1)
		end
		return host.list(copy)
	end
	for key, item in pairs(value) do
		local name = text_or_complain(key, "a name in a decision", host.longest_name)
		copy[name] = plain(item, depth + 1)
	end
	return copy
end

local function plain_shortfalls(given)
	if type(given) ~= "table" or not host.is_list(given) or #given > SHORTFALL_LIMIT then
		error("unmet: the shortfalls are a list of at most " .. SHORTFALL_LIMIT
			.. " groups")
	end
	local copy = {}
	for index, item in ipairs(given) do
		if type(item) ~= "table" or host.is_list(item) then
			error("unmet: a shortfall is a group such as { pointer = \"/evidence\" }")
		end
		copy[index] = plain(item, 1)
	end
	return host.list(copy)
end

local function checked(answer, criterion)
	local it = held(judgements, answer)
	if answer == nil then
		error("the check of " .. criterion.id
			.. " gave nothing: is return missing before met(…) or unmet(…)?")
	elseif not it then
		error("the check of " .. criterion.id .. " must return met(…) or unmet(…)")
	end
	text_or_complain(it.reason, "a reason", REASON_LIMIT)
	return it.status, it.reason, plain_shortfalls(it.shortfalls)
end

-- What a test gives is plain, and made of words that were looked at when the rules were read; but
-- for what failed, and for how much it is.
local function must_fit(reason, shortfalls)
	text_or_complain(reason, "a reason", REASON_LIMIT)
	plain_shortfalls(shortfalls)
end

local function bounded(status, reason, shortfalls, failure)
	if failure or #reason > REASON_LIMIT or #shortfalls > SHORTFALL_LIMIT then
		must_fit(reason, shortfalls)
	end
	return status, reason, shortfalls, failure
end

local severity = { met = 0, unmet = 1, error = 2 }

local function joined(list, more)
	local all = host.list {}
	for _, item in ipairs(list) do
		table.insert(all, item)
	end
	for _, item in ipairs(more) do
		table.insert(all, item)
	end
	return all
end

local function look_at_all(list, submission)
	local status, reason, shortfalls, failure = bounded(list[1].look(submission))
	for i = 2, #list do
		local also, said, more, failed = bounded(list[i].look(submission))
		if severity[also] > severity[status] then
			status = also
		end
		reason, shortfalls = reason .. " " .. said, joined(shortfalls, more)
		failure = failure or failed
	end
	return status, reason, shortfalls, failure
end

-- How to look at it. What a lone test gives is bounded only afterwards.
local function make_look(criterion)
	local check, list = criterion.check, criterion.tests
	if check then
		return function(submission, history)
			return checked(check(submission, history), criterion)
		end
	end
	criterion.is_lone = #list == 1
	return criterion.is_lone and list[1].look or function(submission)
		return look_at_all(list, submission)
	end
end

-- What is shown of a criterion that failed there.
local function blame(criterion, file, line, message)
	if not file then
		file, line = criterion.place.file, criterion.place.line
	end
	return "error", file .. ":" .. line .. ": " .. message, no_shortfalls,
		{ file = file, line = line, message = message }
end

local function judge_criterion(criterion, submission, history)
	local found = criterion.found
	local ok, status, reason, shortfalls, failure = host.attempt(FUEL, MEMORY, criterion.look,
		submission, history)
	if not ok then
		status, reason, shortfalls, failure = blame(criterion, status, reason, shortfalls)
	elseif criterion.is_lone
		and (failure or #reason > REASON_LIMIT or #shortfalls > SHORTFALL_LIMIT) then
		local fits, file, line, message = host.attempt(FUEL, MEMORY, must_fit, reason,
			shortfalls)
		if not fits then
			status, reason, shortfalls, failure = blame(criterion, file, line, message)
		end
	end
	found.status, found.reason, found.shortfalls = status, reason, shortfalls
	if failure then
		found.error = failure
	end
	return status
end

local function is_in_force(award, date)
	return (award.in_force_from == nil or date >= award.in_force_from)
		and (award.in_force_until == nil or date <= award.in_force_until)
end

local function judge_award(award, date, submission, history)
	local result, criteria, worst = results[award.id], award.criteria, "met"
	for i = 1, #criteria do
		local status = judge_criterion(criteria[i], submission, history)
		if status ~= worst and severity[status] > severity[worst] then
			worst = status
		end
	end
	result.by_criteria = worst
	result.in_force = is_in_force(award, date)
	result.shown.status = result.in_force and worst or "not-in-force"
	return worst
end

-- True where a criterion failed.
local function judge_all(submission, history)
	local failed, date = false, submission.assessed_on
	for i = 1, #evaluation_order do
		local worst = judge_award(evaluation_order[i], date, submission, history)
		failed = failed or worst == "error"
	end
	return failed
end

local function add_met(list, ids)
	for i = 1, #list do
		if results[list[i].id].shown.status == "met" then
			ids[#ids + 1] = list[i].id
		end
	end
end

-- What the engine and later decisions build on, and so must be as it says.
local function is_text(value)
	return type(value) == "string"
end

local function is_date_or_nothing(value)
	return value == host.null or host.is_date(value)
end

local function is_level_or_nothing(value)
	return value == host.null or words.rank(value) > 0
end

local function is_fee(value)
	return type(value) == "table" and host.is_whole(value.net)
end

local expected = {
	name = { is_text, "text" }, route = { is_text, "text" }, change = { is_text, "text" },
	award = { is_level_or_nothing, "a level or nothing" },
	commendations = { host.is_list, "a list" }, improved_statements = { host.is_list, "a list" },
	awarded_on = { is_date_or_nothing, "a date or nothing" },
	expires_on = { is_date_or_nothing, "a date or nothing" },
	fee = { is_fee, "a group with a net that is a whole number" },
}

local function must_be_wanted(step, value)
	if not step.wanted[1](value) then
		host.raise(step.place.file, step.place.line, "\"" .. step.name .. "\" must be "
			.. step.wanted[2])
	end
end

-- Runs the steps from top to bottom; each sees what stands above it. `names` has the names that
-- `known` may have; `so_far` is its face. What is shown is never so large that a step could not have
-- a face of it made when it looks.
local function follow(list, known, names, so_far, decided)
	for i = 1, #list do
		local step = list[i]
		local name = step.name
		local ok, value, same, message = host.attempt(FUEL, MEMORY, host.taken, step.decide,
			so_far)
		if ok and value == nil then    -- what it gave cannot be copied as it is
			ok, value, same, message = host.attempt(FUEL, MEMORY, plain, same, 0)
		end
		if not ok then
			host.raise(value or step.place.file, value and same or step.place.line,
				message)
		end
		if step.wanted then
			must_be_wanted(step, value)
		end
		if step.shown then
			decided[name] = value
		end
		names[name] = true
		if same then
			known[name] = value
		elseif value == host.null then
			known[name] = nil
		elseif step.shown then
			names[name] = value
		else
			known[name] = host.read_only(value)
		end
	end
end

local function face_of(known, names)
	return host.record(known, "\"so_far\" has no \"", names)
end

-- What stands on the register needs its dates, and words to announce it with.
local announced = { "awarded_on", "expires_on", "citation" }

local function check_award(list, decided)
	if decided.award == nil or decided.award == host.null then
		return
	end
	for i = 1, #announced do
		local name = announced[i]
		local step = list[name]
		if step and decided[name] == host.null then
			host.raise(step.place.file, step.place.line, "an award is given, but no "
				.. name)
		end
	end
end

local function show_next(given)
	local above = given ~= host.null and words.rank(given) or 0
	for i = 1, #levels do
		local level = levels[i]
		local result = results[level.id]
		if level.rank > above and result.in_force then
			local missing = {}
			for index = 1, #result.criteria do
				local criterion = result.criteria[index]
				if criterion.status ~= "met" then
					missing[#missing + 1] = { criterion = criterion.id,
						shortfalls = criterion.shortfalls }
				end
			end
			return { award = level.id, missing = host.list(missing) }
		end
	end
	return host.null
end

local function lowest_open_mark(scores, those)
	local marks_below = once.profile.need_below
	for at = 1, #marks_below do
		local mark = marks_below[at]
		for i = 1, #those do
			if scores[those[i]] < mark then
				return mark
			end
		end
	end
	return nil
end

local function fill_profile(profile, submission)
	local scores, those = scores_of(submission)
	local mark = lowest_open_mark(scores, those)
	local strong, none = once.profile.strength_from, once.scale.given.not_applicable
	local strengths, needs, others = host.room(#those), host.room(#those), {}
	for i = 1, #statement_ids do
		local id = statement_ids[i]
		local score = scores[id]
		if score == nil or score == none then
			others[#others + 1] = id
		else
			if score >= strong then
				strengths[#strengths + 1] = id
			end
			if mark and score < mark then
				needs[#needs + 1] = id
			end
		end
	end
	profile.strengths, profile.development_needs = host.list(strengths), host.list(needs)
	profile.not_applicable = host.list(others)
end

local function fill_partnership(shown, partnership, name)
	shown.id, shown.name = partnership.id, name
	for i = 1, #partnership_extra do
		local it = partnership_extra[i]
		if not it.personal then
			local value = partnership[it.name]
			if value == nil and it.type == "boolean" then
				value = false
			end
			shown[it.name] = plain(value, 1)
		end
	end
end

-- What each decision fills in. It is made when the rules are read, and filled once: every run begins
-- with the state as it was then. What is shown of it is a sheet: what is blank in it must be filled
-- in, and what may be missing is nil until it is.
local blank <const>, maybe <const> = host.blank, host.maybe
local sheet = { submission_id = blank, assessed_on = maybe, next = blank, outcome = {},
	partnership = { id = maybe, name = maybe }, awards = host.list {},
	profile = { scores = scores_read, strengths = blank, development_needs = blank,
		not_applicable = blank } }
local answer = { known = {}, names = {}, levels_met = {}, commendations_met = {} }

local function make_result(award)
	local found = {}
	for index, criterion in ipairs(award.criteria) do
		criterion.found = { id = criterion.id, says = criterion.says, status = blank,
			reason = blank, shortfalls = blank, error = maybe }
		criterion.look = make_look(criterion)
		found[index] = criterion.found
	end
	local shown = { id = award.id, title = award.title, status = blank, criteria = host.list(found) }
	results[award.id] = { criteria = found, by_criteria = "met", in_force = false, shown = shown }
	table.insert(sheet.awards, shown)
end

local function make_sheet()
	for _, id in ipairs(statement_ids) do
		sheet.profile.scores[id] = maybe
	end
	for _, it in ipairs(partnership_extra) do
		if not it.personal then
			sheet.partnership[it.name] = blank
		end
	end
	for _, step in ipairs(steps) do
		if step.shown then
			sheet.outcome[step.name] = blank
		end
	end
	host.sheet(sheet)
end

-- Room for these names in a group, which then has none of them.
local function make_room(group, list)
	for _, step in ipairs(list) do
		group[step.name] = true
	end
	for _, step in ipairs(list) do
		group[step.name] = nil
	end
end

local function make_answer()
	for _, list in ipairs { levels, commendations } do
		for _, award in ipairs(list) do
			make_result(award)
		end
	end
	for _, list in ipairs { steps, import_steps } do
		for _, step in ipairs(list) do
			step.wanted = expected[step.name]
		end
	end
	for _, name in ipairs { "submission", "history", "any_error", "levels_met",
		"commendations_met" } do
		answer.names[name], answer.known[name] = true, true
	end
	answer.known.levels_met = host.freeze(answer.levels_met)
	answer.known.commendations_met = host.freeze(answer.commendations_met)
	make_room(answer.known, steps)
	make_room(answer.names, steps)
	answer.so_far = face_of(answer.known, answer.names)
	make_sheet()
end

local function decide(submission, history)
	local known, outcome = answer.known, sheet.outcome
	known.any_error = judge_all(submission, history)
	known.submission, known.history = submission, history
	add_met(levels, answer.levels_met)
	add_met(commendations, answer.commendations_met)
	follow(steps, known, answer.names, answer.so_far, outcome)
	check_award(steps, outcome)
	sheet.submission_id = submission.submission_id or host.null
	fill_partnership(sheet.partnership, submission.partnership, known.name)
	sheet.assessed_on = submission.assessed_on
	sheet.next = show_next(outcome.award)
	fill_profile(sheet.profile, submission)
	return sheet
end

local function import(given)
	local outcomes = {}
	for _, award in ipairs(given) do
		local known, names, outcome = { given = award }, { given = true }, {}
		follow(import_steps, known, names, face_of(known, names), outcome)
		check_award(import_steps, outcome)
		table.insert(outcomes, outcome)
	end
	return { awards = host.list(outcomes) }
end

local function make_words()
	local scale = once.scale.given
	if scale.to - scale.from <= 100 then
		for number = scale.from, scale.to do
			digits[number] = tostring(number)
		end
		for number = 1, scale.to - scale.from do
			digits[number] = tostring(number)
		end
	end
	for _, id in ipairs(statement_ids) do
		scored[id] = "Statement " .. id .. " is scored "
	end
end

local function finish()
	if check_all() then
		make_words()
		make_answer()
	end
end

local function run_file(path, chunk)
	local ok, file, line, message = host.attempt(FILE_FUEL, FILE_MEMORY, chunk)
	if not ok then
		host.fault(file or path, line, message)
	end
end
