'use strict';
/*
 * The benchmark: node main.js BUILD OUT all|quick|check. Called by tests/bench/run, which
 * sees to it that everything is there.
 */

const fs = require('fs');
const path = require('path');
const {check, checkBound} = require('./check.js');
const {describe} = require('./machine.js');
const {capacity, measure} = require('./measure.js');
const {plot} = require('./plot.js');
const {summarize} = require('./summary.js');
const {report} = require('./table.js');

const ALL = ['awardd', 'redis', 'json-rules-engine', 'bound', 'no-disk', 'no-log'];
const PEERS = ['redis', 'json-rules-engine'];
const KINDS = {
	all: {rounds: 7, seconds: 3, warmup: 1},
	quick: {rounds: 2, seconds: 1, warmup: 0.5},
};
const tell = (words) => console.error(words);

async function main(build, out, kind) {
	const checked = await check(build, PEERS, kind === 'check' ? 5000 : 1000);
	tell(`${checked.compared} submissions are decided alike: ${JSON.stringify(checked.changes)}`);
	if (kind === 'check')
		return;
	await checkBound(build);
	const settings = KINDS[kind];
	const result = {
		machine: describe(build),
		settings,
		checked,
		capacity: await capacity(build, settings),
		runs: await measure(build, ALL, settings, tell),
	};
	result.summary = summarize(result.runs);
	fs.mkdirSync(out, {recursive: true});
	fs.writeFileSync(path.join(out, 'result.json'), `${JSON.stringify(result, null, '\t')}\n`);
	fs.writeFileSync(path.join(out, 'report.md'), report(result));
	fs.writeFileSync(path.join(out, 'plot.svg'), plot(result));
	process.stdout.write(report(result));
	tell(`\nresult.json, report.md and plot.svg are in ${out}`);
}

main(...process.argv.slice(2)).then(() => process.exit(0), (error) => {
	console.error(`bench: ${error.message}`);
	process.exit(1);
});
