'use strict';
/*
 * Which members of a submission do not fit: the RFC 6901 pointers that a
 * refusal must name, all of them, each once, sorted.
 */

const c = require('./constants.js');
const {isDay, isReal} = require('./dates.js');

const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);
const isText = (v) => typeof v === 'string';
const isBoolean = (v) => typeof v === 'boolean';
const isStatement = (v) => c.STATEMENTS.includes(v);
const isScore = (v) => Number.isInteger(v) && v >= c.LOWEST_SCORE && v <= c.HIGHEST_SCORE;
const oneOf = (values) => (v) => values.includes(v);
const textOf = (least, most) => (v) =>
	isText(v) && [...v].length >= least && [...v].length <= most;
const escape = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/* A description of an object: each member's check, or a nested description. */
const object = (required, optional) => ({required, optional});
const list = (each, least = 0) => ({each, least});

const SIGN_OFF_HALF = object(
	{method: oneOf(c.SIGN_OFF_METHODS), on: isReal},
	{name: isText, role: isText});

const SUBMISSION = object({
	partnership: object({id: (v) => isText(v) && /^[a-z0-9-]{1,64}$/.test(v)},
		{name: textOf(1, 200), aym_member: isBoolean}),
	assessed_on: isReal,
	scores: object(Object.fromEntries(c.STATEMENTS.map((s) => [s, isScore])), {}),
}, {
	submission_id: textOf(1, 128),
	registered_on: isReal,
	seeking: oneOf(c.LEVELS),
	stage: oneOf(c.STAGES),
	evidence: list(object({kind: oneOf(c.EVIDENCE_KINDS), summary: isText},
		{statements: list(isStatement)})),
	case_studies: list(object({title: isText, statements: list(isStatement, 1)},
		{shareable: isBoolean})),
	sign_off: object({}, {send_leadership: SIGN_OFF_HALF, yos_leadership: SIGN_OFF_HALF}),
	child_first: list(object({tenet: oneOf(c.TENETS), feature: isText}, {})),
});

function walk(value, shape, at, faults) {
	if (typeof shape === 'function') {
		if (!shape(value))
			faults.add(at);
	} else if (shape.each !== undefined) {
		walkList(value, shape, at, faults);
	} else if (!isObject(value)) {
		faults.add(at);
	} else {
		walkObject(value, shape, at, faults);
	}
}

function walkList(value, shape, at, faults) {
	if (!Array.isArray(value) || value.length < shape.least) {
		faults.add(at);
		return;
	}
	value.forEach((item, i) => walk(item, shape.each, `${at}/${i}`, faults));
}

function walkObject(value, {required, optional}, at, faults) {
	for (const [name, shape] of Object.entries(required)) {
		if (value[name] == null)
			faults.add(`${at}/${escape(name)}`);
		else
			walk(value[name], shape, `${at}/${escape(name)}`, faults);
	}
	for (const [name, shape] of Object.entries(optional)) {
		if (value[name] != null)
			walk(value[name], shape, `${at}/${escape(name)}`, faults);
	}
	for (const name of Object.keys(value)) {
		if (!Object.hasOwn(required, name) && !Object.hasOwn(optional, name))
			faults.add(`${at}/${escape(name)}`);
	}
}

function faultsOf(params) {
	const faults = new Set();
	walk(params, SUBMISSION, '', faults);
	const {assessed_on: assessed, registered_on: registered} = isObject(params) ? params : {};
	if (isDay(assessed) && isDay(registered) && registered > assessed)
		faults.add('/registered_on');
	return [...faults].sort();
}

module.exports = {faultsOf};
