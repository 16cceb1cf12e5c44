/* What is asked of a page in a browser; each check gives what is wrong, as texts. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { HtmlValidate } from "html-validate";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/* Rules on style alone are left out: the writer has its own. */
const validator = new HtmlValidate({
	root: true,
	extends: ["html-validate:recommended"],
	rules: {
		"no-trailing-whitespace": "off",
		"long-title": "off", /* titles are citations */
		"attribute-boolean-style": "off",
		"no-raw-characters": "off",
		"require-sri": "off", /* the style sheet is the site's own */
		"no-redundant-role": "off",
	},
});

export async function validity(text) {
	const report = await validator.validateString(text);
	return report.results.flatMap((result) => result.messages.map((it) =>
		`html: line ${it.line}: ${it.message} (${it.ruleId})`));
}

export async function accessibility(page) {
	if (!(await page.evaluate(() => "axe" in window))) {
		await page.evaluate(axe);
	}
	const found = await page.evaluate(() => window.axe.run(document, {
		resultTypes: ["violations"],
		preload: false,
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	}));
	return found.violations.map((it) => `axe: ${it.id}: ${it.help}: ${it.nodes[0].html}`);
}

/* Nothing is wider than the window. */
export async function width(page) {
	const [wide, window] = await page.evaluate(() =>
		[document.documentElement.scrollWidth, document.documentElement.clientWidth]);
	return wide > window ? [`${wide} pixels wide in a window of ${window}`] : [];
}

/* Tabs through the page: each stop is seen, and has a name. */
export async function stops(page, most) {
	const faults = [];
	let count = 0;
	for (; count < most; count += 1) {
		await page.keyboard.press("Tab");
		const stop = await page.evaluate(() => {
			const it = document.activeElement, style = getComputedStyle(it);
			const box = it.getBoundingClientRect();
			return {
				body: it === document.body, html: it.outerHTML.slice(0, 80),
				outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
				there: box.width > 0 && box.right > 0 && box.left < innerWidth,
			};
		});
		if (stop.body) {
			break;
		}
		if (!stop.outlined || !stop.there) {
			faults.push(`not seen when focused: ${stop.html}`);
		}
	}
	return count === 0 ? ["nothing can be focused"] : faults;
}

/* Opens a page in one way of looking; gives it with the list of what goes wrong in it. */
export async function open(browser, address, way) {
	const context = await browser.newContext({
		viewport: { width: way.width ?? 1280, height: 800 },
		javaScriptEnabled: way.script ?? true,
		acceptDownloads: true,
	});
	const page = await context.newPage(), faults = [];
	page.on("console", (it) => faults.push(`console: ${it.text()}`));
	page.on("pageerror", (it) => faults.push(`script: ${it}`));
	page.on("request", (it) => {
		if (!/^(file|blob|data):/.test(it.url())) {
			faults.push(`asks the network for ${it.url()}`);
		}
	});
	await page.goto(address);
	return { context, page, faults };
}
