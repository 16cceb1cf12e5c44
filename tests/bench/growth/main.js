'use strict';
/*
 * What grows, measured on a daemon of its own; prints JSON:
 *   node main.js BUILD criteria N...       rules with a level of N criteria more
 *   node main.js BUILD register N          the register of N partnerships
 *   node main.js BUILD connections N       N connections that say nothing, beside a load
 * BUILD is a Release build's folder. As root, since only root may have many connections.
 */

const {connections, criteria, register} = require('./measure.js');

const MANY = {reloads: 5, decisions: 2000, asked: 1000, rate: 1000, warmup: 1, seconds: 3,
	quiet: 2, rounds: 5};
const KINDS = {
	criteria: (build, counts) => criteria(build, counts, MANY),
	register: (build, [count]) => register(build, count, MANY),
	connections: (build, [count]) => connections(build, count, MANY),
};

async function main(build, kind, ...counts) {
	const numbers = counts.map(Number);
	if (!Object.hasOwn(KINDS, kind) || numbers.length === 0 || !numbers.every(Number.isInteger))
		throw new Error('usage: node main.js BUILD criteria N... | register N | connections N');
	console.log(JSON.stringify(await KINDS[kind](build, numbers), null, '\t'));
}

main(...process.argv.slice(2)).then(() => process.exit(0), (error) => {
	console.error(`growth: ${error.message}`);
	process.exit(1);
});
