/* The form for self-evaluation, by keyboard alone, from a folder of its own: what it refuses, and
 * that a submission for every award is made by it, which awardctl submit takes. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as look from "./look.js";

/* Opens it anew. Gives the page and what a keyboard does on it. */
async function open(given) {
	const file = join(given.temporary, "form.html");
	writeFileSync(file, given.page);
	const it = await look.open(given.browser, pathToFileURL(file).href, { width: 320 });
	const keys = it.page.keyboard;
	const at = (selector) => it.page.evaluate((what) => document.activeElement.matches(what), selector);
	/* Tabs on to what is asked for, and fails where the page ends before it. */
	const to = async (selector) => {
		for (let i = 0; i < 200; i += 1) {
			if (await at(selector)) {
				return;
			}
			await keys.press("Tab");
		}
		throw new Error(`the keyboard does not come to ${selector}`);
	};
	const type = async (selector, text) => {
		await to(selector);
		await keys.type(text);
	};
	const press = async (selector, key) => {
		await to(selector);
		await keys.press(key);
	};
	const scores = async (list) => {
		await to("#score-1");
		for (const score of list) {
			await keys.type(score);
			await keys.press("Tab");
		}
	};
	const save = async () => {
		await to("#save");
		const [download] = await Promise.all([it.page.waitForEvent("download"), keys.press("Enter")]);
		const saved = join(given.temporary, "saved.json");
		await download.saveAs(saved);
		return { name: download.suggestedFilename(), saved };
	};
	return { ...it, keys, at, to, type, press, scores, save };
}

/* What awardctl says of a file. */
function submit(given, file) {
	return JSON.parse(execFileSync(given.awardctl, ["submit", "--format", "json", file],
		{ encoding: "utf8" }).split("\n")[0]);
}

/* ---- what is refused ---- */

async function refuses(given) {
	const { must, note } = given, it = await open(given), { page, keys } = it;

	await it.scores(["7", "6", "5", "4", "8", "9", "0", "6", "7", "3", "5"]);
	must(await page.locator("svg .dot.drawn").count() === 10, "ten dots are not drawn");
	must(await page.locator("svg .dot.low.drawn").count() === 2, "two of them are not needs");
	must(await page.locator("svg .gap.drawn").count() === 1, "the line does not pass by what does not apply");
	note("self-evaluation, filled in", await look.accessibility(page));
	await it.press("#field-evidence .add", "Enter");
	must(await it.at("#field-evidence-kind-1"), "a new row is not come to");
	await it.press("#field-case_studies .add", "Enter");
	await it.type("[id^=field-sign_off-send_leadership-role]", "Head of SEND");
	await it.press("#save", "Enter");
	must(await it.at("#faults"), "what is missing is not come to");
	note("self-evaluation, refused", await look.accessibility(page));
	note("self-evaluation, refused", await look.width(page));
	const faults = await page.$$eval("#faults li", (all) => all.map((each) => each.textContent));
	for (const wanted of ["Partnership, Id is missing", "Day of the assessment is missing",
		"Evidence 1, Kind is missing", "Case studies 1, Title is missing",
		"Case studies 1, Statements: nothing is chosen", "Sign off, SEND leadership, Method is missing"]) {
		must(faults.includes(wanted), `not said: ${wanted}, but ${faults.join("; ")}`);
	}
	must(!faults.some((each) => each.includes("Youth offending")), "a group of which nothing is given is asked for");
	must(await page.locator("#field-sign_off-send_leadership [aria-invalid]").count() === 2
		&& await page.locator("#field-sign_off-yos_leadership [aria-invalid]").count() === 0,
		"not what is missing alone is marked");
	await keys.press("Tab");
	await keys.press("Enter");
	must(await it.at("#field-partnership-id"), "the first fault does not lead to its field");
	await keys.type("Not An Id");
	await page.fill("#field-assessed_on", "2024-05-20");
	await page.fill("#field-registered_on", "2024-05-21");
	await it.press("#save", "Enter");
	const said = await page.textContent("#faults");
	must(said.includes("small letters"), "a wrong id is taken");
	must(said.includes("Day of registration is later than Day of the assessment"), "a day too late is taken");
	await page.focus("#score-10");
	/* Rows go, and the others are numbered anew. */
	await it.press("#field-evidence .add", "Enter");
	must(await page.textContent("#field-evidence .count") === "2 are given", "two rows are not counted");
	await page.focus("#field-evidence .row .remove");
	await keys.press("Enter");
	must(await it.at("#field-evidence .add"), "after a row is removed the focus is lost");
	must(await page.textContent("#field-evidence .row legend") === "Evidence 1", "rows are not numbered anew");
	note("self-evaluation, by keyboard", it.faults);
	await it.context.close();
}

/* ---- each award ---- */

async function signs(it, who) {
	await it.type(`#field-sign_off-${who}-name`, "A. Person");
	await it.type(`#field-sign_off-${who}-role`, "Head");
	await it.type(`#field-sign_off-${who}-method`, "mee");
	await it.type(`#field-sign_off-${who}-on`, "05202024");
}

async function begins(it, id) {
	await it.type("#field-partnership-id", id);
	await it.type("#field-partnership-name", "Formshire");
	await it.press("#field-partnership-aym_member", "Space");
	await it.type("#field-assessed_on", "05202024");
}

const eights = ["8", "7", "7", "7", "7", "8", "0", "7", "7", "7", "7"];
const awards = [
	{ award: "quality-mark", commendations: [], scores: ["5", "6", "5", "5", "7", "5", "0", "6", "5", "5", "5"],
		ask: async (it) => {
			await signs(it, "send_leadership");
			await signs(it, "yos_leadership");
		} },
	{ award: "quality-lead", commendations: [], scores: eights,
		ask: async (it) => {
			await it.press("#field-evidence .add", "Enter");
			await it.type("[id^=field-evidence-kind]", "Joint");
			await it.type("[id^=field-evidence-summary]", "A protocol\nof two lines");
			await it.press("#field-evidence .boxes input[value='4a']", "Space");
			await it.press("#field-evidence .add", "Enter");
			await it.type("#field-evidence .row:last-child [id^=field-evidence-kind]", "Train");
			await it.type("#field-evidence .row:last-child [id^=field-evidence-summary]", "A plan");
			await it.press("#field-case_studies .add", "Enter");
			await it.type("[id^=field-case_studies-title]", "Trained together");
			await it.press("#field-case_studies .boxes input[value='1']", "Space");
			await it.press("[id^=field-case_studies-shareable]", "Space");
			await signs(it, "send_leadership");
			await signs(it, "yos_leadership");
		} },
];
awards.push({ award: "quality-lead", commendations: ["child-first"], scores: eights,
	ask: async (it) => {
		await awards[1].ask(it);
		await it.press("#field-child_first .add", "Enter");
		await it.type("[id^=field-child_first-tenet]", "C");
		await it.type("[id^=field-child_first-feature]", "Children sit on the panel");
	} });

async function gives(given, wanted, id) {
	const { must, note } = given, it = await open(given);

	await it.scores(wanted.scores);
	await begins(it, id);
	await wanted.ask(it);
	note(`self-evaluation, ${id}`, await look.accessibility(it.page));
	note(`self-evaluation, ${id}`, await look.width(it.page));
	const { name, saved } = await it.save();
	must(name === `${id}-2024-05-20.json`, `it is saved as ${name}`);
	const { outcome } = submit(given, saved);
	must(outcome.award === wanted.award, `${id} is given ${outcome.award}`);
	must(outcome.commendations.join() === wanted.commendations.join(), `${id}: ${outcome.commendations}`);
	note(`self-evaluation, ${id}`, it.faults);
	await it.context.close();
}

export async function form(given) {
	await refuses(given);
	for (const [i, wanted] of awards.entries()) {
		await gives(given, wanted, `form-${i}`);
	}
}
