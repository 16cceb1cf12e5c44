-- ---- words for the outcome -------------------------------------------------------

function words.rank(id)
	local it = id ~= nil and awards[id] or nil
	return it and it.rank or 0
end

function words.highest(ids)
	local best
	for _, id in ipairs(ids) do
		if best == nil or words.rank(id) > words.rank(best) then
			best = id
		end
	end
	return best
end

function words.only(items, keep)
	local kept = {}
	for _, item in ipairs(items) do
		if keep(item) then
			table.insert(kept, item)
		end
	end
	return host.list(kept)
end

function words.latest(rows, how)
	if type(how) ~= "table" or type(how.by) ~= "function" then
		error("latest needs by = function(row) … end, and may have where the same way")
	end
	local found, best
	for _, row in ipairs(rows) do
		if how.where == nil or how.where(row) then
			local value = how.by(row)
			if best == nil or value >= best then
				found, best = row, value
			end
		end
	end
	return found
end

local function known_award(id, word)
	local it = type(id) == "string" and awards[id]
	if not it then
		error(word .. ": there is no award \"" .. tostring(id) .. "\""
			.. hint(tostring(id), keys_of(awards)))
	end
	return it
end

function words.title_of(id)
	return known_award(id, "title_of").title
end

function words.added_to(id)
	return known_award(id, "added_to").on
end

function words.route(id, given)
	local place = here()
	if not is.id(id) then
		error("route needs a name, such as route(\"new-entry\", { member = 1, other = 2 })")
	end
	local it = { route = id, place = place }
	local what = "route \"" .. id .. "\""
	if fits(place, what, given, { member = "whole!", other = "whole!" })
		and none_loose(place, what, given) then
		it.member, it.other = given.member, given.other
		if given.member < 0 or given.other < 0 then
			complain(place, what .. ": a fee is not below 0")
		end
	end
	return token(routes, it)
end

function words.fees(given)
	local place = here()
	local spec = { currency = "id!", vat_percent = "whole!" }
	if not fits(place, "fees", given, spec) or not only_once("fees", place) then
		return
	end
	for _, entry in ipairs(given) do
		local it = held(routes, entry)
		if not it then
			complain(place, "fees: only route(…) stands in it")
		elseif new_name("route", it.route, it.place) then
			table.insert(routes, it)
			routes[it.route] = it
		end
	end
	if given.vat_percent < 0 or given.vat_percent > 100 then
		complain(place, "fees: vat_percent is from 0 to 100")
	end
	once.fees.currency, once.fees.vat_percent = given.currency, given.vat_percent
end

function words.net_fee(route, is_member)
	local it = routes[route]
	if type(route) ~= "string" or not it then
		error("net_fee: there is no route \"" .. tostring(route) .. "\"")
	end
	return is_member and it.member or it.other
end

function words.with_vat(net)
	if not host.is_whole(net) then
		error("with_vat needs a whole number")
	end
	local vat = (net * once.fees.vat_percent + 50) // 100
	return { currency = once.fees.currency, net = net, vat = vat, gross = net + vat }
end

function words.register(given)
	local place = here()
	local spec = { years_current = "whole!", due_months = "whole!" }
	if only_once("register", place) and fits(place, "register", given, spec)
		and none_loose(place, "register", given) then
		if given.years_current < 1 then
			complain(place, "register: years_current is at least 1")
		elseif given.due_months < 0 or given.due_months > given.years_current * 12 then
			complain(place, "register: due_months is from 0 to the "
				.. given.years_current * 12 .. " months that an award is current")
		end
		once.register.given = { years_current = given.years_current,
			due_months = given.due_months }
	end
end

local function step_word(word, into, shown)
	named(word, function(name, decide, place)
		if type(decide) ~= "function" then
			complain(place, word .. " \"" .. name .. "\" needs a function after it")
		elseif into[name] then
			complain(place, "\"" .. name .. "\" is decided twice; the other is at "
				.. at(into[name].place))
		else
			local step = { name = name, decide = decide, place = place, shown = shown }
			into[name] = step
			table.insert(into, step)
		end
	end)
end

step_word("outcome", steps, true)
step_word("work_out", steps, false)
step_word("imported", import_steps, true)

-- ---- dates in words ------------------------------------------------------------

local month_names = { "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December" }

function words.years_after(date, years)
	return host.months_after(date, years * 12)
end

function words.months_after(date, months)
	return host.months_after(date, months)
end

function words.months_before(date, months)
	return host.months_after(date, -months)
end

function words.first_of_month(date)
	host.date_parts(date)
	return string.sub(date, 1, 8) .. "01"
end

function words.month_and_year(date)
	local year, month = host.date_parts(date)
	return month_names[month] .. " " .. year
end

function words.date_in_words(date)
	local year, month, day = host.date_parts(date)
	return day .. " " .. month_names[month] .. " " .. year
end
