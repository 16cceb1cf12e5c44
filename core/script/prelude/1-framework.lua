-- The prelude: the words that rule files are written in. It knows levels, criteria, forms and
-- dates in general, and no award, statement, threshold or fee: those are in the rule files.
-- `host` holds what C lends it alone; `_ENV` is the table of words that rule files see.

local host = ...
local words = _ENV

-- What a criterion or a step may use, and what reading a file may.
local FUEL <const>, MEMORY <const> = 2000000, 4194304
local FILE_FUEL <const>, FILE_MEMORY <const> = 4000000, 8388608
local REASON_LIMIT <const>, SHORTFALL_LIMIT <const> = 2000, 100

local statements, statement_ids = {}, {}
local awards, levels, commendations = {}, {}, {}    -- awards also by id
local choice_lists, routes = {}, {}                 -- in order, and by name
local criteria, members, tests, judgements = {}, {}, {}, {}
local steps, import_steps = {}, {}
local once, unfinished = {}, {}
local places, form, import_form, evaluation_order = {}, nil, nil, {}

-- ---- places, faults, checks ----------------------------------------------

local all_read = false    -- from then on nothing more can be declared

local function here()
	if all_read then
		error("this can only stand in a file of its own right, not inside a function")
	end
	local file, line = host.where()
	return { file = file or "", line = line or 0 }
end

local function complain(place, message)
	host.fault(place.file, place.line, message)
end

local function at(place)
	return place.file .. ":" .. place.line
end

local function keys_of(group)
	local keys = {}
	for key in pairs(group) do
		if type(key) == "string" then
			table.insert(keys, key)
		end
	end
	return keys
end

local function hint(name, known)
	local near = host.nearest(name, known)
	return near and "; did you mean \"" .. near .. "\"?" or ""
end

local function is_words(v, limit)
	return type(v) == "string" and #v > 0 and #v <= limit and host.is_printable(v)
end

local is = {
	text = function(v) return is_words(v, 1000) end,
	id = function(v) return is_words(v, 64) end,
	date = function(v) return host.is_date(v) end,
	whole = function(v) return host.is_whole(v) end,
	boolean = function(v) return type(v) == "boolean" end,
	list = function(v) return type(v) == "table" end,
	check = function(v) return type(v) == "function" end,
}
local described = {
	text = "words in quotes (1 to 1000 bytes, in UTF-8)", id = "a name in quotes",
		whole = "a whole number",
	date = "a real date such as \"2017-04-01\"", boolean = "true or false",
	list = "a group in braces", check = "a function",
}

-- Compares what was given with what is known: `spec` names each member's kind, with "!" where it
-- must be there. False where something is wrong, which has then been said.
local function fits(place, what, given, spec)
	local good = true
	local function wrong(message)
		complain(place, what .. ": " .. message)
		good = false
	end
	if type(given) ~= "table" then
		wrong("needs a group in braces after it")
		return false
	end
	for key, value in pairs(given) do
		local kind = spec[key]
		if type(key) == "string" and kind == nil then
			wrong("\"" .. key .. "\" is not known here" .. hint(key, keys_of(spec)))
		elseif kind ~= nil and not is[string.trim_end(kind, "!")](value) then
			wrong(key .. " must be " .. described[string.trim_end(kind, "!")])
		end
	end
	for key, kind in pairs(spec) do
		if string.ends_with(kind, "!") and given[key] == nil then
			wrong(key .. " is missing")
		end
	end
	return good
end

local function only_once(word, place)
	if once[word] then
		complain(place, word .. " stands twice; the other is at " .. at(once[word]))
		return false
	end
	once[word] = place
	return true
end

local function new_name(kind, id, place)
	local key = kind .. " \"" .. id .. "\""
	if places[key] then
		complain(place, key .. " stands twice; the other is at " .. at(places[key]))
		return false
	end
	places[key] = place
	return true
end

-- A word that takes a name and then a body: level "quality-mark" { ... }
local function named(word, finish)
	words[word] = function(id)
		local place = here()
		if not is.id(id) then
			error(word .. " needs a name in quotes after it")
		end
		local waiting = { place = place, what = word .. " \"" .. id .. "\"" }
		table.insert(unfinished, waiting)
		return function(body)
			here()
			waiting.done = true
			return finish(id, body, place)
		end
	end
end

-- What a rule holds of a declaration is only a token; what it stands for is kept in `kept`, where
-- no rule can reach.
local function token(kept, record)
	local it = host.token()
	kept[it] = record
	return it
end

local function held(kept, it)
	return type(it) == "table" and kept[it] or nil
end

-- ---- the framework ---------------------------------------------------------

function words.scheme(given)
	local place = here()
	if only_once("scheme", place) and fits(place, "scheme", given, { title = "text!" }) then
		once.scheme.title = given.title
	end
end

named("statement", function(id, title, place)
	if not is.text(title) then
		complain(place, "statement \"" .. id .. "\" needs its title in quotes")
	elseif new_name("statement", id, place) then
		local it = { id = id, title = title }
		table.insert(statements, it)
		table.insert(statement_ids, id)
		statements[id] = it
	end
end)

local marks = {}

function words.mark(score, means)
	if not host.is_whole(score) or not is.text(means) then
		error("mark needs a whole number and what it means, such as mark(5, \"…\")")
	end
	return token(marks, { score = score, means = means })
end

function words.scale(given)
	local place = here()
	local spec = { from = "whole!", to = "whole!", not_applicable = "whole" }
	if not fits(place, "scale", given, spec) or not only_once("scale", place) then
		return
	end
	if given.from > given.to then
		complain(place, "scale: from is above to")
	elseif given.to - given.from > 1000 then
		complain(place, "scale: more than 1000 steps")
	end
	local described_marks = {}
	for _, entry in ipairs(given) do
		local it = held(marks, entry)
		if not it or it.score < given.from or it.score > given.to then
			complain(place,
				"scale: only marks of the scale stand in it, as mark(5, \"…\")")
		else
			table.insert(described_marks, it)
		end
	end
	once.scale.given = { from = given.from, to = given.to,
		not_applicable = given.not_applicable,
		marks = host.list(described_marks) }
end

function words.profile(given)
	local place = here()
	local spec = { strength_from = "whole!", need_below = "list!", learn_from = "whole" }
	if not fits(place, "profile", given, spec) or not only_once("profile", place) then
		return
	end
	local below = {}
	for _, mark in ipairs(given.need_below) do
		if not host.is_whole(mark) or (#below > 0 and mark <= below[#below]) then
			complain(place,
				"profile: need_below holds whole numbers, each above the last")
			return
		end
		table.insert(below, mark)
	end
	once.profile.strength_from, once.profile.need_below = given.strength_from, below
	once.profile.learn_from = given.learn_from
end

local choices = {}

function words.choice(id, title)
	if not is.id(id) or not is.text(title) then
		error("choice needs a name and a title: choice(\"other\", \"Other evidence\")")
	end
	return token(choices, { id = id, title = title, place = here() })
end

named("choices", function(name, given, place)
	local taken = { "title", "statements", "scale", "levels", "commendations", "awards",
		"routes",
		"fees", "register", "form", "import_form", "steps" }
	for _, other in ipairs(taken) do
		if name == other then
			complain(place, "choices cannot be named \"" .. name
				.. "\": the name is taken")
			return
		end
	end
	if not fits(place, "choices \"" .. name .. "\"", given, {})
		or not new_name("choices", name, place) then
		return
	end
	local entries, seen = {}, {}
	for _, entry in ipairs(given) do
		local it = held(choices, entry)
		if not it then
			complain(place, "choices \"" .. name .. "\": only choice(…) stands in it")
		elseif seen[it.id] then
			complain(it.place, "choice \"" .. it.id .. "\" stands twice")
		else
			seen[it.id] = true
			table.insert(entries, it)
		end
	end
	choice_lists[name] = entries
	table.insert(choice_lists, name)
end)

