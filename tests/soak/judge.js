'use strict';
/*
 * Whether a series of samples is flat. Looked at is the second half, since a daemon fills its
 * caches first. Its slope is the median of the slopes between any two samples (Theil and Sen),
 * so that single ones far off do not count; what that makes over the half may be a share of
 * the half's median, or the column's allowance where that is more.
 */

/* Name, unit, and what a growth may be: noise, not a leak. */
const COLUMNS = [
	{name: 'daemon', unit: 'KiB', allowance: 1024, share: 0.03},
	{name: 'evaluators', unit: 'KiB', allowance: 4096, share: 0.1},
	{name: 'hosts', unit: 'KiB', allowance: 2048, share: 0.1},
	{name: 'descriptors', unit: '', allowance: 0.9, share: 0},
	{name: 'p50', unit: 'ms', allowance: 5, share: 0.5},
	{name: 'p99', unit: 'ms', allowance: 40, share: 0.5},
];

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function slope(times, values) {
	const slopes = [];
	for (let i = 0; i < values.length; i++) {
		for (let k = i + 1; k < values.length; k++)
			slopes.push((values[k] - values[i]) / (times[k] - times[i]));
	}
	return median(slopes);
}

/* {growth, allowed, flat}: growth is that of the second half. */
function judge(column, times, values) {
	const from = values.length >> 1;
	const t = times.slice(from), v = values.slice(from);
	if (t.length < 4)
		throw new Error(`${values.length} samples are too few to judge`);
	const growth = slope(t, v) * (t[t.length - 1] - t[0]);
	const allowed = Math.max(column.allowance, column.share * median(v));
	return {growth, allowed, flat: growth <= allowed};
}

module.exports = {COLUMNS, judge, median};
