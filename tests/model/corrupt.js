'use strict';
/* Damages done to a good submission, so that every one of them must be named. */

const c = require('./constants.js');

const NOT_SCORES = [11, -1, 7.5, '7', true, null, [], {}, 4294967297, 1e300];
const NOT_DATES = [
	'2023-02-29', '2023-02-30', '2024-13-01', '2024-00-10', '2024-04-31', '1999-12-31',
	'3000-01-01', '2024-1-1', '2024-01-01T00:00:00Z', ' 2024-01-01', '', 20240101, true, [],
	'20２4-01-01',
];
const NOT_TEXTS = [7, true, [], {}];

function ensure(object, name, value) {
	if (object[name] == null || (Array.isArray(value) && object[name].length === 0))
		object[name] = value;
	return object[name];
}

const someStudy = (s) => ensure(s, 'case_studies', [{title: 'T', statements: ['1']}])[0];
const someItem = (s) => ensure(s, 'evidence', [{kind: 'other', summary: 'S'}])[0];
const someFeature = (s) => ensure(s, 'child_first', [{tenet: 'strengths', feature: 'F'}])[0];
const someHalf = (s) => ensure(ensure(s, 'sign_off', {}), 'yos_leadership',
	{method: 'email', on: '2024-01-01'});

const DAMAGES = [
	(s, r) => { s.scores[r.pick(c.STATEMENTS)] = r.pick(NOT_SCORES); },
	(s, r) => { delete s.scores[r.pick(c.STATEMENTS)]; },
	(s, r) => { s.scores[r.pick(['11', '4', '4c', '', 'a/b~c', '0', '01'])] = 5; },
	(s, r) => { s.scores = r.pick([null, [], 7, 'all', true]); },
	(s) => { delete s.scores; },
	(s, r) => { s.assessed_on = r.pick([...NOT_DATES, null]); },
	(s) => { delete s.assessed_on; },
	(s, r) => { s.registered_on = r.pick(NOT_DATES); },
	(s) => { s.registered_on = '2999-12-31'; },
	(s, r) => { s.partnership = r.pick([null, 'north', [], 7]); },
	(s) => { delete s.partnership; },
	(s, r) => {
		s.partnership = {id: r.pick(['', 'Upper', 'a_b', 'a b', 'é', 'x'.repeat(65), null, 7])};
	},
	(s, r) => { s.partnership.name = r.pick(['', 'é'.repeat(201), ...NOT_TEXTS]); },
	(s, r) => { s.partnership.aym_member = r.pick([0, 1, 'true', []]); },
	(s, r) => { s.partnership[r.pick(['Name', 'a/b', 'm~n', 'aym-member'])] = null; },
	(s, r) => { s[r.pick(['regisred_on', 'Scores', '', '/', 'rules'])] = r.pick([null, 1, {}]); },
	(s, r) => { s.seeking = r.pick(['child-first', 'Quality Mark', '', ...NOT_TEXTS]); },
	(s, r) => { s.stage = r.pick(['Initial', 'middle', '', ...NOT_TEXTS]); },
	(s, r) => { s.submission_id = r.pick(['', 'x'.repeat(129), ...NOT_TEXTS]); },
	(s, r) => { s[r.pick(['evidence', 'case_studies', 'child_first'])] = r.pick([7, {}, 'x']); },
	(s, r) => { s.sign_off = r.pick([7, [], 'yes', true]); },
	(s, r) => { ensure(s, 'sign_off', {}).send_leadership = r.pick([7, [], 'yes', true]); },
	(s) => { ensure(s, 'sign_off', {}).head_teacher = {method: 'email', on: '2024-01-01'}; },
	(s, r) => { someHalf(s).method = r.pick(['letter', 'Email', null, 7]); },
	(s, r) => { someHalf(s).on = r.pick([...NOT_DATES, null]); },
	(s) => { delete someHalf(s).method; },
	(s, r) => { someHalf(s).name = r.pick(NOT_TEXTS); },
	(s) => { someHalf(s).email = 'x@example.org'; },
	(s, r) => { someItem(s).kind = r.pick(['others', 'panels', null, 7]); },
	(s) => { delete someItem(s).summary; },
	(s, r) => { someItem(s).statements = r.pick([['11'], [8], '8', [null], ['1', '4']]); },
	(s) => { someItem(s).source = 'nobody'; },
	(s, r) => { ensure(s, 'evidence', [{}])[0] = r.pick([null, 7, [], 'x']); },
	(s, r) => { someStudy(s).statements = r.pick([[], null, ['4'], ['1', 'x', '2', 'y'], '1']); },
	(s) => { delete someStudy(s).title; },
	(s, r) => { someStudy(s).shareable = r.pick([1, 'yes', []]); },
	(s) => { someStudy(s).sharable = true; },
	(s, r) => { someFeature(s).tenet = r.pick(['A', 'Participation', null, 1]); },
	(s) => { delete someFeature(s).feature; },
	(s) => { someFeature(s).tenets = ['strengths']; },
];

/* A damaged copy, and whether it stayed an object. Several damages at once. */
function damaged(random, submission) {
	const copy = structuredClone(submission);
	for (let n = random.weighted([[60, 1], [25, 2], [15, 6]]); n > 0; n--) {
		try {
			random.pick(DAMAGES)(copy, random);
		} catch (error) {
			/* The place was damaged already: one damage fewer. */
			if (!(error instanceof TypeError))
				throw error;
		}
	}
	return copy;
}

module.exports = {damaged};
