'use strict';
/* What measures growth, in short, on a real daemon: node test.js BUILD. */

const assert = require('assert');
const {connections, criteria, register} = require('./measure.js');
const {used} = require('./process.js');

const FEW = {reloads: 2, decisions: 50, asked: 20, rate: 100, warmup: 0.1, seconds: 0.5,
	quiet: 0.1, rounds: 1};
const positive = (...figures) => figures.forEach((figure) => assert(figure > 0, String(figure)));

/* What a process and its children use is counted, also of those that have ended. */
function timeIsCounted() {
	const before = used(process.pid);
	const script = 'const end = process.cpuUsage().user + 2e5; while (process.cpuUsage().user < end);';
	require('child_process').execFileSync(process.execPath, ['-e', script]);
	assert(used(process.pid) - before >= 1.9e8);
}

async function main(build) {
	timeIsCounted();

	const [none, more, toomany] = await criteria(build, [0, 7, 600], FEW);
	positive(none.reloadMs, none.reloadCpuMs, none.decisionCpuUs, none.quotedBytes);
	/* Seven criteria have some words each. */
	assert(more.entryBytes > none.entryBytes + 7 * 100, JSON.stringify([none, more]));
	assert.strictEqual(more.refused, undefined);
	assert.strictEqual(toomany.refused.code, -32010);
	assert.match(toomany.refused.first.message,
		/^a test fails: .*: the answer is larger than an entry of the log may be$/);

	const listed = await register(build, 5, FEW);
	assert.strictEqual(listed.listed, 5);
	positive(listed.cpuUs, listed.medianUs);

	const idle = await connections(build, 60, FEW);
	assert.strictEqual(idle.answered, 60);
	for (const {decisionCpuUs, statusUs} of [idle.without, idle.with])
		positive(...decisionCpuUs, ...statusUs);
}

main(process.argv[2]).then(() => process.exit(0), (error) => {
	console.error(error);
	process.exit(1);
});
