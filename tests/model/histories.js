'use strict';
/*
 * Random histories of one partnership: a list of steps that a driver carries
 * out in order. What a step needs of an earlier answer it names by that step's
 * place in the list.
 */

const c = require('./constants.js');
const {aDay, aSubmission, NAMES} = require('./submissions.js');
const {damaged} = require('./corrupt.js');
const {faultsOf} = require('./form.js');

function anImport(random, id, days) {
	const day = aDay(random, days);
	const month = random.chance(40);
	const first = `${day.slice(0, 8)}01`;
	const award = {
		partnership: id,
		name: random.pick(NAMES),
		award: random.pick(c.LEVELS),
		awarded_on: month ? first : day,
		source: `A roll of honour, page ${random.below(1000000)}`,
	};
	if (award.awarded_on < c.IN_FORCE_FROM[award.award])
		award.awarded_on = c.IN_FORCE_FROM[award.award];
	if (month)
		award.precision = 'month';
	else if (random.chance(50))
		award.precision = 'day';
	if (random.chance(50))
		award.route = random.pick(c.ROUTES);
	if (award.award === 'quality-lead' && award.awarded_on >= c.IN_FORCE_FROM['child-first'] &&
	    random.chance(50))
		award.commendations = ['child-first'];
	else if (random.chance(30))
		award.commendations = [];
	return award;
}

function importStep(random, known) {
	const awards = Array.from({length: random.pick([1, 1, 2])}, () =>
		anImport(random, known.id, known.days));
	if (random.chance(20))
		awards.push({...awards[0], name: 'The same again', source: 'Elsewhere'});
	known.days.push(...awards.map((award) => award.awarded_on));
	return {does: 'import', awards};
}

function submissionStep(random, known, does) {
	const submission = aSubmission(random, {...known, serial: known.serial++});
	if (does === 'decide') {
		known.days.push(submission.assessed_on);
		known.scores = submission.scores;
		if (submission.registered_on != null)
			known.registered.push(submission.registered_on);
	}
	return {does, submission};
}

function damagedStep(random, known) {
	const {submission} = submissionStep(random, known, 'refused');
	const broken = damaged(random, submission);
	const pointers = faultsOf(broken);
	return pointers.length === 0 ? {does: 'assess', submission} :
		{does: 'refused', submission: broken, pointers};
}

/* The same content again: members in another order, another signatory's name. */
function reordered(random, value) {
	if (Array.isArray(value))
		return value.map((each) => reordered(random, each));
	if (typeof value !== 'object' || value === null)
		return value;
	return Object.fromEntries(random.shuffled(Object.entries(value))
		.map(([name, each]) => [name, reordered(random, each)]));
}

function replayOf(random, submission) {
	const copy = reordered(random, submission);
	for (const half of Object.values(copy.sign_off ?? {})) {
		if (half?.name != null)
			half.name = 'Another hand';
	}
	return copy;
}

/* The same submission_id with other content. */
function conflictOf(random, submission) {
	const copy = structuredClone(submission);
	const change = random.pick([
		() => { copy.registered_on = copy.registered_on == null ? copy.assessed_on : null; },
		() => { copy.scores['4a'] = copy.scores['4a'] === 10 ? 9 : copy.scores['4a'] + 1; },
		() => { copy.stage = copy.stage === 'final' ? 'initial' : 'final'; },
		() => {
			copy.partnership.aym_member = copy.partnership.aym_member !== true;
		},
		() => {
			if (copy.evidence === null)
				delete copy.evidence;
			else
				copy.evidence = copy.evidence === undefined ? null : undefined;
		},
	]);
	change();
	return JSON.parse(JSON.stringify(copy));
}

function againStep(random, steps, does) {
	const keyed = steps.map((step, at) => ({step, at})).filter(({step}) =>
		step.does === 'decide' && step.submission.submission_id != null);
	if (keyed.length === 0)
		return null;
	const {step, at} = random.pick(keyed);
	return does === 'replay' ?
		{does, of: at, submission: replayOf(random, step.submission)} :
		{does, of: at, submission: conflictOf(random, step.submission)};
}

function revokeStep(random, steps) {
	const entries = steps.map((step, at) => ({step, at})).filter(({step}) =>
		step.does === 'decide' || step.does === 'import');
	/* Mostly the newest, which matters most. */
	const of = entries.length === 0 ? null :
		(random.chance(60) ? entries[entries.length - 1] : random.pick(entries)).at;
	return of === null ? null : {does: 'revoke', of, by: 'A. Officer', reason: 'Entered twice'};
}

function aHistory(random, id) {
	const known = {id, serial: 1, days: [], registered: [], scores: null};
	const steps = [];
	const length = random.weighted([[20, 1], [40, 4], [30, 8], [10, 14]]);
	while (steps.length < length) {
		const does = random.weighted([
			[58, 'decide'], [8, 'import'], [10, 'revoke'], [8, 'assess'], [6, 'refused'],
			[6, 'replay'], [4, 'conflict'],
		]);
		const step = aStep(random, does, steps, known) ??
			submissionStep(random, known, 'decide');
		steps.push(step);
	}
	return {id, steps, pipelined: random.chance(40)};
}

function aStep(random, does, steps, known) {
	switch (does) {
	case 'import': return importStep(random, known);
	case 'revoke': return revokeStep(random, steps);
	case 'refused': return damagedStep(random, known);
	case 'replay': case 'conflict': return againStep(random, steps, does);
	default: return submissionStep(random, known, does);
	}
}

module.exports = {aHistory};
