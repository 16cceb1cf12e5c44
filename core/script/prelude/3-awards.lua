-- ---- awards and criteria ---------------------------------------------------

local function gather_tests(given, place)
	local found = {}
	for _, entry in ipairs(given) do
		local it = held(tests, entry)
		if it then
			table.insert(found, it)
		else
			complain(place, "a criterion holds tests such as every_score_at_least(5)")
		end
	end
	return found
end

named("criterion", function(id, given, place)
	local what = "criterion \"" .. id .. "\""
	local it = { id = id, place = place, says = "", tests = {} }
	table.insert(criteria, it)
	if not fits(place, what, given, { says = "text!", check = "check" })
		or not new_name("criterion", id, place) then
		return token(criteria, it)
	end
	it.says, it.check, it.tests = given.says, given.check, gather_tests(given, place)
	if it.check == nil and #it.tests == 0 then
		complain(place, what
			.. " has nothing to look at: a test or check = function is needed")
	elseif it.check ~= nil and #it.tests > 0 then
		complain(place, what .. " has tests and a check: one or the other")
	end
	return token(criteria, it)
end)

local function award_word(word, on, into)
	named(word, function(id, given, place)
		local what = word .. " \"" .. id .. "\""
		local spec = { title = "text!", in_force_from = "date", in_force_until = "date" }
		spec[on] = word == "commendation" and "id!" or "id"
		if not fits(place, what, given, spec) or not new_name("award", id, place) then
			return
		end
		if not host.is_award_name(id) then
			complain(place, what
				.. ": a name is written with small letters, digits and hyphens")
		end
		if given.in_force_from and given.in_force_until
			and given.in_force_until < given.in_force_from then
			complain(place, what .. ": in_force_until is before in_force_from,"
				.. " so it could never be given")
		end
		local it = { id = id, kind = word, title = given.title, on = given[on],
			place = place,
			in_force_from = given.in_force_from, in_force_until = given.in_force_until,
			criteria = {} }
		for _, entry in ipairs(given) do
			local criterion = held(criteria, entry)
			if not criterion or criterion.award then
				complain(place, what .. ": only criteria of its own stand in it")
			else
				criterion.award = it
				table.insert(it.criteria, criterion)
			end
		end
		if #it.criteria == 0 then
			complain(place, what .. " has no criterion, so everybody would meet it")
		end
		table.insert(into, it)
		awards[id] = it
	end)
end

award_word("level", "above", levels)
award_word("commendation", "added_to", commendations)

-- ---- scores ------------------------------------------------------------------

function words.applies(score)
	return score ~= nil and score ~= once.scale.given.not_applicable
end

-- A state decides once, so what it has read of the scores stays true: each id's score, and the ids
-- of those that apply.
local scores_seen, scores_read, those_read = nil, {}, nil

local function scores_of(submission)
	if scores_seen == nil then
		local seen = submission.scores
		scores_read, those_read = host.scores(seen, statement_ids,
			once.scale.given.not_applicable, scores_read)
		scores_seen = seen
	end
	return scores_read, those_read
end

function words.applicable(scores)
	if scores_seen ~= nil and scores == scores_seen then
		return host.copy(those_read, 0)
	end
	return host.applicable(scores, statement_ids, once.scale.given.not_applicable)
end

-- Numbers of the scale as text, and how a statement's sentence begins: made when every file was read.
local digits, scored = {}, {}

local function shown(number)
	return digits[number] or number
end

local function say_list(items)
	if #items < 2 then
		return items[1] or ""
	end
	local last = table.remove(items)
	return table.concat(items, ", ") .. " and " .. last
end

local function say_statements(ids)
	local copy = host.copy(ids, 0)
	return (#copy == 1 and "statement " or "statements ") .. say_list(copy)
end

-- ---- what a criterion can look at ----------------------------------------------

local function judgement(status, reason, shortfalls)
	return token(judgements, { status = status, reason = reason, shortfalls = shortfalls })
end

function words.met(reason)
	return judgement("met", reason, {})
end

function words.unmet(reason, shortfalls)
	return judgement("unmet", reason, shortfalls or {})
end

-- look: gives status, reason, shortfalls, and what failed; the shortfalls are new or never changed.
-- refer: called when all files were read, to check what the test refers to; every_score: the score
-- that it asks of every statement, where it asks for one
local function test(look, refer, meets, every_score)
	return token(tests, { look = look, refer = refer, meets = meets, every_score = every_score,
		place = here() })
end

local function mark_on_scale(needs, word)
	if not host.is_whole(needs) then
		error(word .. " needs a whole number, such as " .. word .. "(5)")
	end
	return function(place)
		local scale = once.scale.given
		if needs < scale.from or needs > scale.to then
			complain(place, word .. ": " .. needs .. " is not on the scale of "
				.. scale.from .. " to " .. scale.to)
		end
	end
end

local function find_member(list, name)
	for _, it in ipairs(list) do
		if it.name == name then
			return it
		end
	end
	return nil
end

local function names_in(list)
	local names = {}
	for _, it in ipairs(list) do
		table.insert(names, it.name)
	end
	return names
end

-- Borrows the member of the form, or says what is wrong.
local function need_member(list, name, kind, place, what)
	local it = find_member(list, name)
	if it == nil then
		complain(place, what .. ": a submission has no \"" .. name .. "\""
			.. hint(name, names_in(list)))
	elseif it.type ~= kind then
		complain(place, what .. ": \"" .. name .. "\" is not a "
			.. (kind == "object" and "group" or kind))
		return nil
	end
	return it
end

local no_shortfalls, shortfall_of_scores = host.list {}, host.list { { pointer = "/scores" } }

local function shortage(score, needs)
	return score .. "; " .. needs .. " is needed (" .. needs - score .. " short)."
end

function words.every_score_at_least(needs)
	local enough = " statements that apply are scored " .. tostring(needs) .. " or more."
	local on_scale = mark_on_scale(needs, "every_score_at_least")
	local endings = {}    -- of the sentences on scores that are short: made when every file was read
	return test(function(submission)
		local scores, those = scores_of(submission)
		local short, said, count = no_shortfalls, nil, 0
		if #those == 0 then
			return "unmet", "No statement applies, and at least one must.",
				shortfall_of_scores
		end
		for i = 1, #those do
			local id = those[i]
			local score = scores[id]
			if score < needs then
				if count == 0 then
					short, said = host.room(#those), host.room(#those)
				end
				count = count + 1
				short[count] = { statement = id, score = score, needs = needs }
				said[count] = scored[id] .. (endings[score] or shortage(score, needs))
			end
		end
		if count > 0 then
			return "unmet", table.concat(said, " "), short
		elseif #those == 1 then
			return "met", "The one statement that applies is scored "
				.. shown(scores[those[1]]) .. ".", no_shortfalls
		end
		return "met", "All " .. shown(#those) .. enough, no_shortfalls
	end, function(place)
		on_scale(place)
		for score = math.max(once.scale.given.from, needs - 100), needs - 1 do
			endings[score] = shortage(score, needs)
		end
	end, nil, needs)
end

function words.at_least_one(name)
	if not is.id(name) then
		error("at_least_one needs the name of a list, such as at_least_one \"evidence\"")
	end
	local title, shortfall = name, host.list { { pointer = "/" .. name } }
	return test(function(submission)
		local count = #submission[name]
		if count > 0 then
			return "met", title .. ": " .. shown(count) .. " given.", no_shortfalls
		end
		return "unmet", title .. ": none given; at least one is needed.", shortfall
	end, function(place)
		local it = need_member(form, name, "list", place, "at_least_one")
		title = it and string.upper(string.sub(members[it].title, 1, 1))
			.. string.sub(members[it].title, 2)
	end)
end

-- The statements scored `needs` or more, and the highest score there is.
local function high_scores(submission, needs)
	local scores, those = scores_of(submission)
	local high, best = {}, nil
	for i = 1, #those do
		local score = scores[those[i]]
		if best == nil or score > best then
			best = score
		end
		if score >= needs then
			high[#high + 1] = those[i]
		end
	end
	return high, best
end

-- A statement among these that a shareable case study is about.
local function shared_statement(studies, those)
	for _, study in ipairs(studies) do
		for _, id in ipairs(study.shareable and study.statements or {}) do
			for i = 1, #those do
				if id == those[i] then
					return id
				end
			end
		end
	end
	return nil
end

function words.shareable_case_study_scoring_at_least(needs)
	local word = "shareable_case_study_scoring_at_least"
	local on_scale = mark_on_scale(needs, word)
	local shortfall = host.list { { pointer = "/case_studies" } }
	return test(function(submission)
		local high, best = high_scores(submission, needs)
		if #high == 0 then
			local reason = "No statement is scored " .. needs .. " or more"
			if best then
				reason = reason .. "; the highest score is " .. best .. " ("
					.. needs - best .. " short)"
			end
			return "unmet", reason .. ".", shortfall_of_scores
		end
		local id = shared_statement(submission.case_studies, high)
		if id then
			return "met", "A case study of statement " .. id .. ", scored "
				.. shown(scores_read[id]) .. ", can be shared.", no_shortfalls
		end
		return "unmet", "There is no case study that can be shared of "
			.. say_statements(high) .. ", scored " .. shown(needs) .. " or more.",
			shortfall
	end, function(place)
		on_scale(place)
		local it = need_member(form, "case_studies", "list", place, word)
		if it and it.of.members then
			need_member(it.of.members, "statements", "list", place, "case_studies")
			need_member(it.of.members, "shareable", "boolean", place, "case_studies")
		end
	end)
end

function words.signed_off_by(halves)
	if type(halves) ~= "table" or #halves == 0 then
		error("signed_off_by needs who signs: signed_off_by { \"send_leadership\" }")
	end
	local copy, titles, shortfalls, by_all = {}, {}, {}, nil
	for _, half in ipairs(halves) do
		table.insert(copy, tostring(half))
		table.insert(shortfalls, { pointer = "/sign_off/" .. tostring(half) })
	end
	return test(function(submission)
		local missing, short = {}, {}
		local sign_off = submission.sign_off
		for i = 1, #copy do
			if sign_off == nil or sign_off[copy[i]] == nil then
				missing[#missing + 1] = titles[i]
				short[#short + 1] = shortfalls[i]
			end
		end
		if #short > 0 then
			return "unmet", "Not signed off by " .. say_list(missing) .. ".", short
		end
		return "met", by_all, no_shortfalls
	end, function(place)
		local it = need_member(form, "sign_off", "object", place, "signed_off_by")
		for index, half in ipairs(copy) do
			local group = it and need_member(it.members, half, "object", place,
				"signed_off_by")
			titles[index] = group and members[group].title or ""
		end
		by_all = "Signed off by " .. say_list(host.copy(titles, 0)) .. "."
	end)
end

local results = {}    -- what this run has found of each award, by its id

function words.meets(id)
	if not is.id(id) then
		error("meets needs the name of an award, such as meets \"quality-mark\"")
	end
	return test(function()
		local result = results[id]
		local failing = {}
		for i = 1, #result.criteria do
			local criterion = result.criteria[i]
			if criterion.status == "error" and result.by_criteria == "error" then
				return "error", awards[id].title .. " could not be decided: "
					.. criterion.reason, no_shortfalls, criterion.error
			elseif criterion.status ~= "met" then
				failing[#failing + 1] = criterion.id
			end
		end
		if #failing > 0 then
			return "unmet", awards[id].title .. " is not met: see " .. say_list(failing)
				.. ".", no_shortfalls
		end
		return "met", "Every criterion of " .. awards[id].title .. " is met.",
			no_shortfalls
	end, function(place)
		if not awards[id] then
			complain(place, "meets: there is no award \"" .. id .. "\"" .. hint(id,
				keys_of(awards)))
		end
	end, id)
end

