'use strict';
/*
 * The criteria of the three awards, each a function of one submission that
 * gives its shortfalls: none means met.
 */

const c = require('./constants.js');

const list = (value) => value ?? [];

function applicable(scores) {
	return c.STATEMENTS.filter((s) => scores[s] > 0);
}

function everyScoreAtLeast(needs, scores) {
	const asked = applicable(scores);
	if (asked.length === 0)
		return [{pointer: '/scores'}];
	return asked.filter((s) => scores[s] < needs)
		.map((s) => ({statement: s, score: scores[s], needs}));
}

function signedOff(signOff) {
	return ['send_leadership', 'yos_leadership']
		.filter((half) => (signOff ?? {})[half] == null)
		.map((half) => ({pointer: `/sign_off/${half}`}));
}

function outstandingAndShared(submission) {
	const high = c.STATEMENTS.filter((s) => submission.scores[s] >= c.OUTSTANDING_SCORE);
	if (high.length === 0)
		return [{pointer: '/scores'}];
	const shared = list(submission.case_studies).some((study) =>
		study.shareable === true && study.statements.some((s) => high.includes(s)));
	return shared ? [] : [{pointer: '/case_studies'}];
}

function someOf(member, submission) {
	return list(submission[member]).length > 0 ? [] : [{pointer: `/${member}`}];
}

function criterion(id, shortfalls, met = shortfalls.length === 0) {
	return {id, status: met ? 'met' : 'unmet', shortfalls};
}

/* The three awards with their criteria; `status` is that on the day. */
function judge(submission) {
	const mark = [
		criterion('QM-1', everyScoreAtLeast(c.MARK_SCORE, submission.scores)),
		criterion('QM-2', signedOff(submission.sign_off)),
	];
	const lead = [
		criterion('QL-1', everyScoreAtLeast(c.LEAD_SCORE, submission.scores)),
		criterion('QL-2', someOf('evidence', submission)),
		criterion('QL-3', outstandingAndShared(submission)),
		criterion('QL-4', signedOff(submission.sign_off)),
	];
	const leadMet = lead.every((each) => each.status === 'met');
	const childFirst = [
		criterion('CF-1', [], leadMet),
		criterion('CF-2', someOf('child_first', submission)),
		criterion('CF-3', someOf('case_studies', submission)),
	];
	return [
		award('quality-mark', mark, submission.assessed_on),
		award('quality-lead', lead, submission.assessed_on),
		award('child-first', childFirst, submission.assessed_on),
	];
}

function award(id, criteria, day) {
	let status = criteria.every((each) => each.status === 'met') ? 'met' : 'unmet';
	if (day < c.IN_FORCE_FROM[id])
		status = 'not-in-force';
	return {id, status, criteria};
}

module.exports = {applicable, judge};
