/* Looks at every kind of page of a site in Chromium. A fault of each kind is planted first,
 * and must be found.
 *   node check.js DIR AWARDCTL      a folder with the sites `site`, `empty` and `many` and a
 *                                   report.html; and the tool, which reads AWARDD_SOCKET */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { form } from "./form.js";
import * as look from "./look.js";

const [dir, awardctl] = process.argv.slice(2);
const site = join(dir, "site"), report = join(dir, "report.html");
/* Twice as large is half as wide. */
const ways = [
	{ name: "light" },
	{ name: "dark", scheme: "dark" },
	{ name: "at 200 %", width: 640 },
	{ name: "narrow", width: 320 },
	{ name: "printed", media: "print", scheme: "dark", width: 700 },
];
const pages = ["index", "practice", "national", "scheme", "self-evaluation", "proofs",
	"partnerships/harrowdale", "partnerships/markup", "partnerships/unbroken",
	"partnerships/birmingham"];
const faults = [];
let checks = 0;

function must(fits, sentence) {
	checks += 1;
	if (!fits) {
		faults.push(sentence);
	}
}

function note(where, found) {
	checks += 1;
	found.forEach((it) => faults.push(`${where}: ${it}`));
}

const temporary = mkdtempSync(join(tmpdir(), "awardd-pages-"));
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
const address = (path) => pathToFileURL(path).href;
const pageOf = (name) => address(join(site, `${name}.html`));

/* Every page of a PDF is A4, to a point. */
function isA4(pdf) {
	const boxes = Array.from(pdf.toString("latin1").matchAll(/\/MediaBox ?\[([^\]]*)\]/g),
		(it) => it[1].trim().split(" ").map(Number));
	return boxes.length > 0 && boxes.every(([x, y, width, height]) =>
		x === 0 && y === 0 && Math.abs(width - 595.28) < 1 && Math.abs(height - 841.89) < 1);
}

/* ---- faults are found ---- */

async function planted(name, html, find) {
	const file = join(temporary, "planted.html");
	writeFileSync(file, html);
	const { context, page, faults: seen } = await look.open(browser, address(file), { width: 320 });
	const found = await find(page, seen);
	must(found.length > 0, `a planted fault is not found: ${name}`);
	await context.close();
}

const around = (body) => `<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main>
	<h1>x</h1>${body}</main></body></html>`;
await planted("an image without text", around("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"),
	look.accessibility);
await planted("pale text", around("<p style='color:#aaa'>pale</p>"), look.accessibility);
await planted("something wide", around("<div style='width:900px'>wide</div>"), look.width);
await planted("a link that does not show its focus",
	around("<style>a:focus{outline:none}</style><a href='#x'>x</a>"), (page) => look.stops(page, 3));
await planted("the network", around("<script src='http://127.0.0.1:9/x.js'></script>"),
	async (page, seen) => seen);
must(!isA4(Buffer.from("/MediaBox [0 0 612 792]")), "paper of another size is not found");
must((await look.validity(around("<p><div></div></p>"))).length > 0, "HTML that is not valid is not found");

/* ---- every page, in every way ---- */

async function lookAt(name, where) {
	note(name, await look.validity(readFileSync(where, "utf8")));
	const { context, page, faults: seen } = await look.open(browser, address(where), {});
	note(`${name}, by keyboard`, await look.stops(page, 40));
	for (const way of ways) {
		const as = `${name}, ${way.name}`;
		await page.setViewportSize({ width: way.width ?? 1280, height: 800 });
		await page.emulateMedia({ media: way.media ?? "screen", colorScheme: way.scheme ?? "light" });
		note(as, await look.width(page));
		if (way.name !== "at 200 %") {
			note(as, await look.accessibility(page));
		}
		if (way.media === "print") {
			const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
			must(ground === "rgb(255, 255, 255)", `${as}: the paper is ${ground}`);
			must(isA4(await page.pdf({ preferCSSPageSize: true })), `${as}: not on A4`);
		}
	}
	note(name, seen);
	await context.close();
}

for (const name of pages) {
	await lookAt(name, join(site, `${name}.html`));
}
await lookAt("report", report);
for (const name of ["index", "practice", "national"]) {
	await lookAt(`empty/${name}`, join(dir, "empty", `${name}.html`));
}

/* ---- names are names ---- */

async function named(name, text) {
	const { context, page } = await look.open(browser, pageOf(name), {});
	must(await page.textContent("h1 bdi") === text, `${name}: its heading is not "${text}"`);
	must(await page.locator("img, main script").count() === 0, `${name}: a name became markup`);
	await context.close();
}
await named("partnerships/markup", "<img src=x onerror=alert(1)> & \"Sons\"");
await named("partnerships/hebrew", "רשות הצפון – 北の町");

/* ---- the register: without script, and by keyboard alone ---- */

async function register() {
	const plain = await look.open(browser, pageOf("index"), { script: false });
	const rows = await plain.page.locator("#register tbody tr").count();
	must(rows > 30, `the register without script has ${rows} rows`);
	for (const status of ["current", "due", "lapsed"]) {
		must(await plain.page.locator(`.standing.${status}`).count() > 0, `none is ${status} to be looked at`);
	}
	must(!(await plain.page.locator("#find").isVisible()), "a search that does nothing is shown");
	await plain.context.close();

	const { context, page, faults: seen } = await look.open(browser, pageOf("index"), {});
	const keys = page.keyboard;
	const focus = async (selector) => {
		for (let i = 0; i < 30; i += 1) {
			await keys.press("Tab");
			if (await page.evaluate((it) => document.activeElement.matches(it), selector)) {
				return;
			}
		}
		must(false, `the keyboard does not come to ${selector}`);
	};
	await keys.press("Tab");
	await keys.press("Enter");
	must(page.url().endsWith("#main"), "the first stop does not skip to the content");
	await focus("#search");
	await keys.type("HARROW");
	const found = await page.textContent("#found");
	must(found === `1 of ${rows} partnerships`, `the search for one finds ${found}`);
	await keys.press("Control+A");
	await keys.press("Delete");
	await focus("#status");
	await keys.type("lapsed");
	const lapsed = await page.locator("#register tbody tr:not([hidden])").count();
	must(lapsed > 0 && lapsed < rows, `${lapsed} of ${rows} have lapsed`);
	await keys.press("Home");
	await focus("th:nth-child(4) button");
	await keys.press("Enter");
	const days = await page.$$eval("#register tbody td:nth-child(4)", (cells) =>
		cells.map((cell) => cell.dataset.sort));
	must(days.join() === days.slice().sort().join(), "sorted by standing, the days are not in order");
	must(await page.getAttribute("th:nth-child(4)", "aria-sort") === "ascending", "aria-sort does not say so");
	note("index, by keyboard", seen);
	await context.close();
}
await register();

/* ---- three thousand of them ---- */

async function many() {
	const where = join(dir, "many", "index.html");
	note("many", await look.validity(readFileSync(where, "utf8")));
	const { context, page, faults: seen } = await look.open(browser, address(where), { width: 320 });
	note("many, narrow", await look.width(page));
	await page.fill("#search", "area 2999");
	must(await page.locator("#register tbody tr:not([hidden])").count() === 1, "one of 3,000 is not found");
	await page.fill("#search", "");
	await page.click("th:nth-child(1) button");
	await page.click("th:nth-child(1) button");
	const names = await page.$$eval("#register tbody tr", (rows) => rows.map((row) => row.cells[0].textContent));
	must(names.length > 3000 && names[0] > names.at(-1), "3,000 are not sorted from the last on");
	note("many", seen);
	await context.close();
}
await many();

/* ---- the proof in a report, checked as the report says ---- */

async function proof() {
	const { context, page } = await look.open(browser, address(report), {});
	const told = page.locator("section, main").filter({ hasText: "how to check it" }).last();
	const file = join(temporary, "told.tlog-proof"), key = readFileSync(join(site, "log.vkey"), "utf8").trim();
	const text = await told.locator("pre").filter({ hasText: "tlog-proof" }).textContent();
	const check = (as) => {
		writeFileSync(file, as);
		return spawnSync(awardctl, ["log", "check", file, "--key", key], { encoding: "utf8" });
	};
	const good = check(text), bad = check(text.replace(/index \d+/, "index 1"));
	must((await told.textContent()).includes("awardctl log check FILE --key KEY"), "it says not how");
	must(good.status === 0, `the proof in the report is not taken: ${good.stderr}`);
	must(bad.status !== 0 && bad.status !== null, "a proof of another entry is taken");
	await context.close();
}
await proof();

/* ---- the form, by keyboard alone, from a folder of its own ---- */

await form({ browser, awardctl, temporary, must, note,
	page: readFileSync(join(site, "self-evaluation.html")) });

/* ---- the feed ---- */

async function feed() {
	const { context, page, faults: seen } = await look.open(browser, pageOf("index"), {});
	const told = await page.evaluate((text) => {
		const it = new DOMParser().parseFromString(text, "application/xml");
		const all = (name) => Array.from(it.getElementsByTagName(name), (each) => each.textContent);
		return { broken: all("parsererror"), ids: all("id"), titles: all("title") };
	}, readFileSync(join(site, "feed.xml"), "utf8"));
	must(told.broken.length === 0, `the feed is no XML: ${told.broken}`);
	must(told.ids.length > 3 && new Set(told.ids).size === told.ids.length, "ids of the feed are not each its own");
	must(told.ids.every((id) => /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)), "an id is no UUID");
	must(told.titles.some((title) => title.startsWith("<img src=x")), "a title lost its markup");
	note("feed", seen);
	await context.close();
}
await feed();

await browser.close();
rmSync(temporary, { recursive: true });
faults.forEach((it) => console.error(it));
console.log(`${checks} checks, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
