'use strict';
/*
 * What the daemon says about the past, compared with the model's: first of one
 * partnership, then of all of them where the log held nothing before.
 */

const c = require('./constants.js');
const {addDays, addMonths} = require('./dates.js');
const {differences} = require('./compare.js');
const reads = require('./reads.js');

/* The only list among a result's members, whatever it is called. */
function onlyList(result) {
	const lists = Object.values(result ?? {}).filter(Array.isArray);
	return lists.length === 1 ? lists[0] : null;
}

/* The members that the model knows of, so that rows may grow. */
function narrowed(rows, like) {
	return rows?.map((row) => Object.fromEntries(
		Object.keys(like[0] ?? {}).map((name) => [name, row[name]])));
}

class Readback {
	constructor(client, histories) {
		this.client = client;
		this.histories = histories;
		this.checked = 0;
		this.faults = [];
	}

	compare(method, params, expected, actual) {
		this.checked++;
		const found = differences(expected, actual);
		if (found.length > 0)
			this.faults.push({method, params, found});
	}

	async rows(method, params, expected) {
		const answer = await this.client.call(method, params);
		const rows = onlyList(answer.result);
		this.compare(method, params, expected, narrowed(rows, expected) ?? answer);
	}

	async register(params) {
		await this.rows('register.list', params, reads.register(this.histories, params));
	}

	async practice(params) {
		const expected = reads.practice(this.histories, params);
		const answer = await this.client.call('practice.list', params);
		const rows = onlyList(answer.result);
		const key = (row) => JSON.stringify([row.partnership, row.statement, row.title]);
		const sorted = (all) => all && [...all].sort((a, b) => key(a) < key(b) ? -1 : 1);
		this.compare('practice.list', params, sorted(expected),
			sorted(narrowed(rows, expected)) ?? answer);
	}

	/* Walks all pages. */
	async decisions(params) {
		const found = [];
		let after;
		do {
			const page = after === undefined ? params : {...params, after};
			const answer = await this.client.call('decisions.list', page);
			if (answer.result === undefined) {
				this.compare('decisions.list', page, 'a result', answer);
				return;
			}
			found.push(...answer.result.decisions);
			after = answer.result.next ?? undefined;
		} while (after !== undefined);
		const {limit, ...filter} = params;
		const expected = reads.decisions(this.histories, filter);
		this.compare('decisions.list', params, expected, narrowed(found, expected));
	}

	async get(entry) {
		for (const params of [{decision_id: entry.result.decision_id},
			{sequence: entry.result.sequence}]) {
			const {result} = await this.client.call('decisions.get', params);
			this.compare('decisions.get', params,
				{submission: entry.submission, decision: entry.answered},
				{submission: result?.submission, decision: result?.decision});
		}
	}

	async statistics(params) {
		const expected = reads.statistics(this.histories, params);
		const {result} = await this.client.call('statistics.get', params);
		this.compare('statistics.get', params, expected, {
			statements: narrowed(result?.statements, expected.statements),
			awards: narrowed(result?.awards, expected.awards),
		});
	}

	/* One partnership: its rows on the days where a standing changes. */
	async partnership(random, id) {
		const history = this.histories.get(id);
		const made = history.filter((entry) => entry.kind === 'decision');
		for (const entry of history) {
			const outcome = entry.kind === 'import' ? entry.outcome : entry.result.outcome;
			if (outcome.award === null)
				continue;
			const edge = random.pick([outcome.awarded_on, outcome.expires_on,
				addMonths(outcome.expires_on, -c.DUE_MONTHS)]);
			const on = addDays(edge, random.between(-1, 1));
			if (on >= '2000-01-01' && on <= '2999-12-31')
				await this.register({on, partnership: id});
		}
		await this.decisions({partnership: id, limit: random.pick([1, 2, 500])});
		const filter = {partnership: id};
		if (random.chance(50))
			filter.award = random.pick([...c.LEVELS, ...c.COMMENDATIONS]);
		if (random.chance(50))
			filter.failed_criterion = random.pick(['QM-1', 'QL-3', 'QL-4', 'CF-1', 'CF-2']);
		if (random.chance(50) && made.length > 0)
			filter[random.pick(['since', 'until'])] = random.pick(made).submission.assessed_on;
		await this.decisions(filter);
		for (const entry of made.filter((each) => each.answered !== undefined))
			await this.get(entry);
	}

	async everything(random) {
		for (let n = 0; n < 12; n++) {
			const on = addDays('2016-12-31', random.below(365 * 16));
			await this.register({on});
			await this.register({on, status: random.pick(['current', 'due', 'lapsed'])});
		}
		await this.practice({});
		for (const statement of c.STATEMENTS)
			await this.practice({statement});
		for (const span of [{}, {since: '2021-01-01'}, {until: '2022-06-30'},
			{since: '2020-03-01', until: '2020-03-01'}, {since: '2018-01-01', until: '2023-12-31'}])
			await this.statistics(span);
		await this.decisions({limit: 500});
		await this.decisions({award: 'child-first'});
		await this.decisions({failed_criterion: 'QL-1', since: '2021-01-01', until: '2023-12-31'});
	}
}

module.exports = {Readback};
