#!/usr/bin/env node
'use strict';
/*
 * The model itself against cases worked out by hand, so that a wrong model is
 * not taken for a wrong daemon:
 *
 *   node tests/model/check.js
 */

const assert = require('node:assert/strict');
const {addDays, addMonths, isReal} = require('./dates.js');
const {decide, importOutcome} = require('./decide.js');
const {faultsOf} = require('./form.js');
const reads = require('./reads.js');

const half = {method: 'email', on: '2024-05-18'};

function submission(changes = {}) {
	return {
		partnership: {id: 'north-vale', name: 'North Vale', aym_member: true},
		assessed_on: '2024-05-20',
		seeking: 'quality-lead',
		scores: {'1': 7, '2': 8, '3': 7, '4a': 7, '4b': 7, '5': 8, '6': 0, '7': 7, '8': 9,
			'9': 7, '10': 7},
		evidence: [{kind: 'reoffending-rate', summary: 'Down', statements: ['8']}],
		case_studies: [{title: 'A panel', statements: ['8'], shareable: true}],
		sign_off: {send_leadership: half, yos_leadership: half},
		child_first: [{tenet: 'participation', feature: 'On the panel'}],
		...changes,
	};
}

const decided = (given, result, revoked = false) =>
	({kind: 'decision', submission: given, result, revoked});

function held(level, day) {
	const award = {partnership: 'north-vale', name: 'North Vale', award: level, commendations: [],
		route: 'new-entry', awarded_on: day, source: 'A list'};
	return {kind: 'import', award, outcome: importOutcome(award), revoked: false};
}

const CASES = {
	'dates step over days that do not exist'() {
		assert.equal(addMonths('2020-02-29', 36), '2023-03-01');
		assert.equal(addMonths('2024-08-31', -6), '2024-03-01');
		assert.equal(addMonths('2024-12-31', 2), '2025-03-01');
		assert.equal(addMonths('2024-01-15', -1), '2023-12-15');
		assert.equal(addDays('2024-02-28', 2), '2024-03-01');
		assert.equal(addDays('2023-01-01', -1), '2022-12-31');
		assert.equal(isReal('2100-02-29'), false);
		assert.equal(isReal('2000-02-29'), true);
	},
	'a full first submission gets Quality Lead with its commendation'() {
		const {outcome, next, profile} = decide([], submission());
		assert.equal(outcome.citation,
			'North Vale: Quality Lead with Child First Commendation, May 2024');
		assert.deepEqual(outcome.fee, {currency: 'GBP', net: 1100, vat: 220, gross: 1320});
		assert.equal(outcome.expires_on, '2027-05-20');
		assert.equal(outcome.change, 'first');
		assert.equal(next, null);
		assert.deepEqual(profile.not_applicable, ['6']);
	},
	'the day before an award expires it is held, on the day it is not'() {
		const history = [held('quality-mark', '2021-05-21')];
		assert.equal(decide(history, submission()).outcome.route, 'higher-redesignation');
		history[0] = held('quality-mark', '2021-05-20');
		assert.equal(decide(history, submission()).outcome.route, 'new-entry');
	},
	'an entry is charged once and does not hold its own award'() {
		const given = submission({registered_on: '2024-02-01'});
		const first = decide([], given);
		const again = decide([decided(given, first)], given);
		assert.equal(again.outcome.fee.gross, 0);
		assert.equal(again.outcome.change, 'first');
		assert.equal(decide([decided(given, first, true)], given).outcome.fee.net, 1100);
	},
	'nothing applicable meets nothing, and says so'() {
		const scores = Object.fromEntries(Object.keys(submission().scores).map((s) => [s, 0]));
		const {awards, outcome, profile} = decide([], submission({scores}));
		assert.deepEqual(awards[0].criteria[0],
			{id: 'QM-1', status: 'unmet', shortfalls: [{pointer: '/scores'}]});
		assert.equal(outcome.award, null);
		assert.equal(outcome.refer_to_assessor, true);
		assert.deepEqual(profile.development_needs, []);
	},
	'every fault of a submission is found, and none in a good one'() {
		assert.deepEqual(faultsOf(submission()), []);
		const broken = submission({assessed_on: '2024-02-30', colour: null});
		broken.scores['4a'] = 7.5;
		delete broken.scores['10'];
		assert.deepEqual(faultsOf(broken),
			['/assessed_on', '/colour', '/scores/10', '/scores/4a']);
	},
	'an award is current, then due, then lapsed'() {
		const histories = new Map([['north-vale', [held('quality-mark', '2021-08-31')]]]);
		const on = (day) => reads.register(histories, {on: day})[0]?.status;
		assert.deepEqual(['2021-08-30', '2021-08-31', '2024-02-29', '2024-03-01', '2024-08-30',
			'2024-08-31'].map(on),
		[undefined, 'current', 'current', 'due', 'due', 'lapsed']);
	},
	'quartiles are nearest ranks'() {
		const histories = new Map([3, 5, 7, 9].map((score, i) => {
			const given = submission({scores: {...submission().scores, '1': score}});
			return [`p${i}`, [decided(given, decide([], given))]];
		}));
		const {statements} = reads.statistics(histories, {});
		assert.deepEqual(statements[0], {statement: '1', scored: 4, not_applicable: 0, minimum: 3,
			lower_quartile: 3, median: 5, upper_quartile: 7, maximum: 9});
		assert.equal(statements[6].not_applicable, 4);
	},
};

let failed = 0;
for (const [title, run] of Object.entries(CASES)) {
	try {
		run();
	} catch (error) {
		failed++;
		process.stdout.write(`failed: ${title}\n${error.message}\n`);
	}
}
process.stdout.write(`${Object.keys(CASES).length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
