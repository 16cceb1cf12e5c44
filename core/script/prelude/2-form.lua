-- ---- what a submission holds -------------------------------------------------

local member_tokens = {}

local function member(place, title, it)
	members[it] = { place = place, title = title or string.replace(it.name, "_", " ") }
	return token(member_tokens, it)
end

local childless = { text = true, date = true, yes_or_no = true, whole_number = true }

local function member_name(word, name, place)
	if not host.is_member_name(name) then
		complain(place, word .. " \"" .. name
			.. "\": a name is written with small letters, digits and underscores")
	end
end

-- True, or said what is wrong: a thing without a name stands where none can, as the 100 of
-- { member = 1,100 } does.
local function none_loose(place, what, given)
	local loose = given[1]
	if loose == nil then
		return true
	end
	local shown = (type(loose) == "number" or type(loose) == "string")
		and tostring(loose) or "a group"
	complain(place, what .. ": " .. shown .. " stands here without a name"
		.. (host.is_whole(loose) and "; a number is written without a comma, such as 1100"
			or ""))
	return false
end

-- spec: what else may be given; build: makes the member from it
local function member_word(word, spec, build)
	spec.required, spec.personal, spec.title = "boolean", "boolean", "text"
	named(word, function(name, given, place)
		member_name(word, name, place)
		local what = word .. " \"" .. name .. "\""
		if not fits(place, what, given, spec)
			or (childless[word] and not none_loose(place, what, given)) then
			return member(place, nil, { name = name, type = "text" })
		end
		local it = build(name, given, place)
		it.required = given.required or nil
		it.personal = given.personal or nil
		it.title = given.title
		return member(place, given.title, it)
	end)
end

local function gather(what, given, place)
	local found, seen = {}, {}
	for _, entry in ipairs(given) do
		local it = held(member_tokens, entry)
		if not it then
			complain(place, what
				.. ": only members such as text \"summary\" {} stand in it")
		elseif seen[it.name] then
			complain(members[it].place, "\"" .. it.name .. "\" stands twice in "
				.. what)
		else
			seen[it.name] = true
			table.insert(found, it)
		end
	end
	return host.list(found)
end

member_word("text", { min = "whole", max = "whole" }, function(name, given)
	-- Without a limit of its own a text is limited by what an entry of the log may hold.
	return { name = name, type = "text", min = given.min, max = given.max or 1048576 }
end)

member_word("date", { not_after = "id" }, function(name, given)
	return { name = name, type = "date", not_after = given.not_after }
end)

member_word("yes_or_no", {}, function(name)
	return { name = name, type = "boolean" }
end)

member_word("whole_number", { from = "whole!", to = "whole!" }, function(name, given)
	return { name = name, type = "integer", min = given.from, max = given.to }
end)

local function choice_type(what, given, place)
	local it = { type = "choice", from = given.from, values = {} }
	for _, value in ipairs(given) do
		if is.id(value) then
			table.insert(it.values, value)
		else
			complain(place, what .. ": a value is a name in quotes")
		end
	end
	if (given.from == nil) == (#it.values == 0) then
		complain(place, what .. ": needs either its values or from = \"…\"")
	end
	host.list(it.values)
	return it
end

member_word("one_of", { from = "id" }, function(name, given, place)
	local it = choice_type("one_of \"" .. name .. "\"", given, place)
	it.name = name
	return it
end)

member_word("list", { from = "id", at_least = "whole", counts_against = "boolean" }, function(name,
	given, place)
	local what = "list \"" .. name .. "\""
	local of
	if given.from ~= nil then
		of = choice_type(what, given, place)
	else
		of = { type = "object", members = gather(what, given, place) }
		if #of.members == 0 then
			complain(place, what .. ": needs members, or from = \"…\"")
		end
	end
	return { name = name, type = "list", min = given.at_least, of = of,
		counts_against = given.counts_against or nil }
end)

member_word("group", { counts_against = "boolean" }, function(name, given, place)
	return { name = name, type = "object", members = gather("group \"" .. name .. "\"", given,
		place), counts_against = given.counts_against or nil }
end)

local partnership_extra = host.list {}

function words.partnership(given)
	local place = here()
	if only_once("partnership", place) and fits(place, "partnership", given, {}) then
		partnership_extra = gather("partnership", given, place)
	end
	local it = { name = "partnership" }
	members[it] = { place = place, title = "partnership", envelope = true }
	return token(member_tokens, it)
end

function words.submission(given)
	local place = here()
	if only_once("submission", place) and fits(place, "submission", given, {}) then
		once.submission.members = gather("submission", given, place)
	end
end

