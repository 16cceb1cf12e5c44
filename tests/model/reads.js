'use strict';
/*
 * What the reading methods must answer, given every partnership's history: a
 * Map from partnership id to its list of entries (see decide.js).
 */

const c = require('./constants.js');
const {addMonths} = require('./dates.js');
const {awardOf, lastName, latest} = require('./decide.js');

/* Where an award stands on a day: "current", "due" and "lapsed" exclude each other. */
function standing(expiresOn, on) {
	if (on >= expiresOn)
		return 'lapsed';
	return on >= addMonths(expiresOn, -c.DUE_MONTHS) ? 'due' : 'current';
}

function registerRow(partnership, history, on) {
	const entry = latest(history.filter((each) => !each.revoked && awardOf(each) !== null &&
		awardOf(each).awarded_on <= on), (each) => awardOf(each).awarded_on);
	if (entry === null)
		return null;
	const award = awardOf(entry);
	return {
		partnership,
		name: lastName(history, partnership),
		award: award.award,
		commendations: award.commendations,
		awarded_on: award.awarded_on,
		expires_on: award.expires_on,
		status: standing(award.expires_on, on),
		citation: award.citation,
		source: entry.kind === 'import' ? entry.award.source : entry.result.decision_id,
	};
}

/* register.list's rows, in order of the partnership's id. */
function register(histories, {on, status, partnership}) {
	return [...histories.keys()].sort()
		.filter((id) => partnership === undefined || partnership === id)
		.map((id) => registerRow(id, histories.get(id), on))
		.filter((row) => row !== null && (status === undefined || row.status === status));
}

function latestBenchmark(history, {since, until}) {
	return latest(history.filter((entry) => entry.kind === 'decision' && !entry.revoked &&
		(since === undefined || entry.submission.assessed_on >= since) &&
		(until === undefined || entry.submission.assessed_on <= until)),
	(entry) => entry.submission.assessed_on);
}

/* practice.list's rows. */
function practice(histories, {statement}) {
	const rows = [];
	for (const id of [...histories.keys()].sort()) {
		const entry = latestBenchmark(histories.get(id), {});
		for (const study of entry?.submission.case_studies ?? []) {
			for (const s of study.shareable === true ? study.statements : []) {
				if (statement !== undefined && s !== statement)
					continue;
				rows.push({
					partnership: id,
					name: lastName(histories.get(id), id),
					title: study.title,
					statement: s,
					score: entry.submission.scores[s],
					date: entry.submission.assessed_on,
				});
			}
		}
	}
	return rows;
}

/* The nearest rank: the smallest value with at least that share at or below it. */
function nearestRank(sorted, quarter) {
	return sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * quarter / 4) - 1];
}

function statementFigures(statement, benchmarks) {
	const all = benchmarks.map((entry) => entry.submission.scores[statement]);
	const scored = all.filter((score) => score > 0).sort((a, b) => a - b);
	return {
		statement,
		scored: scored.length,
		not_applicable: all.length - scored.length,
		minimum: scored[0] ?? null,
		lower_quartile: nearestRank(scored, 1),
		median: nearestRank(scored, 2),
		upper_quartile: nearestRank(scored, 3),
		maximum: scored[scored.length - 1] ?? null,
	};
}

function awardCounts(histories, {since, until}) {
	const counts = new Map();
	for (const history of histories.values()) {
		for (const entry of history) {
			const award = entry.revoked ? null : awardOf(entry);
			if (award === null || (since !== undefined && award.awarded_on < since) ||
			    (until !== undefined && award.awarded_on > until))
				continue;
			const key = `${award.awarded_on.slice(0, 4)} ${award.award}`;
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
	}
	return [...counts.keys()].sort().map((key) => {
		const [year, award] = key.split(' ');
		return {award, year: Number(year), count: counts.get(key)};
	});
}

/* statistics.get's figures. */
function statistics(histories, span) {
	const benchmarks = [...histories.values()].map((history) => latestBenchmark(history, span))
		.filter((entry) => entry !== null);
	return {
		statements: c.STATEMENTS.map((s) => statementFigures(s, benchmarks)),
		awards: awardCounts(histories, span),
	};
}

function failed(entry, criterion) {
	return entry.result.awards.some((award) => award.criteria.some((each) =>
		each.id === criterion && each.status !== 'met'));
}

/* decisions.list's rows, highest sequence first, before any paging. */
function decisions(histories, filter) {
	const rows = [];
	for (const [id, history] of histories) {
		for (const entry of history) {
			if (entry.kind !== 'decision')
				continue;
			const {result, submission} = entry;
			const {outcome} = result;
			const named = [outcome.award, ...outcome.commendations];
			if ((filter.partnership !== undefined && filter.partnership !== id) ||
			    (filter.award !== undefined && !named.includes(filter.award)) ||
			    (filter.since !== undefined && submission.assessed_on < filter.since) ||
			    (filter.until !== undefined && submission.assessed_on > filter.until) ||
			    (filter.failed_criterion !== undefined &&
			     !failed(entry, filter.failed_criterion)))
				continue;
			rows.push({
				decision_id: result.decision_id,
				sequence: result.sequence,
				submission_id: submission.submission_id ?? null,
				partnership: id,
				name: result.partnership.name,
				assessed_on: submission.assessed_on,
				award: outcome.award,
				commendations: outcome.commendations,
				route: outcome.route,
				change: outcome.change,
				revoked: entry.revoked,
			});
		}
	}
	return rows.sort((a, b) => b.sequence - a.sequence);
}

module.exports = {decisions, practice, register, statistics};
