#!/usr/bin/env node
'use strict';
/*
 * Two JSON-RPC 2.0 clients that others wrote drive the daemon:
 *
 *   npm ci --prefix tests/clients
 *   node tests/clients/drive.js --socket PATH
 *
 * jayson opens a connection for each request and shuts down its writing side
 * after a notification; json-rpc-2.0 knows no transport, so the few lines of
 * node:net that it needs are here and keep one connection.
 */

const assert = require('node:assert/strict');
const net = require('node:net');
const {parseArgs} = require('node:util');
const jayson = require('jayson');
const {JSONRPCClient} = require('json-rpc-2.0');

const MANY = 500;
const RUN = `${process.pid}-${Date.now()}`;

/* A partnership of this client's own, in this run. */
function submission(client, partnership, changes = {}) {
	const half = {method: 'email', on: '2024-05-18'};
	const statements = ['1', '2', '3', '4a', '4b', '5', '6', '7', '8', '9', '10'];
	return {
		partnership: {id: `${client.short}-${partnership}-${RUN}`, name: 'North Vale'},
		assessed_on: '2024-05-20',
		scores: Object.fromEntries(statements.map((s) => [s, 6])),
		sign_off: {send_leadership: half, yos_leadership: half},
		...changes,
	};
}

/* ---- the two clients, each reduced to the same few verbs ----------------- */

function openJayson(path) {
	const client = jayson.Client.tcp({path});
	const raw = (request) => new Promise((resolve, reject) =>
		client.request(request, (error, answers) => error ? reject(error) : resolve(answers)));
	return {
		name: 'jayson',
		short: 'jayson',
		atOnce: 50,     /* each on a connection of its own */
		async call(method, params) {
			return raw(client.request(method, params));
		},
		async notify(method, params) {
			/* With a null id and no callback it makes a notification of version 2. */
			await raw(client.request(method, params, null));
		},
		async batch(calls) {
			return raw(calls.map(([method, params]) => client.request(method, params)));
		},
		async close() {},
	};
}

function openJsonRpc2(path) {
	const socket = net.connect(path);
	const client = new JSONRPCClient((payload) => {
		socket.write(`${JSON.stringify(payload)}\n`);
	});
	let rest = '';
	let nextId = 1;
	socket.setEncoding('utf8');
	socket.on('data', (text) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop();
		lines.forEach((line) => client.receive(JSON.parse(line)));
	});
	const request = ([method, params]) => ({jsonrpc: '2.0', id: `q${nextId++}`, method, params});
	return {
		name: 'json-rpc-2.0',
		short: 'rpc2',
		atOnce: MANY,   /* all on one */
		call: (method, params) => client.requestAdvanced(request([method, params])),
		notify: async (method, params) => client.notify(method, params),
		batch: (calls) => client.requestAdvanced(calls.map(request)),
		close: () => new Promise((resolve) => socket.end(resolve)),
	};
}

/* ---- what each of them must see ------------------------------------------ */

const TESTS = {
	async 'a submission is decided, and the decision read back'(client) {
		const {result} = await client.call('decide', submission(client, 'decide'));
		assert.equal(result.outcome.award, 'quality-mark');
		assert.equal(result.outcome.citation, 'North Vale: Quality Mark, May 2024');
		const {decision_id: id} = result;
		const entry = await client.call('decisions.get', {decision_id: id});
		assert.deepEqual(entry.result.decision, result);
	},

	async 'an assessment answers the same and logs nothing'(client) {
		const given = submission(client, 'assess');
		const {result} = await client.call('assess', given);
		assert.equal(result.outcome.award, 'quality-mark');
		assert.equal(result.decision_id, undefined);
		const list = await client.call('decisions.list', {partnership: given.partnership.id});
		assert.deepEqual(list.result.decisions, []);
	},

	async 'errors carry their code and every pointer'(client) {
		const given = submission(client, 'errors', {assessed_on: '2024-02-30', colour: 'red'});
		given.scores['4a'] = 11;
		delete given.scores['10'];
		const {error} = await client.call('decide', given);
		assert.equal(error.code, -32602);
		assert.deepEqual(error.data.errors.map((each) => each.pointer).sort(),
			['/assessed_on', '/colour', '/scores/10', '/scores/4a']);
		const unknown = await client.call('decide.twice', {});
		assert.equal(unknown.error.code, -32601);
		const absent = await client.call('decisions.get', {decision_id: 'nobody-has-this'});
		assert.equal(absent.error.code, -32002);
	},

	async 'a notification is carried out without an answer'(client) {
		const given = submission(client, 'notify', {submission_id: `${client.name}-notify-${RUN}`});
		await client.notify('decide', given);
		const filter = {partnership: given.partnership.id};
		let list = [];
		for (let tries = 0; tries < 3000 && list.length === 0; tries++) {
			await new Promise((resolve) => setTimeout(resolve, 10));
			list = (await client.call('decisions.list', filter)).result.decisions;
		}
		assert.equal(list.length, 1);
		const again = await client.call('decide', given);
		assert.equal(again.result.decision_id, list[0].decision_id);
	},

	async 'a batch is answered as one, each by its id'(client) {
		const answers = await client.batch([
			['decide', submission(client, 'batch')],
			['server.status', undefined],
			['no.such.method', {}],
			['decide', submission(client, 'batch', {assessed_on: '2024-05-21'})],
		]);
		assert.equal(answers.length, 4);
		assert.deepEqual(answers.map((each) => each.error?.code ?? 0).sort(),
			[-32601, 0, 0, 0].sort());
		const changes = answers.map((each) => each.result?.outcome?.change);
		assert.deepEqual(changes.filter((each) => each !== undefined).sort(),
			['first', 'maintained']);
	},

	async 'five hundred, many on their way at once, are all decided, once each'(client) {
		const results = [];
		while (results.length < MANY) {
			const answers = await Promise.all(Array.from({length: client.atOnce}, (_, i) =>
				client.call('decide', submission(client, `many${i % 7}`, {stage: 'final'}))));
			results.push(...answers.map((answer) => answer.result));
		}
		assert.equal(new Set(results.map((each) => each.decision_id)).size, MANY);
		assert.equal(new Set(results.map((each) => each.sequence)).size, MANY);
		assert.equal(results.filter((each) => each.outcome.change === 'first').length, 7);
	},
};

/* Shuts down the writing side with everything still owed. */
async function halfClose(path) {
	const socket = net.connect(path);
	const owed = 50;
	for (let i = 0; i < owed; i++)
		socket.write(`${JSON.stringify({jsonrpc: '2.0', id: i, method: 'decide',
			params: submission({short: 'net'}, `half${i}`)})}\n`);
	socket.end();
	let text = '';
	socket.setEncoding('utf8');
	for await (const chunk of socket)
		text += chunk;
	const answers = text.trimEnd().split('\n').map((line) => JSON.parse(line));
	assert.deepEqual(answers.map((each) => each.id).sort((a, b) => a - b),
		Array.from({length: owed}, (_, i) => i));
	assert.ok(answers.every((each) => each.result.outcome.award === 'quality-mark'));
}

async function main() {
	const {values} = parseArgs({options: {socket: {type: 'string'}}});
	if (values.socket === undefined) {
		process.stderr.write('drive.js: --socket PATH is needed\n');
		process.exit(2);
	}
	const tally = {passed: 0, failed: 0};
	const run = async (title, test) => {
		try {
			await test();
			tally.passed++;
			process.stdout.write(`ok: ${title}\n`);
		} catch (error) {
			tally.failed++;
			process.stdout.write(`failed: ${title}\n${error.stack ?? JSON.stringify(error)}\n`);
		}
	};
	for (const open of [openJayson, openJsonRpc2]) {
		const client = open(values.socket);
		for (const [title, test] of Object.entries(TESTS))
			await run(`${client.name}: ${title}`, () => test(client));
		await client.close();
	}
	await run('a client that half-closes reads every answer', () => halfClose(values.socket));
	process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
	process.exitCode = tally.failed === 0 ? 0 : 1;
}

main();
