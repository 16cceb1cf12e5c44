'use strict';
/* The report's own arithmetic, on rounds whose outcome is known: node test.js. */

const assert = require('assert');
const {SERVERS} = require('./servers.js');
const {SHAPES} = require('./measure.js');
const {plot} = require('./plot.js');
const {median, ratio, summarize} = require('./summary.js');
const {report} = require('./table.js');

/* Two rounds; the second on a machine half as fast, which no ratio may show. `faster` is how
 * many times as fast as Redis awardd is. */
function rounds(faster, pss = 20) {
	return [1, 0.5].flatMap((speed, round) => Object.keys(SHAPES).flatMap((shape) =>
		Object.keys(SERVERS).filter((server) => server !== 'echo').map((server) => {
			const all = 1000 * speed * (server === 'awardd' ? faster : 1);
			const latency = {p50: 1e6 / all, p99: 2e6 / all, 'p99.9': 3e6 / all};
			return {round, server, shape, answered: 100, per_second: all, latency_us: latency,
				cpu_us_each: 50, pss_mib: pss,
				load_average: 2};
		})));
}

function reported(runs) {
	const machine = {processor: 'one', system: 'this', taken_on: 'today', awardd: 'ours'};
	const result = {machine, settings: {rounds: 2, seconds: 1, warmup: 1},
		capacity: {per_second: 1e5, own_cpu_us_each: 1}, checked: {compared: 5},
		summary: summarize(runs)};
	return {goals: result.summary.goals, text: report(result), picture: plot(result)};
}

const missed = (goals) => goals.filter((goal) => !goal.met).map((goal) => goal.goal);

assert.strictEqual(median([5, 1, 3]), 3);
assert.strictEqual(median([4, 1, 3, 2]), 2.5);

const even = ratio(rounds(3), 'per_second', '8x16', ['awardd', 'redis']);
assert.deepStrictEqual(even, {median: 3, least: 3, most: 3});
assert.strictEqual(ratio(rounds(3), 'p99', 'rate', ['awardd', 'redis']).median, 1 / 3);
assert.strictEqual(ratio([], 'p99', 'rate', ['awardd', 'redis']), null);

/* All met; then all missed, and the report says each. */
const fast = reported(rounds(7));
assert.deepStrictEqual(missed(fast.goals), []);
assert(!fast.text.includes('missed'));
const slow = reported(rounds(0.5, 65));
assert.strictEqual(missed(slow.goals).length, slow.goals.length);
assert.strictEqual(slow.text.split('**missed**').length - 1, slow.goals.length);

/* One bad round misses "never below", whatever the median is. */
const once = rounds(2);
for (const run of once.filter(({server, round}) => server === 'awardd' && round === 1))
	run.per_second /= 3;
assert(missed(reported(once).goals).includes('never below 1'));
assert(!missed(reported(rounds(2)).goals).includes('never below 1'));

/* A machine that others use is named. */
const shared = rounds(7).map((run) => ({...run, load_average: 12}));
for (const of of ['text', 'picture']) {
	assert(reported(shared)[of].includes('Other work was on the machine'));
	assert(!fast[of].includes('Other work was on the machine'));
}

/* What could not be measured is left out, and is not 0. */
const blind = rounds(7).map((run) => ({...run, pss_mib: null, answered: 0}));
const unseen = reported(blind);
assert(!unseen.text.includes('memory of all'));
for (const {text, picture} of [fast, slow, unseen]) {
	assert(!/NaN|undefined|Infinity/.test(text));
	assert(!/NaN|undefined|Infinity/.test(picture));
}
