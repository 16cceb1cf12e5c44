'use strict';
/* The shipped rules in a folder of their own, and a level of any number of criteria above them. */

const fs = require('fs');
const path = require('path');
const {SOURCE} = require('../report/servers.js');

const FIRST = ['Every statement that applies is scored 10', 'every_score_at_least(10)'];
const OTHERS = [
	['Statement by statement, the scores are not below the lowest that the scale describes',
		'every_score_at_least(1)'],
	['Both halves of the partnership have signed what is said here of their work',
		'signed_off_by { "send_leadership", "yos_leadership" }'],
	['There is further evidence of effective practice, told in words of its own',
		'at_least_one "evidence"'],
];

function criterion(n) {
	const [says, test] = n === 1 ? FIRST : OTHERS[n % OTHERS.length];
	return `	criterion "MC-${n}" {\n		says = "${says} (${n})",\n		${test},\n	},\n`;
}

/* Only tens meet it, which no shipped test is about, so that what those expect still holds. */
const level = (count) => `level "many-criteria" {
	title = "Many Criteria",
	above = "quality-lead",
	in_force_from = "2017-04-01",

${Array.from({length: count}, (_, n) => criterion(n + 1)).join('\n')}}
`;

const tests = (count) => `test "tens, evidence and both signatures meet all of it" {
	given = "ready for Quality Lead",
	with = { scores = all(10) },
	expect = { award = "many-criteria", criteria = { ["MC-1"] = "met", ["MC-${count}"] = "met" } },
}

test "one nine misses it" {
	given = "ready for Quality Lead",
	with = { scores = all(10, { ["1"] = 9 }) },
	expect = { award = "quality-lead", criteria = { ["MC-1"] = "unmet" } },
}
`;

/* Writes the level, or with no criteria takes it away. What the files then say nobody had
 * before: `mark` makes another rule set of the same rules. */
function write(folder, count, mark) {
	const at = (name) => path.join(folder, name);
	fs.cpSync(path.join(SOURCE, 'rules'), folder, {recursive: true});
	for (const name of ['many-criteria.lua', 'many-criteria.test.lua'])
		fs.rmSync(at(name), {force: true});
	fs.appendFileSync(at('framework.lua'), `\n-- ${mark}\n`);
	if (count === 0)
		return;
	fs.writeFileSync(at('many-criteria.lua'), level(count));
	fs.writeFileSync(at('many-criteria.test.lua'), tests(count));
}

module.exports = {write};
