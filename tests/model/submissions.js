'use strict';
/*
 * Random submissions, strongly biased to the edges of the scheme: scores one
 * below and one above a mark, few or no applicable statements, halves of a
 * sign-off missing, case studies that almost count, days around a boundary.
 */

const c = require('./constants.js');
const {addDays, addMonths} = require('./dates.js');

const DAY_ONE = '2000-01-01';
const DAY_LAST = '2999-12-31';

const ANCHORS = [
	'2016-12-31', '2017-03-31', '2017-04-01', '2017-04-02', '2018-03-29', '2018-08-31',
	'2019-02-28', '2020-02-29', '2021-02-28', '2021-03-01', '2021-12-31', '2022-01-01',
	'2022-01-02', '2024-02-29', '2023-11-30', '2000-01-01', '2999-12-31',
];

const NAMES = [
	'North Vale', 'Upper Fenmarch', 'St. Orrin\'s & "Lower" Dale', 'Brae\\Haugh', 'Ynys-y-Môr',
	'Übersee 区', '🌱 Greenhollow', 'Tab\tand / slash', '\u2028odd\u007f', 'x', 'é'.repeat(200),
];

function clampDay(day) {
	if (day < DAY_ONE)
		return DAY_ONE;
	return day > DAY_LAST ? DAY_LAST : day;
}

/* A day near an edge of what happened before; `days` are earlier assessments. */
function aDay(random, days) {
	if (days.length === 0 || random.chance(8))
		return random.chance(60) ? random.pick(ANCHORS) :
			addDays('2016-06-01', random.below(365 * 14));
	const before = random.pick(days);
	const expires = addMonths(before, c.AWARD_MONTHS);
	const due = addMonths(expires, -c.DUE_MONTHS);
	const edge = random.weighted([
		[30, expires], [15, due], [20, before],
		[15, addMonths(before, random.between(1, 60))],
		[8, addMonths(before, -random.between(1, 60))],
		[6, random.pick(Object.values(c.IN_FORCE_FROM))],
		[6, addMonths(expires, c.AWARD_MONTHS)],
	]);
	return clampDay(addDays(edge, random.weighted([[40, 0], [25, -1], [25, 1], [10, 27]])));
}

/* The day of registration: often that of an earlier entry, or beside an expiry. */
function aRegistration(random, assessed, known) {
	const sources = [
		[35, null],
		[30, known.registered.length > 0 ? random.pick(known.registered) : null],
		[20, known.days.length > 0 ?
			addDays(addMonths(random.pick(known.days), c.AWARD_MONTHS),
				random.between(-1, 1)) : null],
		[5, assessed],
		[10, addDays(assessed, -random.below(400))],
	];
	const day = random.weighted(sources);
	return day === null || day > assessed ? null : clampDay(day);
}

function scoresBetween(random, low, high) {
	return Object.fromEntries(c.STATEMENTS.map((s) => [s, random.between(low, high)]));
}

/* All at or above `mark`, then a few nudged beside it. */
function scoresAround(random, mark) {
	const scores = Object.fromEntries(c.STATEMENTS.map((s) =>
		[s, random.chance(75) ? mark : Math.min(10, mark + random.below(4))]));
	for (let n = random.weighted([[60, 0], [25, 1], [15, 3]]); n > 0; n--)
		scores[random.pick(c.STATEMENTS)] = mark - 1;
	return scores;
}

function fewScores(random) {
	const scores = scoresBetween(random, 0, 0);
	const many = random.weighted([[20, 0], [10, 1], [30, 5], [30, 6], [10, 7]]);
	const mark = random.pick([c.MARK_SCORE, c.LEAD_SCORE]);
	for (const s of random.shuffled(c.STATEMENTS).slice(0, many))
		scores[s] = mark + random.between(random.chance(30) ? -1 : 0, 2);
	return scores;
}

function scoresLike(random, before) {
	const scores = {...before};
	for (const s of random.shuffled(c.STATEMENTS).slice(0, random.below(5)))
		scores[s] = Math.max(0, Math.min(10, scores[s] + random.between(-2, 2)));
	return scores;
}

function someScores(random, before) {
	const make = random.weighted([
		[30, () => scoresAround(random, c.LEAD_SCORE)],
		[25, () => scoresAround(random, c.MARK_SCORE)],
		[25, () => scoresBetween(random, 7, 8)],
		[5, () => scoresBetween(random, 5, 7)],
		[10, () => scoresBetween(random, 0, 10)],
		[10, () => fewScores(random)],
		[2, () => scoresBetween(random, 0, 0)],
		[20, () => before === null ? scoresAround(random, c.LEAD_SCORE) :
			scoresLike(random, before)],
	]);
	const scores = make();
	if (random.chance(40)) {
		for (let n = random.between(1, 4); n > 0; n--)
			scores[random.pick(c.STATEMENTS)] = 0;
	}
	return Object.fromEntries(random.shuffled(Object.entries(scores)));
}

function someStatements(random) {
	return random.shuffled(c.STATEMENTS).slice(0, random.between(1, 3));
}

function aCaseStudy(random, scores) {
	const high = c.STATEMENTS.filter((s) => scores[s] >= c.OUTSTANDING_SCORE);
	const low = c.STATEMENTS.filter((s) => scores[s] < c.OUTSTANDING_SCORE);
	const named = random.weighted([
		[70, high.length > 0 ? [random.pick(high)] : someStatements(random)],
		[15, low.length > 0 ? [random.pick(low)] : someStatements(random)],
		[15, someStatements(random)],
	]);
	const study = {title: `Case study ${random.below(1000)}`, statements: named};
	const shareable = random.weighted([[70, true], [15, false], [10, undefined], [5, null]]);
	if (shareable !== undefined)
		study.shareable = shareable;
	return study;
}

function someEvidence(random) {
	const item = {kind: random.pick(c.EVIDENCE_KINDS), summary: `Figures ${random.below(1000)}`};
	const statements = random.weighted([
		[60, undefined], [20, someStatements(random)], [10, []], [10, null]]);
	if (statements !== undefined)
		item.statements = statements;
	return item;
}

function aSignOffHalf(random, day) {
	const half = {method: random.pick(c.SIGN_OFF_METHODS), on: day};
	if (random.chance(60))
		half.name = `Signatory ${random.below(1000)}`;
	if (random.chance(60))
		half.role = random.pick(['Head of SEND', 'Head of Service', null]);
	return half;
}

function aSignOff(random, day) {
	const half = () => aSignOffHalf(random, day);
	return random.weighted([
		[80, () => ({send_leadership: half(), yos_leadership: half()})],
		[4, () => ({send_leadership: half()})],
		[4, () => ({yos_leadership: half(), send_leadership: null})],
		[3, () => ({})],
		[3, () => null],
		[6, () => undefined],
	])();
}

function aListOf(random, make, some) {
	const length = random.weighted([[some, 1], [20, 2], [10, 3], [12, 0]]);
	if (length > 0)
		return Array.from({length}, make);
	return random.pick([undefined, null, []]);
}

function aPartnership(random, id) {
	const partnership = {id};
	const name = random.weighted([[40, undefined], [5, null], [55, random.pick(NAMES)]]);
	if (name !== undefined)
		partnership.name = name;
	const member = random.pick([undefined, null, true, true, false]);
	if (member !== undefined)
		partnership.aym_member = member;
	return partnership;
}

/* `known`: {days, registered, scores, id, serial}: what happened before. */
function aSubmission(random, known) {
	const assessed = aDay(random, known.days);
	const scores = someScores(random, known.scores);
	const members = {
		submission_id: random.weighted([
			[60, `${known.id}/${known.serial}`], [20, undefined], [10, null],
			[10, `s-${known.serial}-${'ü'.repeat(60)}-${known.id}`.slice(0, 128)]]),
		partnership: aPartnership(random, known.id),
		assessed_on: assessed,
		registered_on: random.chance(5) ? undefined :
			aRegistration(random, assessed, known),
		seeking: random.pick([undefined, null, 'quality-mark', 'quality-lead', 'quality-lead']),
		stage: random.pick([undefined, null, 'initial', 'final']),
		scores,
		evidence: aListOf(random, () => someEvidence(random), 75),
		case_studies: aListOf(random, () => aCaseStudy(random, scores), 60),
		sign_off: aSignOff(random, assessed),
		child_first: aListOf(random, () => ({
			tenet: random.pick(c.TENETS), feature: `Feature ${random.below(1000)}`}), 40),
	};
	const given = Object.entries(members).filter(([, value]) => value !== undefined);
	return Object.fromEntries(random.shuffled(given));
}

module.exports = {NAMES, aDay, aSubmission};
