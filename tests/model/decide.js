'use strict';
/*
 * What a submission must be answered, given the partnership's earlier entries.
 *
 * A history is a list, oldest entry first, of
 *   {kind: 'decision', submission, result, revoked}
 *   {kind: 'import', award: {...as imported, defaults filled in}, outcome, revoked}
 * The place in the list is the order of the log.
 */

const c = require('./constants.js');
const {addMonths, parse} = require('./dates.js');
const {applicable, judge} = require('./criteria.js');

const rank = (level) => c.LEVELS.indexOf(level);     /* -1 for none */

/* The award that an entry made, or null. */
function awardOf(entry) {
	const outcome = entry.kind === 'decision' ? entry.result.outcome : entry.outcome;
	return outcome.award === null ? null : outcome;
}

function sameEntry(entry, submission) {
	return entry.kind === 'decision' && submission.registered_on != null &&
		entry.submission.registered_on === submission.registered_on;
}

/* Of several entries with a day each, the latest; among equals the last logged. */
function latest(entries, dayOf) {
	return entries.reduce((best, each) =>
		best === null || dayOf(each) >= dayOf(best) ? each : best, null);
}

function heldAward(history, submission) {
	const candidates = history.filter((entry) => !entry.revoked && awardOf(entry) !== null &&
		awardOf(entry).awarded_on <= submission.assessed_on && !sameEntry(entry, submission));
	const last = latest(candidates, (entry) => awardOf(entry).awarded_on);
	if (last === null)
		return null;
	const asked = submission.registered_on ?? submission.assessed_on;
	return asked < awardOf(last).expires_on ? awardOf(last).award : null;
}

function earlierBenchmark(history, submission) {
	return latest(history.filter((entry) => entry.kind === 'decision' && !entry.revoked &&
		entry.submission.assessed_on <= submission.assessed_on),
	(entry) => entry.submission.assessed_on);
}

function improved(history, submission) {
	const before = earlierBenchmark(history, submission);
	if (before === null)
		return [];
	const then = before.submission.scores;
	return c.STATEMENTS.filter((s) => then[s] > 0 && submission.scores[s] > then[s]);
}

function routeOf(held, seeking, given) {
	if (held === null)
		return 'new-entry';
	const compared = seeking ?? given ?? held;
	return rank(compared) > rank(held) ? 'higher-redesignation' : 'redesignation';
}

function changeOf(held, given) {
	if (given === null)
		return 'none';
	if (held === null)
		return 'first';
	if (rank(given) === rank(held))
		return 'maintained';
	return rank(given) > rank(held) ? 'higher' : 'lower';
}

function feeOf(history, submission, route) {
	const member = submission.partnership.aym_member === true;
	const paid = history.filter((entry) => !entry.revoked && sameEntry(entry, submission))
		.reduce((sum, entry) => sum + entry.result.outcome.fee.net, 0);
	const net = Math.max(0, c.FEES[route][member ? 0 : 1] - paid);
	const vat = Math.floor((net * c.VAT_PER_CENT + 50) / 100);
	return {currency: 'GBP', net, vat, gross: net + vat};
}

function citationOf(name, award, route, commendations, day) {
	if (award === null)
		return null;
	const {year, month} = parse(day);
	const again = route === 'new-entry' ? '' : ' redesignation';
	const added = commendations.map((id) => ` with ${c.TITLES[id]}`).join('');
	return `${name}: ${c.TITLES[award]}${again}${added}, ${c.MONTHS[month - 1]} ${year}`;
}

/* The last name that any entry gave, revoked or not; else the id. */
function lastName(history, partnership) {
	const given = (entry) => entry.kind === 'decision' ?
		entry.submission.partnership.name : entry.award.name;
	return history.reduce((name, entry) => given(entry) ?? name, null) ?? partnership;
}

function nextOf(awards, given) {
	const above = awards.find((award) => c.LEVELS.includes(award.id) &&
		award.status !== 'not-in-force' && rank(award.id) > rank(given));
	if (above === undefined)
		return null;
	return {
		award: above.id,
		missing: above.criteria.filter((each) => each.status !== 'met')
			.map((each) => ({criterion: each.id, shortfalls: each.shortfalls})),
	};
}

function profileOf(scores) {
	const asked = applicable(scores);
	const mark = asked.every((s) => scores[s] >= c.MARK_SCORE) ? c.LEAD_SCORE : c.MARK_SCORE;
	return {
		scores: {...scores},
		strengths: asked.filter((s) => scores[s] >= c.LEAD_SCORE),
		development_needs: asked.filter((s) => scores[s] < mark),
		not_applicable: c.STATEMENTS.filter((s) => scores[s] === 0),
	};
}

function outcomeOf(history, submission, awards, name) {
	const isMet = (id) => awards.find((award) => award.id === id).status === 'met';
	const given = c.LEVELS.filter(isMet).pop() ?? null;
	const commendations = rank(given) >= rank('quality-lead') ?
		c.COMMENDATIONS.filter(isMet) : [];
	const held = heldAward(history, submission);
	const seeking = submission.seeking ?? null;
	const route = routeOf(held, seeking, given);
	const change = changeOf(held, given);
	const failed = awards.some((award) =>
		award.criteria.some((each) => each.status === 'error'));
	const soughtMet = seeking === null ? null : rank(given) >= rank(seeking);

	return {
		award: given,
		commendations,
		awarded_on: given === null ? null : submission.assessed_on,
		expires_on: given === null ? null : addMonths(submission.assessed_on, c.AWARD_MONTHS),
		route,
		change,
		sought: seeking,
		sought_met: soughtMet,
		window_held_open: held !== null && seeking !== null && rank(seeking) > rank(held) &&
			!soughtMet,
		refer_to_assessor: (held !== null && (change === 'lower' || change === 'none')) ||
			failed || applicable(submission.scores).length < c.FEW_STATEMENTS,
		improved_statements: improved(history, submission),
		fee: feeOf(history, submission, route),
		citation: citationOf(name, given, route, commendations, submission.assessed_on),
	};
}

/* The result of `decide`, without what the log adds and without the texts that
 * the rules word as they like. */
function decide(history, submission) {
	const awards = judge(submission);
	const {id} = submission.partnership;
	const name = submission.partnership.name ?? lastName(history, id);
	const outcome = outcomeOf(history, submission, awards, name);
	return {
		submission_id: submission.submission_id ?? null,
		partnership: {id, name, aym_member: submission.partnership.aym_member === true},
		assessed_on: submission.assessed_on,
		outcome,
		awards,
		next: nextOf(awards, outcome.award),
		profile: profileOf(submission.scores),
	};
}

/* The outcome that an imported award stands for. */
function importOutcome(award) {
	return {
		award: award.award,
		commendations: award.commendations,
		awarded_on: award.awarded_on,
		expires_on: addMonths(award.awarded_on, c.AWARD_MONTHS),
		route: award.route,
		citation: citationOf(award.name, award.award, award.route, award.commendations,
			award.awarded_on),
	};
}

module.exports = {awardOf, decide, importOutcome, lastName, latest};
