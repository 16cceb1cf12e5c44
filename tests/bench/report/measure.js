'use strict';
/*
 * Rounds: in each, every server has its turn at every shape, with an empty log and the same
 * submissions as the others. Every other round goes backwards, so that what grows or warms up
 * meanwhile favours none.
 */

const os = require('os');
const path = require('path');
const {spawn} = require('child_process');
const {SERVERS, start, stop} = require('./servers.js');

const SHAPES = {
	'1x1': ['--connections', '1', '--depth', '1'],
	'8x16': ['--connections', '8', '--depth', '16'],
	'64x8': ['--connections', '64', '--depth', '8'],
	'rate': ['--connections', '8', '--rate', '2000'],
};

/* Runs bench-load; gives its result, and throws with its words where an answer was wrong. */
function load(build, server, more) {
	return new Promise((resolve, reject) => {
		const child = spawn(path.join(build, 'tests', 'bench-load'), ['--socket', server.socket,
			'--pid', String(server.child.pid), ...(server.kind.load ?? []), ...more]);
		let out = '', errors = '';
		child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
		child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
		child.on('error', reject);
		child.on('close', (status) => {
			if (status === 0)
				resolve(JSON.parse(out));
			else
				reject(new Error(`${server.name}: ${errors}`));
		});
	});
}

/* As many decisions must be kept as were answered. */
async function checkCount(server, sent) {
	const kept = server.kind.count === null ? sent : await server.kind.count(server.dir);
	if (kept !== sent)
		throw new Error(`${server.name} answered ${sent} submissions and kept ${kept} decisions`);
}

async function once(build, name, shape, settings, seed) {
	const server = await start(name, build);
	try {
		const result = await load(build, server, [...SHAPES[shape], '--seed', String(seed),
			'--seconds', String(settings.seconds), '--warmup', String(settings.warmup)]);
		await checkCount(server, result.sent);
		return {server: name, shape, load_average: os.loadavg()[0], ...result};
	} finally {
		await stop(server);
	}
}

async function measure(build, names, settings, tell) {
	const runs = [];
	for (let round = 0; round < settings.rounds; round++) {
		const those = round % 2 === 0 ? names : [...names].reverse();
		for (const shape of Object.keys(SHAPES)) {
			for (const name of those) {
				const run = await once(build, name, shape, settings, round + 1);
				runs.push({round, ...run});
				tell(`round ${round + 1}, ${shape}, ${SERVERS[name].title}: ` +
					`${Math.round(run.per_second)}/s`);
			}
		}
	}
	return runs;
}

/* The load against a server that only answers: it must be able to do several times more than
 * anything it measures. */
const capacity = (build, settings) => once(build, 'echo', '8x16', settings, 1);

module.exports = {SHAPES, capacity, load, measure};
