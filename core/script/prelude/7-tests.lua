-- ---- tests of rules: files that end in .test.lua -------------------------------------
-- They have words of their own, and are read when a rule set is opened, after the rules, and in no
-- evaluation: all they leave behind is a list of documents.

for _, word in ipairs { "fixture", "test", "all" } do
	words[word] = function()
		error(word .. " stands in a file whose name ends in .test.lua")
	end
end

-- Gives the words of test files, and what gathers the tests once all files were read.
local function language_of_tests()
	local test_words = {}
	local shared = { "assert", "error", "ipairs", "math", "pairs", "select", "string", "table",
		"tonumber", "tostring", "type", "years_after", "months_after", "months_before",
		"first_of_month", "month_and_year", "date_in_words" }
	local fixtures, cases, waiting_words, alls = {}, {}, {}, {}
	local statuses = { "met", "unmet", "error" }
	local award_statuses = { "met", "unmet", "error", "not-in-force" }
	local case_members = { "given", "imported", "with", "before", "expect" }
	local step_members = { "given", "imported", "with", "revoked" }
	local nothing = host.freeze {}
	local root, import_root

	-- A word of rule files says where it belongs, and so do those below.
	for word in pairs(words) do
		test_words[word] = function()
			error(word .. " stands in a rule file; a test file holds fixtures and tests")
		end
	end
	for _, word in ipairs(shared) do
		test_words[word] = words[word]
	end
	test_words.nothing = nothing

	local function test_word(word, finish_word)
		test_words[word] = function(name)
			local file, line = host.where()
			local place = { file = file or "", line = line or 0 }
			if type(name) ~= "string" or #name == 0 or #name > 200
				or not host.is_printable(name) then
				error(word .. " needs a name in quotes after it")
			end
			local what = word .. " \"" .. name .. "\""
			local waiting = { place = place, what = what }
			table.insert(waiting_words, waiting)
			return function(body)
				waiting.done = true
				if type(body) ~= "table" then
					complain(place, what .. ": needs a group in braces after it")
				elseif new_name(word, name, place) then
					finish_word(name, body, place)
				end
			end
		end
	end

	test_word("fixture", function(name, body, place)
		fixtures[name] = { body = body, place = place, what = "fixture \"" .. name .. "\"" }
	end)

	test_word("test", function(name, body, place)
		table.insert(cases, { name = name, body = body, place = place,
			what = "test \"" .. name .. "\"" })
	end)

	function test_words.all(score, but)
		if not host.is_whole(score) or (but ~= nil and type(but) ~= "table") then
			error("all needs a whole number, such as all(7) or all(7, { [\"4a\"] = 6 })")
		end
		return token(alls, { score = score, but = but or {} })
	end

	-- ---- what is submitted: by the form ------------------------------------------

	local function need_name(where, name, known, complaint)
		for _, other in ipairs(known) do
			if other == name then
				return true
			end
		end
		complain(where.place, where.what .. ": " .. complaint .. " \"" .. tostring(name)
			.. "\"" .. hint(tostring(name), known))
		return false
	end

	local function written(where, value)
		local kind = type(value)
		if value == nothing then
			return host.null
		elseif kind == "boolean" or host.is_whole(value) then
			return value
		elseif kind == "string" and host.is_printable(value) then
			return value
		end
		complain(where.place, where.what .. ": text, whole numbers, true, false, lists and "
			.. "groups of them can stand in a test, and not "
			.. (kind == "string" and "text that is not UTF-8" or kind == "number"
				and "a number with a fraction" or "a " .. kind))
		return host.null
	end

	local by_form

	local function group_by_form(where, it, given)
		local group, every = {}, held(alls, given)
		for _, inner in ipairs(every and it.members or {}) do
			group[inner.name] = every.score
		end
		for name, value in pairs(every and every.but or given) do
			local inner = type(name) == "string" and find_member(it.members, name)
			if type(name) ~= "string" then
				complain(where.place, where.what .. ": in \"" .. (it.name or "a list")
					.. "\" every value has a name; a number as a name is written [\""
					.. name .. "\"]")
			elseif not inner then
				need_name(where, name, names_in(it.members), "a submission has no")
			else
				group[name] = by_form(where, inner, value)
			end
		end
		return group
	end

	function by_form(where, it, given)
		if type(given) ~= "table" or given == nothing then
			return written(where, given)
		elseif it.type == "object" then
			return group_by_form(where, it, given)
		end
		local list = {}
		for index, item in ipairs(given) do
			list[index] = by_form(where, it.of or { name = it.name, type = "text" }, item)
		end
		for name in pairs(given) do
			if type(name) == "string" then
				complain(where.place, where.what .. ": \"" .. tostring(it.name)
					.. "\" is a list, and \"" .. name .. "\" stands in it like a "
					.. "member: put one more pair of braces around its entries")
				break
			end
		end
		return host.list(list)
	end

	-- Groups become one, member by member; anything else takes the place of what was there.
	local function merged(it, base, patch)
		if it.type ~= "object" or type(base) ~= "table" or type(patch) ~= "table" then
			if patch == nil then
				return base
			end
			return patch
		end
		local group = {}
		for _, inner in ipairs(it.members) do
			group[inner.name] = merged(inner, base[inner.name], patch[inner.name])
		end
		return group
	end

	local function document_of(fixture)
		if fixture.under_way then
			complain(fixture.place, fixture.what .. ": it is like itself")
			fixture.document = {}
		elseif fixture.document == nil then
			fixture.under_way = true
			local body, like = {}, fixture.body.like
			for name, value in pairs(fixture.body) do
				if name ~= "like" then
					body[name] = value
				end
			end
			local own, base = group_by_form(fixture, root, body), {}
			if like ~= nil and need_name(fixture, like, keys_of(fixtures),
				"there is no fixture") then
				base = document_of(fixtures[like])
			end
			fixture.document = merged(root, base, own)
			fixture.under_way = nil
		end
		return fixture.document
	end

	-- A fixture's name, or a group.
	local function given_in(where, given)
		if type(given) == "table" and given ~= nothing then
			return group_by_form(where, root, given)
		elseif type(given) ~= "string" then
			complain(where.place, where.what
				.. ": given is the name of a fixture, or a group in braces")
		elseif need_name(where, given, keys_of(fixtures), "there is no fixture") then
			return document_of(fixtures[given])
		end
		return {}
	end

	local function submitted(where, body, base)
		if body.with == nil then
			return base
		elseif type(body.with) ~= "table" or body.with == nothing then
			complain(where.place, where.what .. ": with is a group in braces")
			return base
		end
		return merged(root, base, group_by_form(where, root, body.with))
	end

	-- ---- what went before, and what is imported ------------------------------------

	local function imported_in(where, given, partnership)
		if type(given) ~= "table" or given == nothing then
			complain(where.place, where.what .. ": imported is a group in braces")
			return {}
		end
		local award = group_by_form(where, import_root, given)
		award.partnership = award.partnership or partnership.id or "somewhere"
		award.name = award.name or partnership.name or award.partnership
		award.source = award.source or "a test"
		return award
	end

	local function check_names(where, body, known)
		for name in pairs(body) do
			need_name(where, name, known, "there can be no")
		end
	end

	local function step_of(where, body, base)
		if type(body) == "string" then
			body = { given = body }
		elseif type(body) ~= "table" or body == nothing then
			complain(where.place, where.what .. ": before holds submissions, such as "
				.. "{ given = \"…\" }, and awards, { imported = { … } }")
			return {}
		end
		local partnership = type(base.partnership) == "table" and base.partnership or {}
		check_names(where, body, step_members)
		local step = { revoked = body.revoked == true }
		if body.imported ~= nil then
			step.imported = imported_in(where, body.imported, partnership)
			partnership = { id = step.imported.partnership == partnership.id
				and partnership.id }
		else
			step.submission = submitted(where, body,
				body.given == nil and base or given_in(where, body.given))
			partnership = step.submission.partnership
		end
		if type(partnership) ~= "table" or partnership.id ~= (base.partnership or {}).id then
			complain(where.place, where.what
				.. ": what stands in before is of the same partnership")
		end
		return step
	end

	local function before_of(where, body, base)
		local steps_before = {}
		if body.before == nil then
			return host.list {}
		elseif type(body.before) ~= "table" or body.before == nothing
			or #keys_of(body.before) > 0 then
			complain(where.place, where.what .. ": before is a list: { { … }, { … } }")
			return host.list {}
		end
		for index, item in ipairs(body.before) do
			steps_before[index] = step_of(where, item, base)
		end
		return host.list(steps_before)
	end

	-- ---- what is expected -----------------------------------------------------------

	local function free_document(where, value, depth)
		if type(value) ~= "table" or value == nothing or depth > 8 then
			return written(where, value)
		end
		local copy, names = {}, keys_of(value)
		if #names > 0 and #value > 0 then
			complain(where.place, where.what .. ": a list has no members with names: \""
				.. names[1] .. "\"")
		elseif #names == 0 then
			for index, item in ipairs(value) do
				copy[index] = free_document(where, item, depth + 1)
			end
			return host.list(copy)
		end
		for _, name in ipairs(names) do
			copy[name] = free_document(where, value[name], depth + 1)
		end
		return copy
	end

	local function criterion_ids()
		local ids = {}
		for _, it in ipairs(criteria) do
			table.insert(ids, it.id)
		end
		return ids
	end

	local function award_ids(list)
		local ids = {}
		for _, it in ipairs(list) do
			table.insert(ids, it.id)
		end
		return ids
	end

	local function each_name(where, member_name_of, given, known, complaint)
		if type(given) ~= "table" or given == nothing then
			complain(where.place, where.what .. ": " .. member_name_of
				.. " is a group such as { [\"" .. tostring(known[1]) .. "\"] = … }")
			return {}
		end
		for name in pairs(given) do
			need_name(where, name, known, complaint)
		end
		return given
	end

	local function each_status(known_ids, complaint, known_statuses)
		return function(where, name, given)
			for _, status in pairs(each_name(where, name, given, known_ids(), complaint)) do
				need_name(where, status, known_statuses, "there is no status")
			end
		end
	end

	local function of_criteria(kind, described_kind)
		return function(where, name, given)
			local known = criterion_ids()
			for _, value in pairs(each_name(where, name, given, known,
				"there is no criterion")) do
				if type(value) ~= kind then
					complain(where.place, where.what .. ": " .. name .. " needs "
						.. described_kind)
				end
			end
		end
	end

	local function a_level(where, name, given)
		if name == "at_least" or given ~= nothing then
			need_name(where, given, award_ids(levels), "there is no level")
		end
	end

	local function all_award_ids()
		local ids = award_ids(levels)
		for _, it in ipairs(commendations) do
			table.insert(ids, it.id)
		end
		return ids
	end

	local function shown_steps(list)
		return function(where, name, given)
			local known = {}
			for _, step in ipairs(list) do
				if step.shown then
					table.insert(known, step.name)
				end
			end
			each_name(where, name, given, known, "the outcome has no")
		end
	end

	local function anything() end

	-- Each member of `expect`, and how what is given there is checked.
	local expectations = {
		award = a_level, at_least = a_level,
		awards = each_status(all_award_ids, "there is no award", award_statuses),
		criteria = each_status(criterion_ids, "there is no criterion", statuses),
		reason = of_criteria("string", "words in quotes"),
		shortfalls = of_criteria("table", "a list, such as { { statement = \"4a\" } }"),
		commendations = function(where, name, given)
			for _, value in pairs(each_name(where, name, given, award_ids(commendations),
				"there is no commendation")) do
				if type(value) ~= "boolean" then
					complain(where.place, where.what .. ": commendations says true or false "
						.. "of each, such as { [\"child-first\"] = true }")
				end
			end
		end,
		outcome = shown_steps(steps),
		next = anything, profile = anything, partnership = anything,
		refused = function(where, _, given)
			for _, pointer in ipairs(type(given) == "table" and given or { 0 }) do
				if type(pointer) ~= "string" then
					complain(where.place, where.what .. ": refused is a list of what "
						.. "is wrong, such as { \"/scores/4a\" }")
					break
				end
			end
		end,
	}
	local import_expectations = { outcome = shown_steps(import_steps), refused = expectations.refused }

	local function expect_of(where, expect, known)
		if type(expect) ~= "table" or expect == nothing or #keys_of(expect) == 0 then
			complain(where.place, where.what
				.. " expects nothing: expect = { … } says what must come of it")
			return {}
		elseif expect.refused ~= nil and #keys_of(expect) > 1 then
			complain(where.place, where.what
				.. ": where it is refused there is nothing else to expect")
		end
		for name, value in pairs(expect) do
			if need_name(where, name, keys_of(known), "a decision is not asked for its") then
				known[name](where, name, value)
			end
		end
		return free_document(where, expect, 0)
	end

	local function case_document(case)
		local body = case.body
		local it = { name = case.name, file = case.place.file, line = case.place.line,
			before = host.list {} }
		check_names(case, body, case_members)
		if body.imported ~= nil then
			if body.given ~= nil or body.with ~= nil or body.before ~= nil then
				complain(case.place, case.what .. ": imported stands alone, with expect")
			end
			it.imported = imported_in(case, body.imported, {})
			it.expect = expect_of(case, body.expect, import_expectations)
			return it
		elseif body.given == nil then
			complain(case.place, case.what .. ": given is missing")
			return it
		end
		local base = given_in(case, body.given)
		it.submission = submitted(case, body, base)
		it.before = before_of(case, body, base)
		it.expect = expect_of(case, body.expect, expectations)
		return it
	end

	local function gather()
		local documents = {}
		root = { name = "submission", type = "object", members = form }
		import_root = { name = "imported", type = "object", members = import_form }
		for _, waiting in ipairs(waiting_words) do
			if not waiting.done then
				complain(waiting.place, waiting.what
					.. " ends here, and something must follow it")
			end
		end
		for _, name in ipairs(keys_of(fixtures)) do
			document_of(fixtures[name])
		end
		for index, case in ipairs(cases) do
			documents[index] = case_document(case)
		end
		return host.list(documents)
	end

	return test_words, gather
end
