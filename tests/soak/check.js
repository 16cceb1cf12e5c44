'use strict';
/* The judge against series that are made: what is flat, and what is not. */

const {COLUMNS, judge} = require('./judge.js');

const N = 120;
let course = 1;

/* From -1 to 1, the same each time. */
function noise() {
	course = (course * 1103515245 + 12345) % 2147483648;
	return course / 1073741824 - 1;
}

const CASES = [
	['what never changes', true, () => 20000],
	['noise of a twentieth', true, () => 20000 * (1 + noise() / 20)],
	['growth that ends before the half', true, (i) => 20000 + 200 * Math.min(i, N / 2)],
	['single samples far off', true, (i) => (i % 10 === 9 ? 60000 : 20000) + 100 * noise()],
	['what goes down', true, (i) => 20000 - 50 * i],
	['a steady leak', false, (i) => 20000 + 60 * i],
	['a leak under noise', false, (i) => 20000 * (1 + noise() / 20) + 100 * i],
	['a leak in steps', false, (i) => 20000 + 1000 * (i >> 3)],
	['a leak that begins late', false, (i) => 20000 + 200 * Math.max(0, i - N * 0.7)],
];

let wrong = 0;
const times = Array.from({length: N}, (unused, i) => i * 10);
for (const [name, flat, value] of CASES) {
	const found = judge(COLUMNS[0], times, times.map((unused, i) => value(i)));
	if (found.flat !== flat) {
		process.stdout.write(`${name}: judged ${found.flat ? 'flat' : 'not flat'} at ` +
			`${found.growth.toFixed(0)} of ${found.allowed.toFixed(0)}\n`);
		wrong++;
	}
}
/* One descriptor in 30 samples, as they are counted. */
const descriptors = COLUMNS.find((column) => column.name === 'descriptors');
if (judge(descriptors, times, times.map((t, i) => 30 + Math.floor(i / 30))).flat) {
	process.stdout.write('one descriptor in 30 samples: judged flat\n');
	wrong++;
}
process.stdout.write(`${CASES.length + 1} series, ${wrong} judged wrongly\n`);
process.exit(wrong === 0 ? 0 : 1);
