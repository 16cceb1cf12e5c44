'use strict';
/* What a process and all that descend from it have used, by /proc: processor time, memory. */

const fs = require('fs');

const TICK_NS = 1e7; /* of stat's times on every Linux that Debian has */

const read = (file) => fs.readFileSync(file, 'utf8');

/* Of a thread that has ended meanwhile, nothing. */
function readOr(file, otherwise) {
	try {
		return read(file);
	} catch (error) {
		if (error.code === 'ENOENT' || error.code === 'ESRCH')
			return otherwise;
		throw error;
	}
}

const tasks = (pid) => fs.readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`);

const children = (pid) => tasks(pid).flatMap((task) =>
	readOr(`${task}/children`, '').split(' ').filter(Boolean).map(Number));

/* What it used itself, and what its children did until they had ended. */
function own(pid) {
	const after = readOr(`/proc/${pid}/stat`, ') '.padEnd(60, '0 ')).replace(/^.*\) /s, '').split(' ');
	const ended = (Number(after[13]) + Number(after[14])) * TICK_NS;
	return ended + tasks(pid).reduce((sum, task) =>
		sum + Number(readOr(`${task}/schedstat`, '0').split(' ')[0]), 0);
}

/* In nanoseconds; where children have ended since, exact to 10 ms. */
const used = (pid) => own(pid) + children(pid).reduce((sum, child) => sum + used(child), 0);

/* In KiB, of the process alone. */
const resident = (pid) => Number(/^VmRSS:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))[1]);

module.exports = {children, resident, used};
