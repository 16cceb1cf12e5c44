"use strict";
/* The form for self-evaluation: draws the profile as scores are chosen, and makes a submission
 * of them. It decides nothing. What it knows of the scheme stands in the page as data. */
(function () {
	var scheme = JSON.parse(document.getElementById("scheme").textContent);
	var scale = scheme.scale, profile = scheme.profile || {};
	var form = document.getElementById("form");
	var selects = Array.prototype.slice.call(document.querySelectorAll("select[data-statement]"));
	var drawings = selects.map(function (select) {
		return select.closest("tr").querySelector("svg");
	});
	var svg = "http://www.w3.org/2000/svg";

	/* ---- the picture: as the report draws it ---- */

	function place(score) {
		return ((score - scale.from) * 2 + 1) * 50 / (scale.to - scale.from + 1);
	}

	function chosen(select) {
		return select.value === "" ? null : Number(select.value);
	}

	function applies(score) {
		return score !== null && score !== scale.not_applicable;
	}

	function stroke(drawing, kind, path) {
		var it = document.createElementNS(svg, "path");
		it.setAttribute("class", kind + " drawn");
		it.setAttribute("d", path);
		drawing.appendChild(it);
	}

	/* Where the line crosses from row i to the next, or null. */
	function crossing(at, i) {
		var above = i, below = i + 1;
		while (above >= 0 && at[above] === null) {
			above -= 1;
		}
		while (below < at.length && at[below] === null) {
			below += 1;
		}
		if (above < 0 || below >= at.length) {
			return null;
		}
		return at[above] + (at[below] - at[above]) * (i + 0.5 - above) / (below - above);
	}

	function drawRow(at, i, low) {
		var top = i > 0 ? crossing(at, i - 1) : null;
		var bottom = crossing(at, i);
		var drawing = drawings[i];
		Array.prototype.slice.call(drawing.querySelectorAll(".drawn")).forEach(function (old) {
			old.remove();
		});
		if (at[i] === null) {
			if (top !== null && bottom !== null) {
				stroke(drawing, "gap", "M" + top + " 0L" + bottom + " 100");
			}
			return;
		}
		if (top !== null) {
			stroke(drawing, "line", "M" + top + " 0L" + at[i] + " 50");
		}
		if (bottom !== null) {
			stroke(drawing, "line", "M" + at[i] + " 50L" + bottom + " 100");
		}
		stroke(drawing, low ? "dot low" : "dot", "M" + at[i] + " 50h.01");
	}

	/* Below the first mark that not every score has reached yet. */
	function needMark(scores) {
		return (profile.need_below || []).find(function (mark) {
			return scores.some(function (score) { return applies(score) && score < mark; });
		});
	}

	function word(score, mark) {
		if (score === null) {
			return "";
		}
		if (!applies(score)) {
			return "does not apply";
		}
		return score >= profile.strength_from ? "strength" : score < mark ? "to develop" : "";
	}

	function draw() {
		var scores = selects.map(chosen), mark = needMark(scores);
		var at = scores.map(function (score) { return applies(score) ? place(score) : null; });
		selects.forEach(function (select, i) {
			var low = applies(scores[i]) && scores[i] < mark;
			var said = select.parentNode.querySelector("small");
			drawRow(at, i, low);
			said.textContent = word(scores[i], mark);
			said.className = low ? "unmet" : "";
		});
	}

	/* ---- what stands in what: members of the submission, groups, lists and their rows ---- */

	/* The members that stand in a part of the page, not those within these. */
	function members(within) {
		return Array.prototype.reduce.call(within.children, function (found, it) {
			return found.concat("member" in it.dataset ? [it] : members(it));
		}, []);
	}

	function rowsOf(list) {
		return list.querySelector(".rows");
	}

	function ticked(list) {
		return Array.prototype.map.call(list.querySelectorAll("input:checked"), function (it) {
			return it.value;
		});
	}

	function valueOf(field) {
		if (field.type === "checkbox") {
			return field.checked ? true : null;
		}
		return field.value.trim() === "" ? null
			: field.type === "number" ? Number(field.value) : field.value.trim();
	}

	function object(within) {
		var made = {};
		members(within).forEach(function (it) {
			var value = read(it);
			if (value !== null) {
				made[it.dataset.member] = value;
			}
		});
		return made;
	}

	/* null: nothing is given. */
	function read(it) {
		var made;
		switch (it.dataset.kind) {
		case "ticks":
			made = ticked(it);
			return made.length > 0 ? made : null;
		case "list":
			made = members(rowsOf(it)).map(object);
			return made.length > 0 ? made : null;
		case "object":
			made = object(it);
			return Object.keys(made).length > 0 ? made : null;
		default:
			return valueOf(it);
		}
	}

	function submission() {
		var made = object(form);
		made.scores = {};
		selects.forEach(function (select) {
			if (select.value !== "") {
				made.scores[select.dataset.statement] = Number(select.value);
			}
		});
		return made;
	}

	/* ---- rows ---- */

	var rowsMade = 0;

	function titleOf(it) {
		return it.querySelector("legend > span").textContent;
	}

	/* Numbers the rows anew. */
	function count(list) {
		var rows = members(rowsOf(list)), title = titleOf(list);
		rows.forEach(function (row, i) {
			row.querySelector("legend").textContent = title + " " + (i + 1);
			row.querySelector(":scope > .remove").textContent = "Remove " + title + " " + (i + 1);
		});
		list.querySelector(":scope > p > .count").textContent =
			rows.length === 0 ? "none is given" : rows.length === 1 ? "one is given" : rows.length + " are given";
	}

	function add(list) {
		var row = list.querySelector(":scope > template").content.cloneNode(true).firstElementChild;
		rowsMade += 1;
		["id", "for"].forEach(function (name) {
			row.querySelectorAll("[" + name + "]").forEach(function (it) {
				it.setAttribute(name, it.getAttribute(name) + "-" + rowsMade);
			});
		});
		rowsOf(list).appendChild(row);
		row.querySelector(".remove").addEventListener("click", function () {
			row.remove();
			count(list);
			list.querySelector(":scope > p > .add").focus();
		});
		prepare(row);
		count(list);
		row.querySelector("input, select, textarea, .add").focus();
	}

	function prepare(within) {
		within.querySelectorAll("[data-kind='list']").forEach(function (list) {
			var button = list.querySelector(":scope > p > .add");
			button.textContent = "Add to " + titleOf(list);
			button.hidden = false;
			button.addEventListener("click", function () { add(list); });
			count(list);
		});
	}

	/* ---- what does not fit yet ---- */

	/* "Evidence 1, Kind" */
	function nameOf(it) {
		var around = it.parentNode.closest("fieldset"), own;
		if (it.dataset.statement) {
			return "Statement " + it.dataset.statement;
		}
		own = it.matches("fieldset") ? it.querySelector("legend")
			: document.querySelector("label[for='" + it.id + "']");
		own = (own.querySelector("span") || own).textContent;
		if (around && around.dataset.kind === "list") {
			around = around.parentNode.closest("fieldset"); /* a row is called as its list is */
		}
		return around ? nameOf(around) + ", " + own : own;
	}

	function sibling(field, name) {
		return members(field.parentNode.closest("fieldset, form")).find(function (it) {
			return it.dataset.member === name;
		});
	}

	function faultOf(field) {
		var other = field.dataset.notAfter && sibling(field, field.dataset.notAfter);
		if (field.validity.badInput) {
			return field.type === "date" ? " is no day" : " is no number";
		}
		if (needed(field) && valueOf(field) === null) {
			return " is missing";
		}
		if (field.validity.patternMismatch) {
			return " does not fit: " + field.title;
		}
		if (!field.validity.valid) {
			return " does not fit: " + field.validationMessage;
		}
		if (other && field.value && other.value && field.value > other.value) {
			return " is later than " + nameOf(other);
		}
		return null;
	}

	function needed(it) {
		return "required" in it.dataset || "statement" in it.dataset;
	}

	function faultOfSeveral(it) {
		var least = Number(it.dataset.min || 0), value = read(it);
		if (value === null) {
			return !needed(it) ? null : it.dataset.kind === "ticks" ? ": nothing is chosen" : ": none is given";
		}
		return value.length < least ? ": fewer than " + least : null;
	}

	/* Of an optional group nothing is missing while nothing of it is given. */
	function faultsIn(within, faults) {
		members(within).forEach(function (it) {
			var kind = it.dataset.kind, says;
			if (kind === "object" && !needed(it) && read(it) === null) {
				it.querySelectorAll("[aria-invalid]").forEach(unmark);
				return;
			}
			says = kind === "value" ? faultOf(it) : kind === "object" ? null : faultOfSeveral(it);
			mark(it, says, faults);
			if (kind === "object") {
				faultsIn(it, faults);
			} else if (kind === "list") {
				faultsIn(rowsOf(it), faults);
			}
		});
	}

	function unmark(it) {
		it.removeAttribute("aria-invalid");
	}

	function mark(it, says, faults) {
		var field = it.matches("fieldset") ? it.querySelector("input, select, textarea, .add") : it;
		if (says) {
			faults.push({ field: field, says: nameOf(it) + says });
		}
		if (it === field && says) {
			it.setAttribute("aria-invalid", "true");
		} else {
			unmark(it);
		}
	}

	function show(faults) {
		var box = document.getElementById("faults"), list = box.querySelector("ul");
		list.textContent = "";
		faults.forEach(function (it) {
			var item = document.createElement("li"), link = document.createElement("a");
			link.href = "#" + it.field.id;
			link.textContent = it.says;
			link.addEventListener("click", function (event) {
				event.preventDefault();
				it.field.focus();
			});
			item.appendChild(link);
			list.appendChild(item);
		});
		box.hidden = faults.length === 0;
		if (faults.length > 0) {
			box.focus();
		}
	}

	function check() {
		var faults = [];
		selects.forEach(function (select) { mark(select, faultOf(select), faults); });
		faultsIn(form, faults);
		show(faults);
		return faults.length === 0;
	}

	function save(event) {
		var made, link, address;
		event.preventDefault();
		document.getElementById("saved").textContent = "";
		if (!check()) {
			return;
		}
		made = submission();
		address = URL.createObjectURL(new Blob([JSON.stringify(made, null, 2) + "\n"],
			{ type: "application/json" }));
		link = document.createElement("a");
		link.href = address;
		link.download = made.partnership.id + "-" + made.assessed_on + ".json";
		link.click();
		URL.revokeObjectURL(address);
		document.getElementById("saved").textContent = "Saved as " + link.download + ".";
	}

	form.addEventListener("change", draw);
	form.addEventListener("submit", save);
	document.getElementById("save").hidden = false;
	prepare(form);
	draw();
}());
