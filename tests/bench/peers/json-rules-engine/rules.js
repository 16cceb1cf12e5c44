'use strict';
/*
 * The criteria of the three awards as rules of json-rules-engine: conditions are data, the
 * operators are what the awards need. Written for speed: the submission is one fact, since each
 * costs the engine a hash, and paths are plain member names and no JSONPath.
 */

const {Engine} = require('json-rules-engine');

const STATEMENTS = ['1', '2', '3', '4a', '4b', '5', '6', '7', '8', '9', '10'];

const applicable = (scores) => STATEMENTS.filter((s) => scores[s] > 0);

function sharesOf({scores, case_studies: studies}, needs) {
	return (studies ?? []).some((study) =>
		study.shareable === true && study.statements.some((s) => scores[s] >= needs));
}

const OPERATORS = {
	everyApplicableAtLeast: (scores, needs) => {
		let any = false;
		for (const s of STATEMENTS) {
			if (scores[s] > 0 && scores[s] < needs)
				return false;
			any = any || scores[s] > 0;
		}
		return any;
	},
	hasMembers: (group, names) => group != null && names.every((name) => group[name] != null),
	isLongerThan: (list, length) => (list ?? []).length > length,
	sharesPracticeAtLeast: sharesOf,
};

const on = (path, operator, value) => ({all: [{fact: 'submission', path, operator, value}]});
const signedOff = on('sign_off', 'hasMembers', ['send_leadership', 'yos_leadership']);
const ofLead = {
	'QL-1': on('scores', 'everyApplicableAtLeast', 7),
	'QL-2': on('evidence', 'isLongerThan', 0),
	'QL-3': on('.', 'sharesPracticeAtLeast', 8),
	'QL-4': signedOff,
};

const RULES = {
	'QM-1': on('scores', 'everyApplicableAtLeast', 5),
	'QM-2': signedOff,
	...ofLead,
	'CF-1': {all: Object.keys(ofLead).map((condition) => ({condition}))},
	'CF-2': on('child_first', 'isLongerThan', 0),
	'CF-3': on('case_studies', 'isLongerThan', 0),
};

function makeEngine() {
	const engine = new Engine([], {
		pathResolver: (value, path) => path === '.' ? value : value[path],
	});
	for (const [name, operator] of Object.entries(OPERATORS))
		engine.addOperator(name, operator);
	for (const [id, conditions] of Object.entries(ofLead))
		engine.setCondition(id, conditions);
	for (const [id, conditions] of Object.entries(RULES))
		engine.addRule({name: id, conditions, event: {type: id}});
	return engine;
}

/* Which criteria are met: a set of their ids. */
async function judge(engine, submission) {
	const {events} = await engine.run({submission});
	return new Set(events.map((event) => event.type));
}

module.exports = {STATEMENTS, applicable, judge, makeEngine};
