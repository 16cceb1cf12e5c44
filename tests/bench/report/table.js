'use strict';
/* The report as text, in Markdown. */

const {SERVERS} = require('./servers.js');

const SHAPE_TITLES = {
	'1x1': '1 connection, 1 under way',
	'8x16': '8 connections, 16 each',
	'64x8': '64 connections, 8 each',
	'rate': '2,000 a second',
};

const whole = (n) => Math.round(n).toLocaleString('en-GB');
const digits = (n) => n === undefined ? '–' : n >= 100 ? whole(n) : n.toPrecision(n < 1 ? 2 : 3);
const ms = (us) => digits(us / 1000);

function range({median, least, most}, write = digits) {
	return least === most ? write(median) : `${write(median)} (${write(least)}–${write(most)})`;
}

function row(cells) {
	return `| ${cells.join(' | ')} |`;
}

function figuresTable({figures}) {
	const lines = [row(['', 'decisions/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU µs each',
		'memory MiB']), row(Array(7).fill('---'))];
	for (const [shape, title] of Object.entries(SHAPE_TITLES)) {
		lines.push(row([`**${title}**`, '', '', '', '', '', '']));
		for (const [server, shapes] of Object.entries(figures)) {
			const f = shapes[shape];
			lines.push(row([SERVERS[server].title, range(f.per_second, whole),
				ms(f.p50.median), ms(f.p99.median), ms(f['p99.9'].median),
				digits(f.cpu_us_each?.median),
				digits(f.pss_mib?.median)]));
		}
	}
	return lines;
}

function ratiosTable({ratios}) {
	const shapes = Object.keys(SHAPE_TITLES);
	const lines = [row(['awardd by', ...shapes.slice(0, 3).map((shape) =>
		`decisions/s, ${shape.replace('x', '×')}`), 'p50, 1×1', 'p99, 2,000/s',
	'CPU each, 8×16']), row(Array(7).fill('---'))];
	const cell = (r) => r === null || r === undefined ? '–' : range(r);
	for (const [server, r] of Object.entries(ratios)) {
		lines.push(row([SERVERS[server].title,
			...shapes.slice(0, 3).map((shape) => cell(r[shape].per_second)),
			cell(r['1x1'].p50), cell(r.rate.p99), cell(r['8x16'].cpu_us_each)]));
	}
	return lines;
}

function goalsTable({goals}) {
	const lines = [row(['goal', 'at', 'wanted', 'found', '']), row(Array(5).fill('---'))];
	for (const goal of goals) {
		const what = goal.against === undefined ? goal.what :
			`${goal.what} by ${SERVERS[goal.against].title}'s`;
		const at = goal.shape.replace('x', '×').replace('rate', '2,000/s');
		lines.push(row([what, at, goal.goal, range(goal.found), goal.met ? 'met' : '**missed**']));
	}
	return lines;
}

function machineLines(machine) {
	return Object.entries(machine).map(([name, value]) =>
		row([name.replaceAll('_', ' '), String(value)]));
}

function loadLine({load}) {
	return `Load average meanwhile: ${digits(load.least)} to ${digits(load.most)}.` +
		(load.shared ? ' **Other work was on the machine**, so that decisions a second and ' +
			'times say little; processor time of a decision is what to go by.' : '');
}

function report({machine, settings, capacity, checked, summary}) {
	return [
		...['| | |', '|---|---|', ...machineLines(machine)], '', loadLine(summary), '',
		`Median of ${settings.rounds} alternating rounds of ${settings.seconds} s each after ` +
			`${settings.warmup} s, in brackets the least and the most; every server began ` +
			'each time with an empty log. Times at 2,000 a second begin when a request was due.',
		'', ...figuresTable(summary), '',
		'What awardd has by what the other has, in the same round:', '',
		...ratiosTable(summary), '', ...goalsTable(summary), '',
		`The load itself against a server that only answers: ${whole(capacity.per_second)}/s, ` +
			`${digits(capacity.own_cpu_us_each)} µs of CPU each.`,
		checked === null ? 'No peer was compared.' :
			`${whole(checked.compared)} submissions were decided alike by awardd and its peers.`,
		'',
	].join('\n');
}

module.exports = {report};
