#!/usr/bin/env node
'use strict';
/*
 * The register on every day of ten years, against the roll that was imported into it and the
 * clauses AW-1 to AW-5 alone; then once more with awards revoked and decided since:
 *
 *   node tests/model/roll.js --socket PATH --roll FILE
 *
 * The log must hold the roll and nothing else. The same answers are compared with rules that
 * are wrong on purpose, each of which must be told from the right one. Exit status 1 where
 * anything differed, or a wrong rule did not.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const {parseArgs} = require('node:util');
const {Client} = require('./client.js');
const {addDays, isDay} = require('./dates.js');

const FIRST = '2018-01-01';
const LAST = '2027-12-31';
const SHOWN = 5;
const TITLES = {'quality-mark': 'Quality Mark', 'quality-lead': 'Quality Lead',
	'child-first': 'Child First Commendation'};
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
	'September', 'October', 'November', 'December'];

/* ---- the clauses --------------------------------------------------------- */

/* AW-1: current for three years. AW-2, R-12: to be renewed from six months before the lapse.
 * AW-5: then it lapses. */
const CLAUSES = {
	years: 3,
	months: 6,
	lapsed: (day, expires) => day >= expires,
	due: (day, from) => day >= from,
	counts: (award, day) => !award.revoked && award.awarded_on <= day,
	later: (a, b) => a.awarded_on > b.awarded_on ||
		(a.awarded_on === b.awarded_on && a.nth > b.nth),
};

/* Each wrong in one thing, as a program might be. */
const WRONG = {
	'an award lasts a day longer': {lapsed: (day, expires) => day > expires},
	'an award lasts two years': {years: 2},
	'it is due five months before': {months: 5},
	'it is due a day later': {due: (day, from) => day > from},
	'it is known a day before it was given': {
		counts: (award, day) => !award.revoked && award.awarded_on <= addDays(day, 1)},
	'what was logged first stays': {later: (a, b) => a.nth < b.nth},
};
/* Of what is only in the second pass. */
const WRONG_LATER = {
	'a revoked award counts': {counts: (award, day) => award.awarded_on <= day},
	'only what was imported counts': {
		counts: (award, day) => award.imported && !award.revoked && award.awarded_on <= day},
};

/* So many months on or back; where there is no such day, the first that there is. */
function monthsFrom(day, months) {
	const [year, month, date] = day.split('-').map(Number);
	const count = year * 12 + month - 1 + months;
	const two = (n) => String(n).padStart(2, '0');
	const text = (n, d) => `${Math.floor(n / 12)}-${two(n % 12 + 1)}-${two(d)}`;
	return isDay(text(count, date)) ? text(count, date) : text(count + 1, 1);
}

/* AW-6, with AW-3 and AW-4: a redesignation is called so. */
function citation(award) {
	const [year, month] = award.awarded_on.split('-').map(Number);
	const added = award.commendations.map((id) => ` with ${TITLES[id]}`).join('');
	return `${award.name}: ${TITLES[award.award]}` +
		`${award.route === 'new-entry' ? '' : ' redesignation'}${added}, ` +
		`${MONTHS[month - 1]} ${year}`;
}

/* The whole register on a day, in the order of the partnerships' ids. */
function registerOn(awards, day, clauses) {
	const latest = new Map();
	for (const award of awards.filter((each) => clauses.counts(each, day))) {
		const before = latest.get(award.partnership);
		if (before === undefined || clauses.later(award, before))
			latest.set(award.partnership, award);
	}
	return [...latest.keys()].sort().map((id) => {
		const award = latest.get(id);
		const expires_on = monthsFrom(award.awarded_on, 12 * clauses.years);
		const status = clauses.lapsed(day, expires_on) ? 'lapsed' :
			clauses.due(day, monthsFrom(expires_on, -clauses.months)) ? 'due' : 'current';
		return {...award, expires_on, status, citation: citation(award)};
	});
}

/* ---- the roll ------------------------------------------------------------ */

function readRoll(file) {
	const [head, ...lines] = fs.readFileSync(file, 'utf8').trim().split('\n')
		.map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
			.map((match) => match[1].replace(/^"|"$/g, '').replaceAll('""', '"')));
	return lines.map((values, nth) => {
		const row = Object.fromEntries(head.map((name, at) => [name, values[at]]));
		const {commendation, ...award} = row;
		return {...award, commendations: commendation === '' ? [] : commendation.split(';'),
			nth, imported: true, revoked: false};
	});
}

/* ---- asking -------------------------------------------------------------- */

async function ask(client, method, params) {
	const answer = await client.call(method, params);
	assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
	return answer.result;
}

function allDays() {
	const days = [];
	for (let day = FIRST; day <= LAST; day = addDays(day, 1))
		days.push(day);
	return days;
}

/* One request a day, none waiting for another's answer. */
async function askAll(client, days, status) {
	const answers = await Promise.all(days.map((on) =>
		ask(client, 'register.list', status === undefined ? {on} : {on, status})));
	return answers.map((answer) => answer.awards);
}

const MEMBERS = ['partnership', 'name', 'award', 'commendations', 'awarded_on', 'expires_on',
	'status', 'precision', 'source', 'citation'];

/* A row as a text; an import's own id is known to the log alone. */
function written(row) {
	const id = /^[0-9]+-[0-9a-f]{12}$/.test(row.decision_id ?? '') ? '' : ' has no decision_id';
	return JSON.stringify(MEMBERS.map((member) => row[member])) + id;
}

function writtenAnswer(rows) {
	for (const row of rows)
		assert.deepEqual(Object.keys(row).sort(), [...MEMBERS, 'decision_id'].sort());
	return rows.map(written);
}

/* What the day's answer says otherwise than it should, or null. */
function same(expected, actual) {
	const wanted = expected.map((row) => written({decision_id: '0-000000000000', ...row}));
	for (let at = 0; at < Math.max(wanted.length, actual.length); at++) {
		if (wanted[at] !== actual[at])
			return `expected ${wanted[at]}, got ${actual[at]}`;
	}
	return null;
}

function differences(awards, days, answers, changes = {}) {
	const clauses = {...CLAUSES, ...changes};
	return days.map((day, at) => ({day, says: same(registerOn(awards, day, clauses), answers[at])}))
		.filter(({says}) => says !== null);
}

/* How often an award came, stood differently, or was renewed, from a day to the next. */
function transitions(answers) {
	const counts = {};
	for (let at = 1; at < answers.length; at++) {
		const before = new Map(answers[at - 1].map((row) => [row.partnership, row.status]));
		for (const {partnership, status} of answers[at]) {
			const was = before.get(partnership) ?? 'none';
			if (was !== status)
				counts[`${was} to ${status}`] = (counts[`${was} to ${status}`] ?? 0) + 1;
		}
	}
	return counts;
}

/* ---- what happens after the roll ------------------------------------------ */

function submission(id, name, day, score) {
	const half = {method: 'email', on: day};
	const statements = ['1', '2', '3', '4a', '4b', '5', '6', '7', '8', '9', '10'];
	return {
		partnership: {id, name}, assessed_on: day,
		scores: Object.fromEntries(statements.map((statement) => [statement, score])),
		evidence: [{kind: 'panels-and-forums', summary: 'A forum meets'}],
		case_studies: [{title: 'A panel', statements: ['8'], shareable: true}],
		sign_off: {send_leadership: half, yos_leadership: half},
	};
}

async function decide(client, awards, [id, name, day, score], route) {
	const result = await ask(client, 'decide', submission(id, name, day, score));
	const award = {partnership: id, name, award: score >= 8 ? 'quality-lead' : 'quality-mark',
		commendations: [], route, awarded_on: day, precision: 'day',
		source: result.decision_id, nth: awards.length,
		imported: false, revoked: false};
	awards.push(award);
	return award;
}

async function revoke(client, award, id) {
	await ask(client, 'decisions.revoke', {decision_id: id, by: 'The board', reason: 'A mistake'});
	award.revoked = true;
}

async function goOn(client, awards, answers) {
	const newest = answers.at(-1).find((row) => row.partnership === 'islington');
	/* Its renewal of 2023 falls: what it held since 2018 is what is left. */
	await revoke(client, awards.find((award) => award.partnership === 'islington' &&
		award.awarded_on === newest.awarded_on), newest.decision_id);
	/* While due, higher; long lapsed; on a day that three years on there is not; and one
	 * that is revoked again. */
	await decide(client, awards, ['norfolk', 'Norfolk', '2025-10-15', 8], 'higher-redesignation');
	await decide(client, awards, ['brent', 'Brent', '2026-08-31', 5], 'new-entry');
	await decide(client, awards, ['leap-vale', 'Leap Vale', '2024-02-29', 8], 'new-entry');
	const wrong = await decide(client, awards, ['wokingham', 'Wokingham', '2024-05-20', 8],
		'higher-redesignation');
	await revoke(client, wrong, wrong.source);
}

/* ---- the two passes ------------------------------------------------------- */

async function pass(client, awards, wrong) {
	const days = allDays();
	const answers = await askAll(client, days);
	const texts = answers.map(writtenAnswer);
	const failures = differences(awards, days, texts).slice(0, 3)
		.map(({day, says}) => `${day}: ${says}`);
	if (failures.length > 0)
		return {failures}; /* enough is known */
	for (const [what, changes] of Object.entries(wrong)) {
		const found = differences(awards, days, texts, changes).length;
		process.stdout.write(`told from "${what}" on ${found} days\n`);
		if (found === 0)
			failures.push(`not told from a wrong rule: ${what}`);
	}
	const some = days.filter((_, at) => at % 29 === 0);
	for (const status of ['current', 'due', 'lapsed']) {
		const filtered = await askAll(client, some, status);
		some.forEach((day, at) => {
			const wanted = registerOn(awards, day, CLAUSES).filter((row) => row.status === status);
			const says = same(wanted, writtenAnswer(filtered[at]));
			if (says !== null)
				failures.push(`${day}, ${status}: ${says}`);
		});
	}
	const counts = transitions(answers);
	process.stdout.write(`${days.length} days, ${JSON.stringify(counts)}\n`);
	return {answers, counts, failures};
}

/* Worked out by hand: 22 partnerships in 2018 and one in 2019, eight awards in 2023, one of
 * them to a partnership whose award of 2018 had lapsed. */
const FIRST_COUNTS = {'none to current': 30, 'current to due': 31, 'due to lapsed': 31,
	'lapsed to current': 1};
/* Islington's second award is gone; Norfolk goes from due to current, and is not due again
 * in these years; Brent from lapsed to current; Leap Vale comes, is due on 1 September 2026
 * and lapses on 1 March 2027. */
const THEN_COUNTS = {'none to current': 31, 'current to due': 31, 'due to lapsed': 30,
	'due to current': 1, 'lapsed to current': 1};

async function main() {
	const {values} = parseArgs({options: {socket: {type: 'string'}, roll: {type: 'string'}}});
	const client = await Client.connect(values.socket);
	const awards = readRoll(values.roll);
	assert.equal(awards.length, 31);

	const first = await pass(client, awards, WRONG);
	let then = {failures: []};
	if (first.failures.length === 0) {
		await goOn(client, awards, first.answers);
		then = await pass(client, awards, {...WRONG, ...WRONG_LATER});
	}
	client.close();

	const failures = [...first.failures, ...then.failures];
	for (const failure of failures.slice(0, SHOWN))
		process.stdout.write(`--- ${failure}\n`);
	if (failures.length > SHOWN)
		process.stdout.write(`… and ${failures.length - SHOWN} more\n`);
	process.exitCode = failures.length === 0 ? 0 : 1;
	if (failures.length > 0)
		return;
	assert.deepEqual(first.counts, FIRST_COUNTS);
	assert.deepEqual(then.counts, THEN_COUNTS);
}

main().catch((error) => {
	process.stderr.write(`roll.js: ${error.stack}\n`);
	process.exitCode = 1;
});
