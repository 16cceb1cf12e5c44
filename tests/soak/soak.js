'use strict';
/* The soak: see run. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {parseArgs} = require('node:util');
const {spawn, execFileSync} = require('node:child_process');
const {Load} = require('./load.js');
const {COLUMNS, judge, median} = require('./judge.js');

const ROOT = path.join(__dirname, '../..');
const TEST = `test "a submission needs its scores" {
	given = { partnership = { id = "somewhere" }, assessed_on = "2024-05-20" },
	expect = { refused = { "/scores" } },
}
`;

const {values: options} = parseArgs({options: {
	build: {type: 'string'},
	minutes: {type: 'string', default: '60'},
	rate: {type: 'string', default: '100'},
	every: {type: 'string'},
	leak: {type: 'string'},
	out: {type: 'string'},
}});
const seconds = Number(options.minutes) * 60;
const every = Number(options.every ?? seconds / 240);
const wait = (s) => new Promise((resolve) => setTimeout(resolve, s * 1000));

/* ---- the daemon ------------------------------------------------------------ */

function prepare() {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'awardd-soak-'));
	const scene = {dir, socket: `${dir}/socket`, log: `${dir}/log/log`, rules: `${dir}/rules`};
	fs.chmodSync(dir, 0o755);
	for (const name of ['log', 'plugins', 'marks', 'rules'])
		fs.mkdirSync(`${dir}/${name}`);
	fs.chmodSync(`${dir}/marks`, 0o777); /* the plugin runs as nobody where this is root */
	for (const name of fs.readdirSync(`${ROOT}/rules`)) {
		if (name.endsWith('.lua') && !name.endsWith('.test.lua'))
			fs.copyFileSync(`${ROOT}/rules/${name}`, `${scene.rules}/${name}`);
	}
	fs.writeFileSync(`${scene.rules}/soak.test.lua`, TEST);
	fs.copyFileSync(`${options.build}/tests/plugins/good/mark.so`, `${dir}/plugins/mark.so`);
	return scene;
}

function start(scene) {
	const environment = {...process.env};
	if (options.leak !== undefined) {
		environment.LD_PRELOAD = `${options.build}/tests/soak/soak-leak.so`;
		environment.SOAK_LEAK = options.leak;
	}
	const errors = fs.openSync(`${scene.dir}/errors`, 'a');
	const daemon = spawn(`${options.build}/awardd`, ['--socket', scene.socket, '--log', scene.log,
		'--rules', scene.rules, '--plugins', `${scene.dir}/plugins`, '--watch=no',
		`--mark.file=${scene.dir}/marks/seen`],
	{stdio: ['ignore', errors, errors], env: environment});
	scene.ended = new Promise((resolve) => daemon.on('exit', (code, signal) => {
		scene.end = signal ?? code;
		resolve(scene.end);
	}));
	return daemon;
}

async function ready(scene) {
	const said = () => fs.readFileSync(`${scene.dir}/errors`, 'utf8');
	while (!said().includes('message="ready"')) {
		if (scene.end !== undefined)
			throw new Error(`awardd ended with ${scene.end}:\n${said()}`);
		await wait(0.02);
	}
}

/* ---- samples ---------------------------------------------------------------- */

function read(file) {
	try {
		return fs.readFileSync(file, 'utf8');
	} catch {
		return ''; /* a process that has ended since */
	}
}

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

/* Processes of one kind, all together; a rule set that is being replaced has its own. */
function children(pid, mark) {
	let sum = 0;
	for (const task of fs.readdirSync(`/proc/${pid}/task`)) {
		for (const child of read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean)) {
			if (read(`/proc/${child}/cmdline`).includes(mark))
				sum += memory(child);
		}
	}
	return sum;
}

const size = (file) => fs.statSync(file, {throwIfNoEntry: false})?.size ?? 0;

function sample(scene, pid, load, begun) {
	return {
		seconds: (performance.now() - begun) / 1000,
		daemon: memory(pid),
		evaluators: children(pid, '--evaluator'),
		hosts: children(pid, '--plugin-host'),
		descriptors: fs.readdirSync(`/proc/${pid}/fd`).length,
		...load.take(),
		answered: load.answered,
		log: Math.round(size(scene.log) / 1024),
		wal: Math.round(size(`${scene.log}-wal`) / 1024),
	};
}

/* ---- what goes on besides ---------------------------------------------------- */

function copy(scene) {
	const to = `${scene.dir}/copy`;
	return new Promise((resolve, reject) => {
		spawn(`${options.build}/awardctl`, ['--socket', scene.socket, 'log', 'copy', to],
			{stdio: 'ignore'})
			.on('exit', (code) => {
				fs.rmSync(to, {force: true});
				if (code === 0)
					resolve();
				else
					reject(new Error(`log copy ended with ${code}`));
			});
	});
}

async function edit(scene, load, n) {
	fs.appendFileSync(`${scene.rules}/outcome.lua`, `-- ${n}\n`);
	await load.reload();
}

/* Again and again while `state.on`, one after another. */
async function repeat(state, pause, what) {
	for (let n = 0; state.on; n++) {
		await what(n);
		await wait(pause);
	}
}

async function run(scene, daemon, load) {
	const state = {on: true}, samples = [], begun = performance.now();
	const others = [
		repeat(state, Math.min(5, seconds / 20), () => load.query()),
		repeat(state, Math.min(30, seconds / 10), (n) => edit(scene, load, n)),
		repeat(state, seconds / 6, () => copy(scene)),
	];
	while (performance.now() - begun < seconds * 1000 && scene.end === undefined) {
		await wait(every);
		samples.push(sample(scene, daemon.pid, load, begun));
	}
	state.on = false;
	await Promise.race([Promise.all(others), wait(120)]);
	return samples;
}

/* ---- the report ---------------------------------------------------------------- */

const BARS = '▁▂▃▄▅▆▇█';

/* 60 cells, from the least to the most. */
function plot(values) {
	const cells = Math.min(60, values.length);
	const least = Math.min(...values), most = Math.max(...values);
	return Array.from({length: cells}, (unused, i) => {
		const from = Math.floor(i * values.length / cells);
		const to = Math.max(from + 1, Math.floor((i + 1) * values.length / cells));
		const value = median(values.slice(from, to));
		return BARS[most > least ? Math.round((value - least) / (most - least) * 7) : 0];
	}).join('');
}

function write(samples) {
	const names = Object.keys(samples[0]);
	const rows = samples.map((one) => names.map((name) => Math.round(one[name] * 100) / 100));
	fs.writeFileSync(options.out, [names, ...rows].map((row) => row.join('\t')).join('\n') + '\n');
}

/* Gives the columns that are not flat. */
function report(samples) {
	const rising = [];
	for (const column of COLUMNS) {
		const values = samples.map((one) => one[column.name]);
		const found = judge(column, samples.map((one) => one.seconds), values);
		const shown = (n) => `${n.toFixed(1)} ${column.unit}`.trim();
		process.stdout.write(`${column.name.padEnd(12)}${plot(values)}\n` +
			`${''.padEnd(12)}${shown(Math.min(...values))} to ${shown(Math.max(...values))}; ` +
			`in the second half ${found.growth < 0 ? '' : '+'}${shown(found.growth)}, ` +
			`allowed ${shown(found.allowed)}: ${found.flat ? 'flat' : 'NOT FLAT'}\n`);
		if (!found.flat)
			rising.push(column.name);
	}
	return rising;
}

/* In which column a leak must be found. */
const FOUND_IN = {memory: 'daemon', descriptor: 'descriptors', delay: 'p50'};

async function main() {
	const scene = prepare();
	const daemon = start(scene);
	const example = JSON.parse(fs.readFileSync(
		`${ROOT}/examples/submissions/03-vale-of-wintle-quality-lead-with-child-first.json`));
	await ready(scene);
	const load = new Load(scene.socket, Number(options.rate), example);
	await load.open();
	const samples = await run(scene, daemon, load);
	await load.close();
	daemon.kill('SIGTERM');
	const end = await scene.ended;
	write(samples);
	process.stdout.write(`${load.sent} decisions in ${(seconds / 60).toFixed(1)} minutes, ` +
		`${load.answered} answered, ${load.errors} errors; the daemon ended with ${end}\n`);
	if (load.lastError !== null)
		process.stdout.write(`errors by code: ${JSON.stringify(load.codes)}; the last: ` +
			`${JSON.stringify(load.lastError)}\n`);
	execFileSync(`${options.build}/awardctl`, ['log', 'verify', scene.log], {stdio: 'ignore'});
	const rising = report(samples);
	process.stdout.write(`the table: ${options.out}\n`);
	fs.rmSync(scene.dir, {recursive: true});
	const whole = load.errors === 0 && load.answered === load.sent && end === 0;
	const asExpected = options.leak === undefined ? rising.length === 0 :
		rising.includes(FOUND_IN[options.leak]);
	process.exit(asExpected && whole ? 0 : 1);
}

main().catch((error) => {
	process.stderr.write(`${error.stack}\n`);
	process.exit(2);
});
