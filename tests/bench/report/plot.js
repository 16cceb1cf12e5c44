'use strict';
/* The report as a picture: black on white, told apart by patterns, so that it can be printed. */

const {SERVERS} = require('./servers.js');

const WIDTH = 860;
const LEFT = 70;
const RIGHT = 20;
const FONT = 'font-family="DejaVu Sans, sans-serif"';

/* Fill by server: solid, white, hatched, grey, dotted, crossed. */
const FILLS = {
	'awardd': '#000',
	'redis': '#fff',
	'json-rules-engine': 'url(#hatch)',
	'bound': '#999',
	'no-disk': 'url(#dots)',
	'no-log': 'url(#cross)',
};

const pattern = (id, size, drawing) =>
	`<pattern id="${id}" width="${size}" height="${size}" patternUnits="userSpaceOnUse">` +
	`<rect width="${size}" height="${size}" fill="#fff"/>${drawing}</pattern>`;

const DEFINITIONS = ['<defs>',
	pattern('hatch', 6, '<path d="M0 6 6 0M-1 1 1 -1M5 7 7 5" stroke="#000"/>'),
	pattern('dots', 5, '<circle cx="2.5" cy="2.5" r="1"/>'),
	pattern('cross', 7, '<path d="M0 0 7 7M7 0 0 7" stroke="#000" stroke-width=".7"/>'),
	'</defs>'].join('\n');

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const whole = (n) => Math.round(n).toLocaleString('en-GB');
const short = (n) => n >= 100 ? whole(n) : n >= 10 ? n.toFixed(0) : n.toPrecision(2);

function text(x, y, words, {size = 12, anchor = 'start', weight = 'normal'} = {}) {
	return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" ${FONT} ` +
		`text-anchor="${anchor}" font-weight="${weight}" stroke="#fff" stroke-width="3" ` +
		`paint-order="stroke">${escape(words)}</text>`;
}

function line(x1, y1, x2, y2, width = 1, dash = '') {
	return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" ` +
		`y2="${y2.toFixed(1)}" stroke="#000" stroke-width="${width}"` +
		`${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
}

function bar(x, y, width, height, server) {
	return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" ` +
		`height="${Math.max(height, 0.5).toFixed(1)}" fill="${FILLS[server]}" stroke="#000"/>`;
}

/* A step of 1, 2 or 5 times a power of ten, of which four or so reach `most`. */
function stepTo(most) {
	const power = 10 ** Math.floor(Math.log10(most / 4));
	return [1, 2, 5, 10].map((n) => n * power).find((step) => most / step <= 5);
}

/* ---- bars: a group for each shape ----------------------------------------------------- */

function bars(top, title, groups, servers) {
	const height = 190, base = top + 30 + height;
	const most = Math.max(...groups.flatMap(({of}) => servers.map((s) => of[s]?.most ?? 0)));
	if (most === 0)
		return {out: [], bottom: top}; /* it could not be measured */
	const step = stepTo(most);
	const scale = height / (Math.ceil(most / step) * step);
	const each = (WIDTH - LEFT - RIGHT) / groups.length;
	const wide = (each - 30) / servers.length;
	const out = [text(LEFT, top + 12, title, {size: 14, weight: 'bold'})];

	for (let value = 0; value * scale <= height + 0.01; value += step) {
		out.push(line(LEFT, base - value * scale, WIDTH - RIGHT, base - value * scale,
			value === 0 ? 1.2 : 0.4, value === 0 ? '' : '2 3'));
		out.push(text(LEFT - 6, base - value * scale + 4, whole(value), {anchor: 'end', size: 11}));
	}
	groups.forEach(({name, of}, g) => {
		const left = LEFT + g * each + 15;
		servers.forEach((server, i) => {
			const found = of[server];
			if (found === undefined)
				return;
			const x = left + i * wide, high = found.median * scale, middle = x + wide / 2 - 2;
			out.push(bar(x, base - high, wide - 4, high, server));
			out.push(line(middle, base - found.least * scale, middle, base - found.most * scale,
				4).replace('#000', '#fff'));
			out.push(line(middle, base - found.least * scale, middle, base - found.most * scale,
				1.5));
			out.push(text(middle, base - Math.max(found.most * scale, high) - 4,
				short(found.median), {anchor: 'middle', size: 10.5}));
		});
		out.push(text(left + (each - 30) / 2, base + 18, name, {anchor: 'middle'}));
	});
	return {out, bottom: base + 34};
}

/* ---- times: p50, p99 and p99.9 of each on one scale ------------------------------------- */

const disc = (x, y, style) => `<circle cx="${x}" cy="${y}" r="4.5" ${style}/>`;

const MARKS = {
	p50: (x, y) => disc(x, y, 'fill="#000"'),
	p99: (x, y) => disc(x, y, 'fill="#fff" stroke="#000" stroke-width="1.5"'),
	'p99.9': (x, y) =>
		`<path d="M${x - 4.5} ${y - 4.5}l9 9m0 -9l-9 9" stroke="#000" stroke-width="1.6"/>`,
};

function times(top, title, groups, servers) {
	const left = LEFT + 150, right = WIDTH - RIGHT - 20;
	const all = groups.flatMap(({of}) => servers.flatMap((s) =>
		of[s] === undefined ? [] : Object.keys(MARKS).map((mark) => of[s][mark].median)));
	const low = Math.floor(Math.log10(Math.min(...all)));
	const high = Math.ceil(Math.log10(Math.max(...all)));
	const at = (us) => left + (Math.log10(us) - low) / (high - low) * (right - left);
	const out = [text(LEFT, top + 12, title, {size: 14, weight: 'bold'})];
	let y = top + 34;

	Object.entries(MARKS).forEach(([name, mark], i) => {
		out.push(mark(right - 200 + i * 70, top + 8));
		out.push(text(right - 192 + i * 70, top + 12, name));
	});
	const begun = y - 8;
	for (const {name, of} of groups) {
		out.push(text(LEFT, y + 4, name, {weight: 'bold'}));
		for (const server of servers.filter((s) => of[s] !== undefined)) {
			y += 19;
			out.push(text(left - 8, y + 4, SERVERS[server].title, {anchor: 'end', size: 11}));
			out.push(line(at(of[server].p50.median), y, at(of[server]['p99.9'].median), y, 0.8));
			for (const [mark, draw] of Object.entries(MARKS))
				out.push(draw(Number(at(of[server][mark].median).toFixed(1)), y));
		}
		y += 26;
	}
	for (let power = low; power <= high; power++) {
		const x = at(10 ** power), us = 10 ** power;
		out.unshift(line(x, begun, x, y - 12, 0.4, '2 3'));
		out.push(text(x, y + 2, us < 1000 ? `${us} µs` : us < 1e6 ? `${us / 1000} ms` :
			`${us / 1e6} s`, {anchor: 'middle', size: 11}));
	}
	return {out, bottom: y + 22};
}

/* ---- all of it ---------------------------------------------------------------------------- */

function legend(top, servers) {
	const out = [];
	servers.forEach((server, i) => {
		const x = LEFT + (i % 3) * 255, y = top + Math.floor(i / 3) * 22;
		out.push(bar(x, y, 22, 13, server));
		out.push(text(x + 29, y + 11, SERVERS[server].title));
	});
	return {out, bottom: top + Math.ceil(servers.length / 3) * 22 + 8};
}

function pick(figures, shape, figure) {
	return Object.fromEntries(Object.entries(figures).map(([server, shapes]) =>
		[server, figure === null ? shapes[shape] : shapes[shape][figure]]));
}

function plot({machine, summary: {figures, load}}) {
	const servers = Object.keys(figures);
	const peers = servers.filter((s) => ['awardd', 'redis', 'json-rules-engine'].includes(s));
	const shapes = [['1x1', '1 × 1'], ['8x16', '8 × 16'], ['64x8', '64 × 8']];
	const head = [text(LEFT, 30, 'Durable decisions over a Unix socket', {size: 17, weight: 'bold'}),
		text(LEFT, 50, `${machine.processor}, ${machine.system}, ${machine.taken_on}; ` +
			`${machine.awardd}`, {size: 11})];
	if (load.shared)
		head.push(text(LEFT, 66, 'Other work was on the machine (load average ' +
			`${short(load.least)} to ${short(load.most)}): go by processor time`,
		{size: 11, weight: 'bold'}));
	const parts = [];
	let top = load.shared ? 80 : 66;
	const put = (part) => {
		parts.push(...part.out);
		top = part.bottom;
	};

	put(legend(top, servers));
	put(bars(top, 'Decisions a second, connections × under way on each: more is better',
		shapes.map(([shape, name]) => ({name, of: pick(figures, shape, 'per_second')})), servers));
	put(bars(top, 'Processor time of a decision, µs, all processes: less is better',
		shapes.map(([shape, name]) => ({name, of: pick(figures, shape, 'cpu_us_each')})), servers));
	put(times(top, 'Time until the answer: less is better',
		[{name: '1 × 1', of: pick(figures, '1x1', null)},
			{name: '2,000 a second', of: pick(figures, 'rate', null)}], peers));
	put(bars(top, 'Memory of all processes after the run, MiB: less is better',
		[...shapes, ['rate', '2,000 a second']]
			.map(([shape, name]) => ({name, of: pick(figures, shape, 'pss_mib')})), servers));
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" ` +
		`viewBox="0 0 ${WIDTH} ${top}">\n<rect width="100%" height="100%" fill="#fff"/>\n` +
		`${DEFINITIONS}\n${[...head, ...parts].join('\n')}\n</svg>\n`;
}

module.exports = {plot};
