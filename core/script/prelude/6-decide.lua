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
		return text_or_complain(value, "words of a decision", 10000)
	elseif kind ~= "table" or depth > 8 then
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
		copy[text_or_complain(key, "a name in a decision", 200)] = plain(item, depth + 1)
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
	return { status = it.status, reason = it.reason, error = it.error,
		shortfalls = plain_shortfalls(it.shortfalls) }
end

local severity = { met = 0, unmet = 1, error = 2 }

local function look_at(criterion, submission, history, results)
	if criterion.check then
		return checked(criterion.check(submission, history), criterion)
	end
	local whole
	for _, it in ipairs(criterion.tests) do
		local found = checked(it.look(submission, history, results), criterion)
		if not whole then
			whole = found
		else
			if severity[found.status] > severity[whole.status] then
				whole.status = found.status
			end
			whole.error = whole.error or found.error
			whole.reason = whole.reason .. " " .. found.reason
			for _, item in ipairs(found.shortfalls) do
				table.insert(whole.shortfalls, item)
			end
		end
	end
	return whole
end

local function judge_criterion(criterion, submission, history, results)
	local ok, found, line, message = host.attempt(CRITERION.fuel, CRITERION.memory, look_at,
		criterion, submission, history, results)
	if not ok then
		local file = found
		if not file then
			file, line = criterion.place.file, criterion.place.line
		end
		found = { status = "error", reason = file .. ":" .. line .. ": " .. message,
			shortfalls = host.list {}, error = { file = file, line = line,
				message = message } }
	end
	found.id, found.says = criterion.id, criterion.says
	return found
end

local function is_in_force(award, date)
	return (award.in_force_from == nil or date >= award.in_force_from)
		and (award.in_force_until == nil or date <= award.in_force_until)
end

local function judge_award(award, submission, history, results)
	local result = { id = award.id, title = award.title, criteria = {}, by_criteria = "met" }
	for index, criterion in ipairs(award.criteria) do
		local found = judge_criterion(criterion, submission, history, results)
		result.criteria[index] = found
		if severity[found.status] > severity[result.by_criteria] then
			result.by_criteria = found.status
		end
	end
	result.in_force = is_in_force(award, submission.assessed_on)
	result.status = result.in_force and result.by_criteria or "not-in-force"
	return result
end

local function judge_all(submission, history)
	local results = {}
	for _, award in ipairs(evaluation_order) do
		results[award.id] = judge_award(award, submission, history, results)
	end
	return results
end

local function ids_met(list, results)
	local ids = {}
	for _, award in ipairs(list) do
		if results[award.id].status == "met" then
			table.insert(ids, award.id)
		end
	end
	return host.read_only(ids)
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

local function run_step(step, so_far)
	local value = plain(step.decide(so_far), 0)
	local wanted = expected[step.name]
	if wanted and not wanted[1](value) then
		error("\"" .. step.name .. "\" must be " .. wanted[2])
	end
	return value
end

-- Runs the steps from top to bottom; each sees what stands above it.
local function follow(list, known)
	local decided, names = {}, keys_of(known)
	local so_far = host.record(known, "\"so_far\" has no \"", names)
	for _, step in ipairs(list) do
		local ok, value, line, message = host.attempt(STEP.fuel, STEP.memory, run_step, step, so_far)
		if not ok then
			host.raise(value or step.place.file, value and line or step.place.line,
				message)
		end
		if step.shown then
			decided[step.name] = value
		end
		if value == host.null then
			known[step.name] = nil
		else
			known[step.name] = host.read_only(value)
		end
		table.insert(names, step.name)
	end
	return decided
end

-- What stands on the register needs its dates, and words to announce it with.
local function check_award(list, decided)
	if decided.award == nil or decided.award == host.null then
		return
	end
	for _, step in ipairs(list) do
		local needs = step.name == "awarded_on" or step.name == "expires_on"
			or step.name == "citation"
		if needs and decided[step.name] == host.null then
			host.raise(step.place.file, step.place.line, "an award is given, but no "
				.. step.name)
		end
	end
end

local function any_error(results)
	for _, award in ipairs(evaluation_order) do
		if results[award.id].by_criteria == "error" then
			return true
		end
	end
	return false
end

local function show_awards(results)
	local shown = {}
	for _, list in ipairs { levels, commendations } do
		for _, award in ipairs(list) do
			local it = results[award.id]
			table.insert(shown, { id = it.id, title = it.title, status = it.status,
				criteria = host.list(it.criteria) })
		end
	end
	return host.list(shown)
end

local function show_next(given, results)
	local above = given ~= host.null and words.rank(given) or 0
	for _, level in ipairs(levels) do
		local result = results[level.id]
		if level.rank > above and result.in_force then
			local missing = {}
			for _, criterion in ipairs(result.criteria) do
				if criterion.status ~= "met" then
					table.insert(missing, { criterion = criterion.id,
						shortfalls = criterion.shortfalls })
				end
			end
			return { award = level.id, missing = host.list(missing) }
		end
	end
	return host.null
end

local function lowest_open_mark(scores, those)
	for _, mark in ipairs(once.profile.need_below) do
		for _, id in ipairs(those) do
			if scores[id] < mark then
				return mark
			end
		end
	end
	return nil
end

local function show_profile(scores)
	local those = words.applicable(scores)
	local mark = lowest_open_mark(scores, those)
	local profile = { scores = {}, strengths = host.list {}, development_needs = host.list {},
		not_applicable = host.list {} }
	for _, id in ipairs(statement_ids) do
		local score = scores[id]
		profile.scores[id] = score
		if not words.applies(score) then
			table.insert(profile.not_applicable, id)
		else
			if score >= once.profile.strength_from then
				table.insert(profile.strengths, id)
			end
			if mark and score < mark then
				table.insert(profile.development_needs, id)
			end
		end
	end
	return profile
end

local function show_partnership(partnership, name)
	local shown = { id = partnership.id, name = name }
	for _, it in ipairs(partnership_extra) do
		if not it.personal then
			local value = partnership[it.name]
			if value == nil and it.type == "boolean" then
				value = false
			end
			shown[it.name] = plain(value, 1)
		end
	end
	return shown
end

local function decide(submission, history)
	local results = judge_all(submission, history)
	local known = { submission = submission, history = history, any_error = any_error(results),
		levels_met = ids_met(levels, results), commendations_met = ids_met(commendations,
			results) }
	local outcome = follow(steps, known)
	check_award(steps, outcome)
	return {
		submission_id = submission.submission_id or host.null,
		partnership = show_partnership(submission.partnership, known.name),
		assessed_on = submission.assessed_on,
		outcome = outcome,
		awards = show_awards(results),
		next = show_next(outcome.award, results),
		profile = show_profile(submission.scores),
	}
end

local function import(given)
	local outcomes = {}
	for _, award in ipairs(given) do
		local outcome = follow(import_steps, { given = award })
		check_award(import_steps, outcome)
		table.insert(outcomes, outcome)
	end
	return { awards = host.list(outcomes) }
end

local function run_file(path, chunk)
	local ok, file, line, message = host.attempt(FILE.fuel, FILE.memory, chunk)
	if not ok then
		host.fault(file or path, line, message)
	end
end
