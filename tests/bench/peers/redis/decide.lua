#!lua name=awards
--
-- The award scheme as a function of Redis: FCALL decide 0 <submission as JSON> gives the decision
-- as JSON, the same as awardd's but for what its log adds. Submission and decision go to the
-- stream "decisions", what later decisions look at to a list for each partnership. A
-- submission_id that is known gives the decision that was made.
--
-- Written for speed. Whatever is always the same is text that stands ready, and only what the
-- client sent is escaped. A long text is made once: Redis's Lua hashes every byte of each one. The
-- id is therefore counted before the entry is made, so that what is stored is what is answered.

-- A library has these only once it is called; see prepare.
local decode, encode, null, concat, insert, format, sub

local STATEMENTS = { "1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9", "10" }
local RANK = { ["quality-mark"] = 1, ["quality-lead"] = 2 }
local TITLE = { ["quality-mark"] = "Quality Mark", ["quality-lead"] = "Quality Lead" }
local IN_FORCE = { mark = "2017-04-01", lead = "2017-04-01", child = "2022-01-01" }
local MONTHS = { "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December" }
local FEES = {
	["new-entry"] = { 1100, 1300 },
	["redesignation"] = { 600, 700 },
	["higher-redesignation"] = { 1100, 1300 },
}
local RULES = ',"rules":{"digest":"sha256:'
	.. "0000000000000000000000000000000000000000000000000000000000000000" .. '"}}'
local DIGIT = { [0] = "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10" }

local function given(value)
	if value == null then
		return nil
	end
	return value
end

-- A list of texts of the scheme's own, none of which needs escaping.
local function quoted(list)
	if #list == 0 then
		return "[]"
	end
	return '["' .. concat(list, '","') .. '"]'
end

local function text(value)
	return value == nil and "null" or encode(value)
end

local function flag(value)
	return value == nil and "null" or value and "true" or "false"
end

local function said_list(items)
	if #items < 2 then
		return items[1] or ""
	end
	return concat(items, ", ", 1, #items - 1) .. " and " .. items[#items]
end

local function applicable(scores)
	local found = {}
	for i = 1, #STATEMENTS do
		if scores[STATEMENTS[i]] > 0 then
			found[#found + 1] = STATEMENTS[i]
		end
	end
	return found
end

-- ---- criteria: each gives whether it is met, its reason, its shortfalls as JSON --------------

local function every_score(those, scores, needs)
	if #those == 0 then
		return false, "No statement applies, and at least one must.", '[{"pointer":"/scores"}]'
	end
	local short, said, needed = {}, {}, DIGIT[needs]
	for i = 1, #those do
		local id = those[i]
		local score = scores[id]
		if score < needs then
			local shown = DIGIT[score]
			short[#short + 1] = '{"needs":' .. needed .. ',"score":' .. shown
				.. ',"statement":"' .. id .. '"}'
			said[#said + 1] = "Statement " .. id .. " is scored " .. shown .. "; " .. needed
				.. " is needed (" .. DIGIT[needs - score] .. " short)."
		end
	end
	if #short > 0 then
		return false, concat(said, " "), "[" .. concat(short, ",") .. "]"
	elseif #those == 1 then
		return true, "The one statement that applies is scored " .. scores[those[1]] .. ".", "[]"
	end
	return true, "All " .. #those .. " statements that apply are scored " .. needs .. " or more.",
		"[]"
end

local function signed_off(sign_off)
	local missing, said, short = {}, {}, {}
	local function look(half, title)
		if sign_off ~= nil and given(sign_off[half]) ~= nil then
			insert(said, title)
		else
			insert(missing, title)
			insert(short, '{"pointer":"/sign_off/' .. half .. '"}')
		end
	end
	look("send_leadership", "SEND leadership")
	look("yos_leadership", "youth offending service leadership")
	if #short > 0 then
		return false, "Not signed off by " .. said_list(missing) .. ".",
			"[" .. concat(short, ",") .. "]"
	end
	return true, "Signed off by " .. said_list(said) .. ".", "[]"
end

local function at_least_one(list, name, title)
	if list ~= nil and #list > 0 then
		return true, title .. ": " .. #list .. " given.", "[]"
	end
	return false, title .. ": none given; at least one is needed.", '[{"pointer":"/' .. name .. '"}]'
end

local function shared_statement(studies, scores)
	for _, study in ipairs(studies or {}) do
		if study.shareable == true then
			for _, id in ipairs(study.statements) do
				if scores[id] >= 8 then
					return id
				end
			end
		end
	end
	return nil
end

local function outstanding(those, scores, studies)
	local high, best = {}, nil
	for i = 1, #those do
		local score = scores[those[i]]
		if best == nil or score > best then
			best = score
		end
		if score >= 8 then
			high[#high + 1] = those[i]
		end
	end
	if #high == 0 then
		local reason = "No statement is scored 8 or more"
		if best then
			reason = reason .. "; the highest score is " .. DIGIT[best] .. " (" .. DIGIT[8 - best]
				.. " short)"
		end
		return false, reason .. ".", '[{"pointer":"/scores"}]'
	end
	local id = shared_statement(studies, scores)
	if id then
		return true, "A case study of statement " .. id .. ", scored " .. scores[id]
			.. ", can be shared.", "[]"
	end
	return false, "There is no case study that can be shared of "
		.. (#high == 1 and "statement " or "statements ") .. said_list(high)
		.. ", scored 8 or more.", '[{"pointer":"/case_studies"}]'
end

-- ---- awards ---------------------------------------------------------------------------------

local SAYS = {
	["QM-1"] = "Every statement that applies is scored 5 or more",
	["QM-2"] = "Signed off by SEND leadership and by youth offending service leadership",
	["QL-1"] = "Every statement that applies is scored 7 or more",
	["QL-2"] = "Backed by further evidence of effective practice and partnership working",
	["QL-3"] = "At least one score of 8 or more, with a case study of it to share",
	["QL-4"] = "Signed off by SEND leadership and by youth offending service leadership",
	["CF-1"] = "The same assessment meets Quality Lead",
	["CF-2"] = "A feature of practice is aligned with a tenet of the Child First framework",
	["CF-3"] = "A case study of effective practice is submitted",
}
local BEFORE, BETWEEN = {}, {}

local function prepare()
	decode, encode, null = cjson.decode, cjson.encode, cjson.null
	concat, insert, format, sub = table.concat, table.insert, string.format, string.sub
	for id, says in pairs(SAYS) do
		BEFORE[id] = '{"id":"' .. id .. '","reason":"'
		BETWEEN[id] = '","says":"' .. says .. '","shortfalls":'
	end
end

-- Adds a criterion to an award that is being written to `out`.
local function add(out, award, id, met, reason, shortfalls)
	local n = #out
	out[n + 1], out[n + 2], out[n + 3] = award.begun and "," or "", BEFORE[id], reason
	out[n + 4], out[n + 5] = BETWEEN[id], shortfalls
	out[n + 6] = met and ',"status":"met"}' or ',"status":"unmet"}'
	award.begun = true
	if not met then
		insert(award.failing, id)
		insert(award.missing, '{"criterion":"' .. id .. '","shortfalls":' .. shortfalls .. "}")
	end
end

local function begin(out, id, from, on)
	insert(out, '{"criteria":[')
	return { id = id, failing = {}, missing = {}, in_force = on >= from }
end

local function is_met(award)
	return award.in_force and #award.failing == 0
end

local function finish(out, award, rest)
	insert(out, '],"status":"')
	insert(out, not award.in_force and "not-in-force" or #award.failing == 0 and "met" or "unmet")
	insert(out, rest)
end

local function judge(out, s, those, on)
	local scores, studies = s.scores, given(s.case_studies)
	local signed, signed_reason, signed_short = signed_off(given(s.sign_off))

	local mark = begin(out, "quality-mark", IN_FORCE.mark, on)
	add(out, mark, "QM-1", every_score(those, scores, 5))
	add(out, mark, "QM-2", signed, signed_reason, signed_short)
	finish(out, mark, '","id":"quality-mark","title":"Quality Mark"},')

	local lead = begin(out, "quality-lead", IN_FORCE.lead, on)
	add(out, lead, "QL-1", every_score(those, scores, 7))
	add(out, lead, "QL-2", at_least_one(given(s.evidence), "evidence", "Evidence"))
	add(out, lead, "QL-3", outstanding(those, scores, studies))
	add(out, lead, "QL-4", signed, signed_reason, signed_short)
	finish(out, lead, '","id":"quality-lead","title":"Quality Lead"},')

	local child = begin(out, "child-first", IN_FORCE.child, on)
	if #lead.failing == 0 then
		add(out, child, "CF-1", true, "Every criterion of Quality Lead is met.", "[]")
	else
		add(out, child, "CF-1", false, "Quality Lead is not met: see "
			.. said_list(lead.failing) .. ".", "[]")
	end
	add(out, child, "CF-2", at_least_one(given(s.child_first), "child_first",
		"Child First features"))
	add(out, child, "CF-3", at_least_one(studies, "case_studies", "Case studies"))
	finish(out, child, '","id":"child-first","title":"Child First Commendation"}')
	return mark, lead, child
end

-- ---- what the partnership's history says ------------------------------------------------------

-- Rows of the partnership, oldest first: {name, assessed_on, registered_on, scores, award, net}.
local function history_of(key)
	local rows = redis.call("LRANGE", key, 0, -1)
	for i = 1, #rows do
		rows[i] = decode(rows[i])
	end
	return rows
end

local function years_after(on, years)
	local year, rest = tonumber(sub(on, 1, 4)) + years, sub(on, 5)
	-- A leap day and three years give no leap year.
	return format("%04d", year) .. (rest == "-02-29" and "-03-01" or rest)
end

local function look_back(s, on, registered, rows)
	local held, benchmark, name, paid = nil, nil, nil, 0
	for _, row in ipairs(rows) do
		local same = registered ~= nil and row.registered_on == registered
		name = row.name or name
		if same then
			paid = paid + row.net
		end
		if row.assessed_on <= on then
			if benchmark == nil or row.assessed_on >= benchmark.assessed_on then
				benchmark = row
			end
			if row.award and not same
				and (held == nil or row.assessed_on >= held.assessed_on) then
				held = row
			end
		end
	end
	if held and (registered or on) >= years_after(held.assessed_on, 3) then
		held = nil
	end
	return held and held.award, benchmark, name, paid
end

local function improved(those, scores, benchmark)
	local found = {}
	for _, id in ipairs(benchmark and those or {}) do
		if benchmark.scores[id] > 0 and scores[id] > benchmark.scores[id] then
			found[#found + 1] = id
		end
	end
	return found
end

-- ---- the outcome ---------------------------------------------------------------------------

local function route_of(held, aim)
	if held == nil then
		return "new-entry"
	end
	return RANK[aim or held] > RANK[held] and "higher-redesignation" or "redesignation"
end

local function change_of(award, held)
	if award == nil then
		return "none"
	elseif held == nil then
		return "first"
	elseif award == held then
		return "maintained"
	end
	return RANK[award] > RANK[held] and "higher" or "lower"
end

local function citation_of(name, award, commended, route, on)
	return name .. ": " .. TITLE[award] .. (route ~= "new-entry" and " redesignation" or "")
		.. (commended and " with Child First Commendation" or "") .. ", "
		.. MONTHS[tonumber(sub(on, 6, 7))] .. " " .. sub(on, 1, 4)
end

-- Needs, what does not apply, all scores, strengths.
local function show_profile(scores, those)
	local mark = nil
	for _, needed in ipairs { 5, 7 } do
		for _, id in ipairs(those) do
			if scores[id] < needed then
				mark = mark or needed
			end
		end
	end
	local all, strong, weak, none = {}, {}, {}, {}
	for i = 1, #STATEMENTS do
		local id = STATEMENTS[i]
		local score = scores[id]
		all[i] = '"' .. id .. '":' .. DIGIT[score]
		if score == 0 then
			none[#none + 1] = id
		elseif score >= 7 then
			strong[#strong + 1] = id
		end
		if mark and score > 0 and score < mark then
			weak[#weak + 1] = id
		end
	end
	return quoted(weak), quoted(none), concat(all, ","), quoted(strong)
end

local function show_next(award, mark, lead)
	local rank = award and RANK[award] or 0
	for _, it in ipairs { mark, lead } do
		if RANK[it.id] > rank and it.in_force then
			return '{"award":"' .. it.id .. '","missing":[' .. concat(it.missing, ",") .. "]}"
		end
	end
	return "null"
end

-- Gives the decision, and the row for those to come.
local function decide(s, rows, id)
	local scores, on = s.scores, s.assessed_on
	local registered, seeking = given(s.registered_on), given(s.seeking)
	local those = applicable(scores)
	local out = { '{"decision_id":"', id, '-0","sequence":', id, ',"assessed_on":"', on,
		'","awards":[' }
	local mark, lead, child = judge(out, s, those, on)
	local held, benchmark, last_name, paid = look_back(s, on, registered, rows)

	local award = is_met(lead) and "quality-lead" or is_met(mark) and "quality-mark" or nil
	local commended = award == "quality-lead" and is_met(child)
	local route, change = route_of(held, seeking or award), change_of(award, held)
	local sought_met
	if seeking then
		sought_met = award ~= nil and RANK[award] >= RANK[seeking]
	end
	local member = s.partnership.aym_member == true
	local net = math.max(FEES[route][member and 1 or 2] - paid, 0)
	local vat = math.floor((net * 20 + 50) / 100)
	local own_name = given(s.partnership.name)
	local name = own_name or last_name or s.partnership.id
	local refer = (held ~= nil and (change == "lower" or change == "none")) or #those < 6
	local needs, not_applicable, all, strengths = show_profile(scores, those)

	local rest = {
		'],"next":', show_next(award, mark, lead), ',"outcome":{"award":', text(award),
		',"awarded_on":', text(award and on), ',"change":"', change, '","citation":',
		text(award and citation_of(name, award, commended, route, on)),
		commended and ',"commendations":["child-first"]' or ',"commendations":[]',
		',"expires_on":', text(award and years_after(on, 3)),
		',"fee":{"currency":"GBP","gross":', net + vat, ',"net":', net, ',"vat":', vat,
		'},"improved_statements":', quoted(improved(those, scores, benchmark)),
		',"refer_to_assessor":', flag(refer), ',"route":"', route, '","sought":', text(seeking),
		',"sought_met":', flag(sought_met), ',"window_held_open":',
		flag(route == "higher-redesignation" and sought_met == false),
		'},"partnership":{"aym_member":', flag(member), ',"id":', encode(s.partnership.id),
		',"name":', encode(name), '},"profile":{"development_needs":', needs,
		',"not_applicable":', not_applicable, ',"scores":{', all, '},"strengths":', strengths,
		'},"submission_id":', text(given(s.submission_id)), RULES,
	}
	local n = #out
	for i = 1, #rest do
		out[n + i] = rest[i]
	end
	local row = { '{"assessed_on":"', on, '","net":', net, ',"scores":{', all, "}",
		own_name and ',"name":' .. encode(own_name) or "",
		registered and ',"registered_on":"' .. registered .. '"' or "",
		award and ',"award":"' .. award .. '"' or "", "}" }
	return concat(out), concat(row)
end

redis.register_function("decide", function(_, args)
	if decode == nil then
		prepare()
	end
	local submission = args[1]
	local s = decode(submission)
	local id = given(s.submission_id)
	local known = id and redis.call("GET", "submission:" .. id)
	if known then
		local entry = redis.call("XRANGE", "decisions", known, known)[1][2]
		if entry[2] ~= submission then
			return redis.error_reply("ERR this submission_id was decided before, with other content")
		end
		return entry[4]
	end
	local key = "partnership:" .. s.partnership.id
	local rows = history_of(key)
	local sequence = format("%.0f", redis.call("INCR", "sequence"))
	local shown, row = decide(s, rows, sequence)
	redis.call("XADD", "decisions", sequence .. "-0", "submission", submission, "decision", shown)
	redis.call("RPUSH", key, row)
	if id then
		redis.call("SET", "submission:" .. id, sequence .. "-0")
	end
	return shown
end)
