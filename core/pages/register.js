"use strict";
/* Searching and sorting the register. Without this script it is a table that can be read. */
(function () {
	var table = document.getElementById("register");
	if (!table) {
		return;
	}
	var body = table.tBodies[0];
	var rows = Array.prototype.slice.call(body.rows);
	var search = document.getElementById("search");
	var status = document.getElementById("status");
	var found = document.getElementById("found");

	function plain(text) {
		return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
	}
	var texts = rows.map(function (row) { return plain(row.textContent); });

	function show() {
		var words = plain(search.value).split(/\s+/);
		var count = 0;
		rows.forEach(function (row, i) {
			var fits = (status.value === "" || row.dataset.status === status.value) &&
				words.every(function (word) { return texts[i].indexOf(word) >= 0; });
			row.hidden = !fits;
			count += fits ? 1 : 0;
		});
		found.textContent = count === rows.length ? rows.length + " partnerships"
			: count + " of " + rows.length + " partnerships";
	}

	function key(row, column) {
		var cell = row.cells[column];
		return cell.dataset.sort || cell.textContent;
	}

	function sort(head, column) {
		var down = head.getAttribute("aria-sort") === "ascending";
		var order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
		var sorted = rows.slice().sort(function (a, b) {
			return order.compare(key(a, column), key(b, column)) * (down ? -1 : 1);
		});
		Array.prototype.forEach.call(head.parentNode.cells, function (other) {
			other.removeAttribute("aria-sort");
		});
		head.setAttribute("aria-sort", down ? "descending" : "ascending");
		sorted.forEach(function (row) { body.appendChild(row); });
	}

	Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
		var button = document.createElement("button");
		button.type = "button";
		button.textContent = head.textContent;
		button.addEventListener("click", function () { sort(head, column); });
		head.textContent = "";
		head.appendChild(button);
	});
	search.addEventListener("input", show);
	status.addEventListener("change", show);
	document.getElementById("find").hidden = false;
	show();
}());
