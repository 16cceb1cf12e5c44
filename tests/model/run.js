#!/usr/bin/env node
'use strict';
/*
 * Decides random histories with the real daemon and with the model, and
 * compares them member by member:
 *
 *   node tests/model/run.js --socket PATH [--seed N] [--histories N]
 *                           [--connections N] [--at-once N] [--shared-log]
 *
 * --shared-log: the log held entries before, so lists over all partnerships
 * are not compared. Exit status 1 where anything differed.
 */

const {parseArgs} = require('node:util');
const {Client} = require('./client.js');
const {Player} = require('./player.js');
const {Random} = require('./random.js');
const {Readback} = require('./readback.js');
const {aHistory} = require('./histories.js');

const SHOWN_FAULTS = 5;
const SHOWN_DIFFERENCES = 12;

function options() {
	const {values} = parseArgs({options: {
		'socket': {type: 'string'},
		'seed': {type: 'string', default: String(Date.now() % 1000000)},
		'histories': {type: 'string', default: '1000'},
		'connections': {type: 'string', default: '4'},
		'at-once': {type: 'string', default: '16'},
		'shared-log': {type: 'boolean', default: false},
	}});
	if (values.socket === undefined) {
		process.stderr.write('run.js: --socket PATH is needed\n');
		process.exit(2);
	}
	return {
		socket: values.socket,
		seed: Number(values.seed),
		histories: Number(values.histories),
		connections: Number(values.connections),
		atOnce: Number(values['at-once']),
		sharedLog: values['shared-log'],
	};
}

/* Different in every run, so that one log can take several. */
function prefixOf(seed) {
	return `m${seed}-${process.pid}`;
}

function show(title, fault, history) {
	process.stdout.write(`\n--- ${title}\n`);
	for (const each of fault.found.slice(0, SHOWN_DIFFERENCES))
		process.stdout.write(`${each.at}: expected ${JSON.stringify(each.expected)}, ` +
			`got ${JSON.stringify(each.actual)}\n`);
	if (fault.found.length > SHOWN_DIFFERENCES)
		process.stdout.write(`… and ${fault.found.length - SHOWN_DIFFERENCES} more\n`);
	if (history !== undefined) {
		process.stdout.write('step by step:\n');
		for (const [at, step] of history.steps.slice(0, fault.at + 1).entries())
			process.stdout.write(`  ${at}: ${JSON.stringify(step)}\n`);
	}
}

async function playOne(client, history, at, tally) {
	const player = new Player(client, history);
	await player.play();
	tally.histories.set(history.id, player.entries);
	const read = new Readback(client, new Map([[history.id, player.entries]]));
	if (player.faults.length === 0)
		await read.partnership(new Random(tally.seed + at), history.id);
	tally.passed += player.checked + read.checked - player.faults.length - read.faults.length;
	tally.failed += player.faults.length + read.faults.length;
	for (const fault of player.faults) {
		if (tally.shown++ < SHOWN_FAULTS)
			show(`${history.id}, step ${fault.at} (${fault.step.does})`, fault, history);
	}
	for (const fault of read.faults) {
		if (tally.shown++ < SHOWN_FAULTS)
			show(`${history.id}: ${fault.method} ${JSON.stringify(fault.params)}`, fault,
				{steps: history.steps});
	}
}

async function main() {
	const chosen = options();
	const random = new Random(chosen.seed);
	const tally = {seed: chosen.seed, passed: 0, failed: 0, shown: 0, histories: new Map()};
	const clients = await Promise.all(Array.from({length: chosen.connections}, () =>
		Client.connect(chosen.socket)));
	process.stdout.write(`seed ${chosen.seed}, ${chosen.histories} histories\n`);

	let next = 0;
	const worker = async (client) => {
		while (next < chosen.histories) {
			const at = next++;
			const history = aHistory(random, `${prefixOf(chosen.seed)}-${at}`);
			await playOne(client, history, at, tally);
		}
	};
	await Promise.all(clients.flatMap((client) =>
		Array.from({length: chosen.atOnce}, () => worker(client))));

	if (!chosen.sharedLog) {
		const read = new Readback(clients[0], tally.histories);
		await read.everything(random);
		tally.passed += read.checked - read.faults.length;
		tally.failed += read.faults.length;
		for (const fault of read.faults.slice(0, SHOWN_FAULTS))
			show(`${fault.method} ${JSON.stringify(fault.params)}`, fault);
	}
	clients.forEach((client) => client.close());
	process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
	process.exitCode = tally.failed === 0 ? 0 : 1;
}

main().catch((error) => {
	process.stderr.write(`run.js: ${error.stack}\n`);
	process.exitCode = 1;
});
