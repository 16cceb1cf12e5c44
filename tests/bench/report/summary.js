'use strict';
/* Medians over the rounds; ratios within each round, and their medians; the goals. */

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function spread(values) {
	return {median: median(values), least: Math.min(...values), most: Math.max(...values)};
}

const FIGURES = {
	per_second: (run) => run.per_second,
	p50: (run) => run.latency_us.p50,
	p99: (run) => run.latency_us.p99,
	'p99.9': (run) => run.latency_us['p99.9'],
	cpu_us_each: (run) => run.answered > 0 ? run.cpu_us_each : null,
	pss_mib: (run) => run.pss_mib,
};

/* {server: {shape: {figure: {median, least, most}}}} */
function figures(runs) {
	const found = {};
	for (const {server, shape} of runs) {
		const those = runs.filter((run) => run.server === server && run.shape === shape);
		found[server] ??= {};
		found[server][shape] ??= Object.fromEntries(Object.entries(FIGURES)
			.map(([name, of]) => [name, those.map(of).filter((value) => value !== null)])
			.filter(([, values]) => values.length > 0)
			.map(([name, values]) => [name, spread(values)]));
	}
	return found;
}

/* One server's figure by another's, in the same round and shape. */
function ratio(runs, figure, shape, [above, below]) {
	const of = (server) => runs.filter((run) => run.server === server && run.shape === shape);
	const others = of(below);
	const found = of(above).map((run) => {
		const other = others.find(({round}) => round === run.round);
		const [a, b] = [run, other].map((one) => one && FIGURES[figure](one));
		return a && b && a / b;
	}).filter((value) => value > 0);
	return found.length === 0 ? null : spread(found);
}

const LIMIT_MIB = 64;
const atLeast = (value) => ({met: (r) => r.median >= value, says: `at least ${value}`});
const neverBelow = (value) => ({met: (r) => r.least >= value, says: `never below ${value}`});
const atMost = (value) => ({met: (r) => r.median <= value, says: `at most ${value}`});

/* What is aimed at: [what, figure, shape, the other, goal]. */
const GOALS = [
	['decisions/s', 'per_second', '8x16', 'redis', neverBelow(1)],
	['decisions/s', 'per_second', '64x8', 'redis', neverBelow(1)],
	['decisions/s', 'per_second', '8x16', 'redis', atLeast(1.5)],
	['decisions/s', 'per_second', '64x8', 'redis', atLeast(1.5)],
	['decisions/s', 'per_second', '8x16', 'redis', atLeast(2.4)],
	['decisions/s', 'per_second', '64x8', 'redis', atLeast(2.4)],
	['decisions/s', 'per_second', '8x16', 'json-rules-engine', atLeast(3.5)],
	['decisions/s', 'per_second', '64x8', 'json-rules-engine', atLeast(3.5)],
	['decisions/s', 'per_second', '8x16', 'json-rules-engine', atLeast(6.5)],
	['decisions/s', 'per_second', '64x8', 'json-rules-engine', atLeast(6.5)],
	['p50', 'p50', '1x1', 'redis', atMost(1)],
	['p99', 'p99', 'rate', 'redis', atMost(1)],
];

function memoryGoal(runs) {
	const values = runs.filter((run) => run.server === 'awardd').map((run) => run.pss_mib);
	if (values.length === 0 || values.includes(null))
		return [];
	const found = spread(values);
	return [{what: 'memory of all its processes, MiB', shape: 'any', goal: `below ${LIMIT_MIB}`,
		found, met: found.most < LIMIT_MIB}];
}

function goals(runs) {
	const found = GOALS.map(([what, figure, shape, other, goal]) => {
		const r = ratio(runs, figure, shape, ['awardd', other]);
		return r && {what, shape, against: other, goal: goal.says, found: r, met: goal.met(r)};
	});
	return [...found.filter((goal) => goal !== null), ...memoryGoal(runs)];
}

/* awardd against everything else, at every shape. */
function ratios(runs) {
	const others = [...new Set(runs.map((run) => run.server))].filter((name) => name !== 'awardd');
	return Object.fromEntries(others.map((other) => [other, Object.fromEntries(
		[...new Set(runs.map((run) => run.shape))].map((shape) => [shape, Object.fromEntries(
			['per_second', 'p50', 'p99', 'cpu_us_each'].map((figure) =>
				[figure, ratio(runs, figure, shape, ['awardd', other])]))]))]));
}

/* The benchmark itself makes a load of up to four: the server's processes and the client's. */
const OWN_LOAD = 5;

function load(runs) {
	const found = spread(runs.map((run) => run.load_average));
	return {...found, shared: found.most >= OWN_LOAD};
}

const summarize = (runs) => ({figures: figures(runs), ratios: ratios(runs), goals: goals(runs),
	load: load(runs)});

module.exports = {median, ratio, summarize};
