-- ---- when every file was read: what refers to what ---------------------------------

local nowhere = { file = "", line = 0 }

local function chain_levels()
	local above, forked = {}, false
	for _, level in ipairs(levels) do
		local below = level.on
		if below ~= nil and (not awards[below] or awards[below].kind ~= "level") then
			complain(level.place, "level \"" .. level.id
				.. "\": above names no level: \"" .. below
				.. "\"" .. hint(below, keys_of(awards)))
			return
		end
		local other = above[below or ""]
		if other and below then
			complain(level.place, "levels \"" .. other.id .. "\" and \"" .. level.id
				.. "\" are both above \"" .. below .. "\"")
		elseif other then
			complain(level.place, "levels \"" .. other.id .. "\" and \"" .. level.id
				.. "\" are both the lowest: one needs above = \"…\"")
		end
		forked = forked or other ~= nil
		above[below or ""] = level
	end
	local ordered, it = {}, above[""]
	while it do
		table.insert(ordered, it)
		it.rank = #ordered
		it = above[it.id]
	end
	if #levels == 0 then
		complain(nowhere, "the rules have no level")
	end
	for _, level in ipairs(levels) do
		if not level.rank and not forked then
			complain(level.place, "level \"" .. level.id
				.. "\" is above itself, by way of the others")
			return
		end
	end
	levels = ordered
end

local function check_commendations()
	for _, it in ipairs(commendations) do
		if not awards[it.on] or awards[it.on].kind ~= "level" then
			complain(it.place, "commendation \"" .. it.id
				.. "\": added_to names no level: \""
				.. it.on .. "\"" .. hint(it.on, keys_of(awards)))
		end
	end
end

-- Awards in an order in which each stands after those that its criteria look at.
local function order_evaluation()
	local state = {}
	local function visit(award)
		if state[award.id] == "done" then
			return
		elseif state[award.id] then
			complain(award.place, award.kind .. " \"" .. award.id
				.. "\" meets itself, by way of others")
			return
		end
		state[award.id] = "open"
		for _, criterion in ipairs(award.criteria) do
			for _, it in ipairs(criterion.tests) do
				if it.meets and awards[it.meets] then
					visit(awards[it.meets])
				end
			end
		end
		state[award.id] = "done"
		table.insert(evaluation_order, award)
	end
	for _, list in ipairs { levels, commendations } do
		for _, award in ipairs(list) do
			visit(award)
		end
	end
end

local function check_criteria()
	for _, criterion in ipairs(criteria) do
		if not criterion.award then
			complain(criterion.place, "criterion \"" .. criterion.id
				.. "\" is in no award")
		end
		for _, it in ipairs(criterion.tests) do
			if it.refer then
				it.refer(it.place)
			end
		end
	end
end

local function ids_of(list)
	local ids = {}
	for _, it in ipairs(list) do
		table.insert(ids, it.id)
	end
	return host.list(ids)
end

local function route_ids()
	local ids = {}
	for _, it in ipairs(routes) do
		table.insert(ids, it.route)
	end
	return host.list(ids)
end

-- Puts the values where a choice says from = "…".
local function fill_choices(it, place)
	if it.type == "choice" and it.from then
		local from = it.from
		it.from = nil
		if from == "statements" then
			it.values = statement_ids
		elseif from == "levels" then
			it.values = ids_of(levels)
		elseif from == "commendations" then
			it.values = ids_of(commendations)
		elseif choice_lists[from] then
			it.values = ids_of(choice_lists[from])
		else
			local known = keys_of(choice_lists)
			table.insert(known, "statements")
			complain(place, "from: there are no choices \"" .. from .. "\""
				.. hint(from, known))
		end
	end
	if it.of then
		fill_choices(it.of, place)
	end
	for _, inner in ipairs(it.members or {}) do
		fill_choices(inner, members[inner] and members[inner].place or place)
		local other = inner.not_after
		if other and not find_member(it.members, other) then
			complain(place, "not_after: there is no \"" .. other .. "\" beside it"
				.. hint(other, names_in(it.members)))
		end
	end
end

local function append_members(list, more)
	for _, it in ipairs(more) do
		if find_member(list, it.name) then
			complain(members[it].place, "every submission has \"" .. it.name
				.. "\" already")
		else
			table.insert(list, it)
		end
	end
	return list
end

local function object(name, list)
	return { name = name, type = "object", required = true, members = host.list(list) }
end

local function make_form()
	local scale, scores = once.scale.given, {}
	for _, id in ipairs(statement_ids) do
		table.insert(scores, { name = id, type = "integer", required = true,
			min = scale.from,
			max = scale.to })
	end
	local partnership = append_members({
		{ name = "id", type = "id", required = true },
		{ name = "name", type = "text", min = 1, max = 200 },
	}, partnership_extra)
	local declared = only(once.submission.members, function(it)
		return not members[it].envelope
	end)
	form = host.list(append_members({
		{ name = "submission_id", type = "text", min = 1, max = 128 },
		object("partnership", partnership),
		{ name = "assessed_on", type = "date", required = true },
		{ name = "registered_on", type = "date", not_after = "assessed_on" },
		{ name = "seeking", type = "choice", values = ids_of(levels) },
		object("scores", scores),
	}, declared))
	fill_choices({ type = "object", members = form }, once.submission)
end

local function make_import_form()
	import_form = host.list {
		{ name = "partnership", type = "id", required = true },
		{ name = "name", type = "text", required = true, min = 1, max = 200 },
		{ name = "award", type = "choice", required = true, values = ids_of(levels) },
		{ name = "commendations", type = "list",
			of = { type = "choice", values = ids_of(commendations) } },
		{ name = "route", type = "choice", values = route_ids() },
		{ name = "awarded_on", type = "date", required = true },
		{ name = "precision", type = "choice", values = host.list { "day", "month" } },
		{ name = "source", type = "text", required = true },
	}
end

local needed_outcomes = { "award", "commendations", "awarded_on", "expires_on", "route", "change",
	"sought", "sought_met", "window_held_open", "refer_to_assessor", "improved_statements",
		"fee",
	"citation" }
local needed_imports = { "award", "commendations", "awarded_on", "expires_on", "route", "citation" }

local function check_steps()
	for _, name in ipairs(needed_outcomes) do
		if not steps[name] or not steps[name].shown then
			complain(nowhere, "no file says how outcome \"" .. name .. "\" is decided")
		end
	end
	if not steps.name then
		complain(nowhere, "no file says how work_out \"name\" is decided")
	end
	for _, name in ipairs(needed_imports) do
		if not import_steps[name] then
			complain(nowhere, "no file says how imported \"" .. name .. "\" is decided")
		end
	end
end

local function check_presence()
	local good = true
	for _, word in ipairs { "scheme", "scale", "profile", "submission", "fees", "register" } do
		if not once[word] then
			complain(nowhere, "no file says what the " .. word .. " is")
			good = false
		end
	end
	if #statements == 0 then
		complain(nowhere, "the rules have no statement")
		good = false
	end
	for _, waiting in ipairs(unfinished) do
		if not waiting.done then
			complain(waiting.place, waiting.what
				.. " ends here, and something must follow it")
			good = false
		end
	end
	return good
end

-- True where the rules hold enough to be made ready for decisions.
local function check_all()
	all_read = true
	if not check_presence() then
		return false
	end
	chain_levels()
	check_commendations()
	make_form()
	make_import_form()
	check_criteria()
	order_evaluation()
	check_steps()
	return true
end

local function describe_award(it)
	local described_criteria = {}
	for _, criterion in ipairs(it.criteria) do
		local described = { id = criterion.id, says = criterion.says,
			file = criterion.place.file, line = criterion.place.line }
		for _, each in ipairs(criterion.tests) do
			local asked, most = each.every_score, described.every_score
			if asked and (not most or asked > most) then
				described.every_score = asked
			end
		end
		table.insert(described_criteria, described)
	end
	local description = { id = it.id, title = it.title, kind = it.kind,
		in_force_from = it.in_force_from or host.null, in_force_until = it.in_force_until
			or host.null,
		criteria = host.list(described_criteria), file = it.place.file, line = it.place.line }
	description[it.kind == "level" and "above" or "added_to"] = it.on or host.null
	return description
end

local function manifest()
	local described_awards, described_routes = {}, {}
	for _, list in ipairs { levels, commendations } do
		for _, it in ipairs(list) do
			table.insert(described_awards, describe_award(it))
		end
	end
	for _, it in ipairs(routes) do
		table.insert(described_routes, { route = it.route, member = it.member,
			other = it.other })
	end
	local described_steps = {}
	for _, it in ipairs(steps) do
		table.insert(described_steps, { name = it.name, file = it.place.file,
			line = it.place.line })
	end
	local result = {
		title = once.scheme.title, statements = host.list(statements),
			scale = once.scale.given,
		levels = ids_of(levels), commendations = ids_of(commendations),
		awards = host.list(described_awards), routes = route_ids(),
			register = once.register.given,
		fees = { currency = once.fees.currency, vat_percent = once.fees.vat_percent,
			routes = host.list(described_routes) },
		profile = { strength_from = once.profile.strength_from,
			need_below = host.list(once.profile.need_below or {}),
			learn_from = once.profile.learn_from or host.null },
		form = form, import_form = import_form, steps = host.list(described_steps),
	}
	for _, name in ipairs(choice_lists) do
		local entries = {}
		for _, it in ipairs(choice_lists[name]) do
			table.insert(entries, { id = it.id, title = it.title })
		end
		result[name] = host.list(entries)
	end
	return result
end
