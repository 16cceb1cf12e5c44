'use strict';
/* Where two JSON values differ, member by member. */

function differences(expected, actual, at = '') {
	if (Array.isArray(expected) && Array.isArray(actual))
		return listDifferences(expected, actual, at);
	if (isObject(expected) && isObject(actual)) {
		const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
		return names.flatMap((name) =>
			differences(expected[name], actual[name], `${at}/${name}`));
	}
	return Object.is(expected, actual) ? [] : [{at, expected, actual}];
}

function listDifferences(expected, actual, at) {
	const found = expected.length === actual.length ? [] :
		[{at: `${at} (length)`, expected: expected.length, actual: actual.length}];
	const shared = Math.min(expected.length, actual.length);
	for (let i = 0; i < shared; i++)
		found.push(...differences(expected[i], actual[i], `${at}/${i}`));
	return found;
}

function isObject(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

module.exports = {differences};
