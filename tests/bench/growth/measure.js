'use strict';
/* What grows: criteria of the rules, partnerships of the register, connections that say nothing. */

const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFile, execFileSync} = require('child_process');
const {promisify} = require('util');
const {load} = require('../report/measure.js');
const {start, stop} = require('../report/servers.js');
const {call, open} = require('./connection.js');
const {children, resident, used} = require('./process.js');
const rules = require('./rules.js');

const EVALUATORS = 2;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/* Runs `body` with a daemon of its own, and a folder that both may write to. */
async function withDaemon(build, options, body) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'awardd-growth-'));
	let server = null;
	try {
		rules.write(`${dir}/rules`, 0, 'as shipped');
		server = await start('awardd', build, {rules: `${dir}/rules`, options});
		return await body(server, `${dir}/rules`);
	} finally {
		if (server !== null)
			await stop(server);
		fs.rmSync(dir, {recursive: true, force: true});
	}
}

/* Of many calls one after the other: microseconds of processor time each, and bench-ask's words. */
async function ask(build, server, method, rounds) {
	const before = used(server.child.pid);
	const {stdout} = await promisify(execFile)(path.join(build, 'tests', 'bench-ask'),
		[server.socket, method, '{}', String(rounds)]);
	return {cpuUs: (used(server.child.pid) - before) / rounds / 1e3,
		medianUs: Number(/median (\d+)/.exec(stdout)[1])};
}

/* ---- criteria ----------------------------------------------------------------------- */

/* Until those of the rules before have ended, and their time is counted. */
async function settled(pid) {
	while (children(pid).length !== EVALUATORS)
		await new Promise((resolve) => setTimeout(resolve, 5));
}

/* Reloads so many times, each time other rules with as many criteria: milliseconds each, or
 * {refused} with what was said first. */
async function reload(server, folder, count, times) {
	const {pid} = server.child;
	const stream = await open(server.socket);
	const waited = [];
	await settled(pid);
	const before = used(pid);
	for (let i = 0; i < times; i++) {
		rules.write(folder, count, `${count} criteria, time ${i + 1}`);
		const began = process.hrtime.bigint();
		const answer = await call(stream, 'rules.reload');
		waited.push(Number(process.hrtime.bigint() - began) / 1e6);
		if (answer.error !== undefined) {
			stream.destroy();
			const {code, message, data: {errors}} = answer.error;
			return {refused: {code, message, errors: errors.length, first: errors[0]}};
		}
	}
	stream.destroy();
	await settled(pid);
	return {reloadMs: median(waited), reloadCpuMs: (used(pid) - before) / 1e6 / times};
}

const mean = (server, what) => Number(execFileSync('sqlite3', ['-readonly', `${server.dir}/log`,
	`SELECT avg(length(CAST(${what} AS BLOB))) FROM entries JOIN entry USING (sequence)` +
	" WHERE entries.kind = 'decision'"]));

/* One row for each count; `many` is how often each thing is done. */
async function criteria(build, counts, many) {
	const rows = [];
	for (const count of counts) {
		rows.push(await withDaemon(build, [], async (server, folder) => {
			const row = {criteria: count, ...await reload(server, folder, count, many.reloads)};
			if (row.refused)
				return row;
			const run = await load(build, server, ['--connections', '8', '--depth', '16',
				'--count', String(many.decisions)]);
			return {...row, decisionCpuUs: run.cpu_us_each, entryBytes: mean(server, 'entry'),
				quotedBytes: mean(server, 'bytes')};
		}));
	}
	return rows;
}

/* ---- the register ---------------------------------------------------------------------- */

/* Of so many partnerships, some with an award and some without. */
function register(build, partnerships, many) {
	return withDaemon(build, [], async (server) => {
		await load(build, server, ['--connections', '8', '--depth', '16',
			'--partnerships', String(partnerships), '--count', String(8 * partnerships)]);
		const stream = await open(server.socket);
		const {result} = await call(stream, 'register.list', {});
		stream.destroy();
		return {partnerships, listed: result.awards.length,
			bytes: Buffer.byteLength(JSON.stringify(result)),
			...await ask(build, server, 'register.list', many.asked)};
	});
}

/* ---- connections ----------------------------------------------------------------------- */

const asleep = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/* A load with server.status asked beside it, and then nothing: not even what the load left to
 * be written, which is at most two seconds later. */
async function beside(build, server, seed, many) {
	const {pid} = server.child;
	const [run, status] = await Promise.all([
		load(build, server, ['--connections', '8', '--rate', String(many.rate), '--warmup',
			String(many.warmup), '--seconds', String(many.seconds), '--seed', String(seed)]),
		ask(build, server, 'server.status', many.asked),
	]);
	await asleep(many.quiet);
	const before = used(pid);
	await asleep(many.quiet);
	return {decisionCpuUs: run.cpu_us_each, statusUs: status.medianUs,
		quietCpuMs: (used(pid) - before) / 1e6};
}

/* One that is answered was taken up, and so were those before it: no more wait than the daemon
 * lets wait. */
async function openMany(socket, count) {
	const idle = [];
	while (idle.length < count) {
		idle.push(await open(socket));
		if (idle.length % 50 === 0)
			await call(idle.at(-1), 'server.status');
	}
	return idle;
}

const answers = async (streams) => (await Promise.all(
	streams.map((stream) => call(stream, 'server.status')))).filter(({result}) => result).length;

/* Rounds without connections and with so many that say nothing; those are called at the end. The
 * figures of each round, in order. */
function connections(build, count, many) {
	const options = ['--connections', String(Math.ceil((count + 100) * 4 / 3))];
	return withDaemon(build, options, async (server) => {
		const rounds = [];
		let grownKib = null, answered = 0;
		for (let round = 0; round < many.rounds; round++) {
			const without = await beside(build, server, 2 * round + 1, many);
			const before = resident(server.child.pid);
			const idle = await openMany(server.socket, count);
			grownKib ??= resident(server.child.pid) - before;
			rounds.push({without, with: await beside(build, server, 2 * round + 2, many)});
			answered += await answers(idle);
			idle.forEach((stream) => stream.destroy());
		}
		const all = (which) => Object.fromEntries(Object.keys(rounds[0].with).map((figure) =>
			[figure, rounds.map((round) => round[which][figure])]));
		return {connections: count, grownKib, answered: answered / many.rounds,
			without: all('without'), with: all('with')};
	});
}

module.exports = {connections, criteria, register};
