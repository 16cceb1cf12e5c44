'use strict';
/*
 * What comes of the criteria: reasons, shortfalls, outcome, profile, as awardd answers them.
 * `rows` are the partnership's earlier decisions, oldest first: {assessed_on, registered_on,
 * name, scores, award, net}.
 */

const {STATEMENTS, applicable} = require('./rules.js');

const RANK = {'quality-mark': 1, 'quality-lead': 2};
const TITLES = {
	'quality-mark': 'Quality Mark',
	'quality-lead': 'Quality Lead',
	'child-first': 'Child First Commendation',
};
const IN_FORCE = {
	'quality-mark': '2017-04-01',
	'quality-lead': '2017-04-01',
	'child-first': '2022-01-01',
};
const FEES = {
	'new-entry': [1100, 1300],
	'redesignation': [600, 700],
	'higher-redesignation': [1100, 1300],
};
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
	'September', 'October', 'November', 'December'];
const SIGNED = 'Signed off by SEND leadership and by youth offending service leadership';
const DIGEST = `sha256:${'0'.repeat(64)}`;

function saidList(items) {
	if (items.length < 2)
		return items[0] ?? '';
	return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/* ---- reasons and shortfalls, once it is known whether a criterion is met ---------------- */

function everyScore(needs, {scores}, met) {
	const those = applicable(scores);
	if (those.length === 0)
		return ['No statement applies, and at least one must.', [{pointer: '/scores'}]];
	if (met && those.length === 1)
		return [`The one statement that applies is scored ${scores[those[0]]}.`, []];
	if (met)
		return [`All ${those.length} statements that apply are scored ${needs} or more.`, []];
	const short = those.filter((s) => scores[s] < needs);
	return [
		short.map((s) => `Statement ${s} is scored ${scores[s]}; ${needs} is needed ` +
			`(${needs - scores[s]} short).`).join(' '),
		short.map((s) => ({statement: s, score: scores[s], needs})),
	];
}

const HALVES = {
	send_leadership: 'SEND leadership',
	yos_leadership: 'youth offending service leadership',
};

function signedOff({sign_off: signOff}, met) {
	const missing = Object.keys(HALVES).filter((half) => (signOff ?? {})[half] == null);
	if (met)
		return [`Signed off by ${saidList(Object.values(HALVES))}.`, []];
	return [`Not signed off by ${saidList(missing.map((half) => HALVES[half]))}.`,
		missing.map((half) => ({pointer: `/sign_off/${half}`}))];
}

function atLeastOne(name, title, submission, met) {
	return met ? [`${title}: ${submission[name].length} given.`, []] :
		[`${title}: none given; at least one is needed.`, [{pointer: `/${name}`}]];
}

function outstanding({scores, case_studies: studies}, met) {
	const those = applicable(scores);
	const high = those.filter((s) => scores[s] >= 8);
	if (met) {
		const of = studies.filter((study) => study.shareable === true)
			.flatMap((study) => study.statements).find((s) => scores[s] >= 8);
		return [`A case study of statement ${of}, scored ${scores[of]}, can be shared.`, []];
	}
	if (high.length > 0)
		return [`There is no case study that can be shared of ${high.length === 1 ?
			'statement' : 'statements'} ${saidList(high)}, scored 8 or more.`,
		[{pointer: '/case_studies'}]];
	const best = Math.max(...those.map((s) => scores[s]));
	const near = those.length === 0 ? '' :
		`; the highest score is ${best} (${8 - best} short)`;
	return [`No statement is scored 8 or more${near}.`, [{pointer: '/scores'}]];
}

/* ---- awards ------------------------------------------------------------------------------ */

const CRITERIA = {
	'quality-mark': {
		'QM-1': ['Every statement that applies is scored 5 or more',
			(s, met) => everyScore(5, s, met)],
		'QM-2': [SIGNED, signedOff],
	},
	'quality-lead': {
		'QL-1': ['Every statement that applies is scored 7 or more',
			(s, met) => everyScore(7, s, met)],
		'QL-2': ['Backed by further evidence of effective practice and partnership working',
			(s, met) => atLeastOne('evidence', 'Evidence', s, met)],
		'QL-3': ['At least one score of 8 or more, with a case study of it to share', outstanding],
		'QL-4': [SIGNED, signedOff],
	},
	'child-first': {
		'CF-1': ['The same assessment meets Quality Lead', null],
		'CF-2': ['A feature of practice is aligned with a tenet of the Child First framework',
			(s, met) => atLeastOne('child_first', 'Child First features', s, met)],
		'CF-3': ['A case study of effective practice is submitted',
			(s, met) => atLeastOne('case_studies', 'Case studies', s, met)],
	},
};
const LEAD = Object.keys(CRITERIA['quality-lead']);

function aboutLead(met, all) {
	return [met ? 'Every criterion of Quality Lead is met.' :
		`Quality Lead is not met: see ${saidList(LEAD.filter((id) => !all.has(id)))}.`, []];
}

function awardOf(id, submission, met) {
	const criteria = Object.entries(CRITERIA[id]).map(([criterion, [says, why]]) => {
		const isMet = met.has(criterion);
		const [reason, shortfalls] = why === null ? aboutLead(isMet, met) :
			why(submission, isMet);
		return {id: criterion, reason, says, shortfalls, status: isMet ? 'met' : 'unmet'};
	});
	const all = criteria.every((each) => each.status === 'met');
	const inForce = submission.assessed_on >= IN_FORCE[id];
	return {
		criteria,
		id,
		status: inForce ? (all ? 'met' : 'unmet') : 'not-in-force',
		title: TITLES[id],
	};
}

/* ---- the outcome --------------------------------------------------------------------------- */

function yearsAfter(day, years) {
	const year = Number(day.slice(0, 4)) + years;
	const rest = day.slice(4);
	/* A leap day and three years give no leap year. */
	return `${year}${rest === '-02-29' ? '-03-01' : rest}`;
}

function lookBack(submission, rows) {
	const {assessed_on: day, registered_on: registered = null} = submission;
	const found = {held: null, benchmark: null, name: null, paid: 0};
	let last = null;
	for (const row of rows) {
		const same = registered !== null && row.registered_on === registered;
		found.name = row.name ?? found.name;
		found.paid += same ? row.net : 0;
		if (row.assessed_on > day)
			continue;
		if (found.benchmark === null || row.assessed_on >= found.benchmark.assessed_on)
			found.benchmark = row;
		if (row.award !== null && !same &&
			(last === null || row.assessed_on >= last.assessed_on))
			last = row;
	}
	if (last !== null && (registered ?? day) < yearsAfter(last.assessed_on, 3))
		found.held = last.award;
	return found;
}

function routeOf(held, aim) {
	if (held === null)
		return 'new-entry';
	return RANK[aim ?? held] > RANK[held] ? 'higher-redesignation' : 'redesignation';
}

function changeOf(award, held) {
	if (award === null || held === null)
		return award === null ? 'none' : 'first';
	if (award === held)
		return 'maintained';
	return RANK[award] > RANK[held] ? 'higher' : 'lower';
}

function feeOf(route, member, paid) {
	const net = Math.max(FEES[route][member ? 0 : 1] - paid, 0);
	const vat = Math.floor((net * 20 + 50) / 100);
	return {currency: 'GBP', gross: net + vat, net, vat};
}

function citationOf(name, award, commendations, route, day) {
	const again = route === 'new-entry' ? '' : ' redesignation';
	const added = commendations.map((id) => ` with ${TITLES[id]}`).join('');
	return `${name}: ${TITLES[award]}${again}${added}, ` +
		`${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

function profileOf(scores) {
	const those = applicable(scores);
	const mark = [5, 7].find((needs) => those.some((s) => scores[s] < needs)) ?? 0;
	return {
		development_needs: those.filter((s) => scores[s] < mark),
		not_applicable: STATEMENTS.filter((s) => scores[s] === 0),
		scores,
		strengths: those.filter((s) => scores[s] >= 7),
	};
}

function nextOf(award, awards) {
	const above = awards.find(({id, status}) => RANK[id] > (RANK[award] ?? 0) &&
		status !== 'not-in-force');
	return above === undefined ? null : {
		award: above.id,
		missing: above.criteria.filter(({status}) => status !== 'met')
			.map(({id, shortfalls}) => ({criterion: id, shortfalls})),
	};
}

function outcomeOf(submission, awards, back, name) {
	const {assessed_on: day, scores, seeking = null} = submission;
	const [mark, lead, child] = awards.map(({status}) => status === 'met');
	const award = lead ? 'quality-lead' : mark ? 'quality-mark' : null;
	const commendations = lead && child ? ['child-first'] : [];
	const {held, benchmark} = back;
	const route = routeOf(held, seeking ?? award);
	const change = changeOf(award, held);
	const soughtMet = seeking === null ? null : award !== null && RANK[award] >= RANK[seeking];
	const those = applicable(scores);
	return {
		award,
		awarded_on: award && day,
		change,
		citation: award && citationOf(name, award, commendations, route, day),
		commendations,
		expires_on: award && yearsAfter(day, 3),
		fee: feeOf(route, submission.partnership.aym_member === true, back.paid),
		improved_statements: benchmark === null ? [] : those.filter((s) =>
			benchmark.scores[s] > 0 && scores[s] > benchmark.scores[s]),
		refer_to_assessor: (held !== null && (change === 'lower' || change === 'none')) ||
			those.length < 6,
		route,
		sought: seeking,
		sought_met: soughtMet,
		window_held_open: route === 'higher-redesignation' && soughtMet === false,
	};
}

/* The decision without what the log adds; `met` is what the rules found. */
function decide(submission, met, rows) {
	const awards = Object.keys(CRITERIA).map((id) => awardOf(id, submission, met));
	const {partnership} = submission;
	const back = lookBack(submission, rows);
	const name = partnership.name ?? back.name ?? partnership.id;
	const outcome = outcomeOf(submission, awards, back, name);
	return {
		assessed_on: submission.assessed_on,
		awards,
		next: nextOf(outcome.award, awards),
		outcome,
		partnership: {aym_member: partnership.aym_member === true, id: partnership.id, name},
		profile: profileOf(submission.scores),
		submission_id: submission.submission_id ?? null,
		rules: {digest: DIGEST},
	};
}

module.exports = {decide};
