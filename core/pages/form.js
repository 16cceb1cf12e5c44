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

	function add(drawing, kind, path) {
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
				add(drawing, "gap", "M" + top + " 0L" + bottom + " 100");
			}
			return;
		}
		if (top !== null) {
			add(drawing, "line", "M" + top + " 0L" + at[i] + " 50");
		}
		if (bottom !== null) {
			add(drawing, "line", "M" + at[i] + " 50L" + bottom + " 100");
		}
		add(drawing, low ? "dot low" : "dot", "M" + at[i] + " 50h.01");
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

	/* ---- the submission ---- */

	function valueOf(field) {
		return field.type === "checkbox" ? (field.checked ? true : null) : field.value.trim() || null;
	}

	function put(submission, path, value) {
		var names = path.split("/"), last = names.pop(), at = submission;
		names.forEach(function (name) { at = at[name] = at[name] || {}; });
		at[last] = value;
	}

	function submission() {
		var made = {};
		Array.prototype.forEach.call(form.querySelectorAll("[data-member]"), function (field) {
			var value = valueOf(field);
			if (value !== null) {
				put(made, field.dataset.member, value);
			}
		});
		made.scores = {};
		selects.forEach(function (select) {
			if (select.value !== "") {
				made.scores[select.dataset.statement] = Number(select.value);
			}
		});
		return made;
	}

	/* ---- what does not fit yet ---- */

	function nameOf(field) {
		return field.dataset.statement ? "Statement " + field.dataset.statement
			: document.querySelector("label[for='" + field.id + "']").firstChild.textContent.trim();
	}

	function fault(field) {
		var other = field.dataset.notAfter && document.getElementById(field.dataset.notAfter);
		if (field.validity.badInput) {
			return "is no day";
		}
		if (field.required && !field.value.trim()) {
			return "is missing";
		}
		if (field.validity.patternMismatch) {
			return "does not fit: " + field.title;
		}
		if (other && field.value && other.value && field.value > other.value) {
			return "is later than " + nameOf(other);
		}
		return null;
	}

	function show(faults) {
		var box = document.getElementById("faults"), list = box.querySelector("ul");
		list.textContent = "";
		faults.forEach(function (it) {
			var item = document.createElement("li"), link = document.createElement("a");
			link.href = "#" + it.field.id;
			link.textContent = nameOf(it.field) + " " + it.says;
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
		var fields = Array.prototype.slice.call(form.querySelectorAll("[data-member], select[data-statement]"));
		var faults = [];
		fields.forEach(function (field) {
			var says = fault(field);
			if (says) {
				field.setAttribute("aria-invalid", "true");
				faults.push({ field: field, says: says });
			} else {
				field.removeAttribute("aria-invalid");
			}
		});
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
	draw();
}());
