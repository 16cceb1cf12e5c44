'use strict';
/*
 * Whether the peers decide as awardd does: the same submissions, several of each partnership, so
 * that histories count, must be answered alike but for what each log adds of its own.
 */

const net = require('net');
const path = require('path');
const {execFileSync} = require('child_process');
const {differences} = require('../../model/compare.js');
const redis = require('./redis.js');
const {start, stop} = require('./servers.js');

const OF_THE_LOG = ['decision_id', 'sequence', 'decided_at', 'log', 'rules'];

function submissions(build, count, partnerships) {
	return execFileSync(path.join(build, 'tests', 'bench-load'),
		['--print', String(count), '--partnerships', String(partnerships), '--seed', '7'],
		{maxBuffer: 1 << 28}).toString().trim().split('\n');
}

/* Over lines of JSON-RPC, all at once; answers come in any order. */
function decideAll(socket, texts) {
	return new Promise((resolve, reject) => {
		const results = [];
		let left = texts.length, rest = '';
		const conn = net.connect(socket, () => texts.forEach((text, id) => conn.write(
			`{"jsonrpc":"2.0","id":${id},"method":"decide","params":${text}}\n`)));
		conn.setEncoding('utf8');
		conn.on('error', reject);
		conn.on('data', (more) => {
			const lines = (rest + more).split('\n');
			rest = lines.pop();
			for (const line of lines) {
				const {id, result, error} = JSON.parse(line);
				if (error)
					reject(new Error(`${error.message}: ${JSON.stringify(error.data)}`));
				results[id] = result;
				left--;
			}
			if (left === 0) {
				conn.destroy();
				resolve(results);
			}
		});
	});
}

async function decisions(name, build, texts) {
	const server = await start(name, build);
	try {
		const answers = name === 'redis' ?
			(await redis.callAll(server.socket,
				texts.map((text) => ['FCALL', 'decide', '0', text]))).map(JSON.parse) :
			await decideAll(server.socket, texts);
		for (const answer of answers)
			OF_THE_LOG.forEach((member) => delete answer[member]);
		return answers;
	} finally {
		await stop(server);
	}
}

/* The bound must decide nothing: each of its evaluators has one decision for all. */
async function checkBound(build) {
	const evaluators = 2;
	const texts = submissions(build, 60, 9999999);
	const kinds = async (name) => new Set((await decisions(name, build, texts)).map((decision) =>
		JSON.stringify(decision).replaceAll(decision.submission_id, '')
			.replaceAll(decision.partnership.id, ''))).size;
	const [all, kept] = [await kinds('awardd'), await kinds('bound')];
	if (all <= 10 * evaluators || kept > evaluators)
		throw new Error(`of ${texts.length} submissions awardd makes ${all} different ` +
			`decisions, and what stands in for its rules ${kept}: that is no constant`);
}

/* Throws where a peer's decision differs; gives how many were compared, and their kinds. */
async function check(build, peers, count) {
	const texts = submissions(build, count, Math.ceil(count / 6));
	const expected = await decisions('awardd', build, texts);
	for (const peer of peers) {
		const actual = await decisions(peer, build, texts);
		expected.forEach((decision, i) => {
			const found = differences(decision, actual[i]);
			if (found.length > 0)
				throw new Error(`${peer} decides differently from awardd:\n` +
					`${texts[i]}\n${JSON.stringify(found, null, 2)}`);
		});
	}
	const changes = {};
	for (const {outcome} of expected)
		changes[outcome.change] = (changes[outcome.change] ?? 0) + 1;
	return {compared: count, changes};
}

module.exports = {check, checkBound};
