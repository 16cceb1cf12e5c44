'use strict';
/*
 * What is measured: each a server in a folder of its own, started, asked how many decisions it
 * holds, and stopped.
 */

const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFileSync, spawn} = require('child_process');
const redis = require('./redis.js');

const SOURCE = path.join(__dirname, '..', '..', '..');
const PEERS = path.join(__dirname, '..', 'peers');
const READY_MS = 60000;

/* ---- how each is run ---------------------------------------------------------------- */

function runAwardd(program, environment = {}) {
	return (build, dir, given) => ({
		command: path.join(build, program),
		arguments: ['--socket', `${dir}/socket`, '--log', `${dir}/log`,
			'--rules', given.rules ?? path.join(SOURCE, 'rules'), '--watch', 'no',
			...(given.options ?? [])],
		environment: Object.fromEntries(Object.entries(environment)
			.map(([name, file]) => [name, path.join(build, file)])),
		ready: /\bready\b/,
	});
}

function countEntries(dir, where) {
	return Number(execFileSync('sqlite3', ['-readonly', `${dir}/log`,
		`SELECT count(*) FROM entry ${where}`]));
}

const countDecisions = (dir) => countEntries(dir, "WHERE kind = 'decision'");

/* In the order of the report; `load` is what bench-load is told besides. */
const SERVERS = {
	'awardd': {
		title: 'awardd',
		run: runAwardd('awardd'),
		count: countDecisions,
	},
	'redis': {
		title: 'Redis',
		load: ['--protocol', 'redis'],
		run: (build, dir) => ({
			command: 'redis-server',
			arguments: [path.join(PEERS, 'redis', 'redis.conf'), '--dir', dir,
				'--unixsocket', `${dir}/socket`],
			ready: /ready to accept connections/,
		}),
		prepare: (socket) => redis.call(socket, ['FUNCTION', 'LOAD',
			fs.readFileSync(path.join(PEERS, 'redis', 'decide.lua'), 'utf8')]),
		count: (dir) => redis.call(`${dir}/socket`, ['XLEN', 'decisions']).then(Number),
	},
	'json-rules-engine': {
		title: 'json-rules-engine',
		run: (build, dir) => ({
			command: process.execPath,
			arguments: [path.join(PEERS, 'json-rules-engine', 'server.js'),
				`${dir}/socket`, `${dir}/log`],
			ready: /ready/,
		}),
		count: (dir) => countEntries(dir, ''),
	},
	'bound': {
		title: 'awardd, a constant for rules',
		run: runAwardd('tests/bench-bound'),
		count: countDecisions,
	},
	'no-disk': {
		title: 'awardd, no sync',
		run: runAwardd('awardd', {LD_PRELOAD: 'tests/bench-nosync.so'}),
		count: countDecisions,
	},
	'no-log': {
		title: 'awardd, assess only',
		load: ['--method', 'assess'],
		run: runAwardd('awardd'),
		count: null, /* nothing is logged */
	},
	'echo': {
		title: 'echo',
		run: (build, dir) => ({
			command: path.join(build, 'tests', 'bench-echo'),
			arguments: [`${dir}/socket`],
			ready: /ready/,
		}),
		count: null,
	},
};

/* ---- its life --------------------------------------------------------------------- */

const running = new Set();
process.on('exit', () => running.forEach((server) => server.child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'])
	process.on(signal, () => process.exit(1));

function awaitReady(child, pattern, name) {
	return new Promise((resolve, reject) => {
		let said = '';
		const late = setTimeout(() => reject(new Error(`${name} is not ready: ${said}`)),
			READY_MS);
		const hear = (text) => {
			said += text;
			if (pattern.test(said)) {
				clearTimeout(late);
				resolve();
			}
		};
		child.stdout.setEncoding('utf8').on('data', hear);
		child.stderr.setEncoding('utf8').on('data', hear);
		child.on('error', reject);
		child.on('exit', (status) => {
			clearTimeout(late);
			reject(new Error(`${name} ended with ${status}: ${said}`));
		});
	});
}

/* Starts one; `dir` is its folder, removed when it is stopped. awardd may be given another folder
 * of `rules`, and more `options`. */
async function start(name, build, given = {}) {
	const kind = SERVERS[name];
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'awardd-bench-'));
	const how = kind.run(build, dir, given);
	const child = spawn(how.command, how.arguments,
		{env: {...process.env, ...how.environment}, stdio: ['pipe', 'pipe', 'pipe']});
	const server = {name, kind, dir, child, socket: `${dir}/socket`};
	running.add(server);
	try {
		await awaitReady(child, how.ready, name);
		if (kind.prepare)
			await kind.prepare(server.socket);
	} catch (error) {
		await stop(server);
		throw error;
	}
	return server;
}

async function stop(server) {
	const {child, dir} = server;
	if (child.exitCode === null && child.signalCode === null) {
		const ended = new Promise((resolve) => child.on('exit', resolve));
		child.kill(server.name === 'echo' ? 'SIGKILL' : 'SIGTERM');
		await ended;
	}
	running.delete(server);
	fs.rmSync(dir, {recursive: true, force: true});
}

module.exports = {PEERS, SERVERS, SOURCE, start, stop};
