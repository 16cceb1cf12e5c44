'use strict';
/*
 * What the published scheme fixes, by name: the framework, the levels, the
 * dates, the fees. A change of the scheme is a change here and in the rules,
 * made twice on purpose.
 */

module.exports = {
	STATEMENTS: ['1', '2', '3', '4a', '4b', '5', '6', '7', '8', '9', '10'],
	LOWEST_SCORE: 0,
	HIGHEST_SCORE: 10,

	LEVELS: ['quality-mark', 'quality-lead'],
	COMMENDATIONS: ['child-first'],
	TITLES: {
		'quality-mark': 'Quality Mark',
		'quality-lead': 'Quality Lead',
		'child-first': 'Child First Commendation',
	},
	IN_FORCE_FROM: {
		'quality-mark': '2017-04-01',
		'quality-lead': '2017-04-01',
		'child-first': '2022-01-01',
	},

	MARK_SCORE: 5,
	LEAD_SCORE: 7,
	OUTSTANDING_SCORE: 8,
	FEW_STATEMENTS: 6,

	EVIDENCE_KINDS: [
		'first-time-offending-rate', 'reoffending-rate', 'joint-working-protocol',
		'transition-planning', 'training-plan', 'systems', 'panels-and-forums', 'other',
	],
	TENETS: ['best-interests', 'strengths', 'participation', 'prevention'],
	STAGES: ['initial', 'final'],
	SIGN_OFF_METHODS: ['email', 'meeting'],
	ROUTES: ['new-entry', 'redesignation', 'higher-redesignation'],

	AWARD_MONTHS: 36,
	DUE_MONTHS: 6,

	/* Net, in pounds: members, others. */
	FEES: {
		'new-entry': [1100, 1300],
		'redesignation': [600, 700],
		'higher-redesignation': [1100, 1300],
	},
	VAT_PER_CENT: 20,

	MONTHS: [
		'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
		'September', 'October', 'November', 'December',
	],
};
