'use strict';
/* Decisions at an even rate, and what else people do beside them; each answer is counted. */

const {Client} = require('../model/client.js');

const TICK_MS = 20;
/* Each has so many decisions and no more: a history that grew would be more work with each. */
const PARTNERSHIPS = 5000, DECISIONS = 8;
const AWAY = 20000; /* further calls wait where so many are not answered */

const QUERIES = [
	['decisions.list', {limit: 50}], ['decisions.list', {award: 'quality-mark', limit: 20}],
	['register.list', {partnership: 'soak-1'}], ['practice.list', {statement: '8'}],
	['statistics.get', {since: '2024-01-01'}], ['scheme.get', {}], ['rules.history', {}],
	['server.status', {}], ['server.metrics', {}], ['log.checkpoint', {}],
];
const REFUSED = [['assess', {partnership: {id: 'soak-1'}}], ['no.such', {}]];

class Load {
	constructor(path, rate, example) {
		this.path = path;
		this.rate = rate;
		this.example = example;
		this.sent = this.answered = this.errors = 0;
		this.lastError = null;
		this.codes = {};
		this.latencies = [];
		this.owed = 0;
	}

	/* Once this is done the log has what the queries ask for. */
	async open() {
		this.clients = [];
		for (let i = 0; i < 4; i++)
			this.clients.push(await Client.connect(this.path));
		this.asking = await Client.connect(this.path);
		const first = await this.clients[0].call('decide', this.submission(this.sent++));
		if (first.error !== undefined)
			throw new Error(`the first decision: ${first.error.message}`);
		this.answered++;
		this.first = {sequence: first.result.sequence};
		this.begun = performance.now();
		this.timer = setInterval(() => this.tick(), TICK_MS);
	}

	submission(n) {
		const one = structuredClone(this.example);
		const place = n % PARTNERSHIPS +
			Math.floor(n / (PARTNERSHIPS * DECISIONS)) * PARTNERSHIPS;
		one.submission_id = `soak-${n}`;
		one.partnership = {id: `soak-${place}`, name: `Place ${place}`};
		/* The answer of practice.list has all that is shared, and would grow. */
		for (const study of one.case_studies)
			study.shareable = place < PARTNERSHIPS;
		for (const statement of Object.keys(one.scores))
			one.scores[statement] = (n * 7 + statement.charCodeAt(0)) % 11;
		return one;
	}

	failed(error) {
		this.errors++;
		this.lastError = error;
		const code = error.code ?? 'none';
		this.codes[code] = (this.codes[code] ?? 0) + 1;
	}

	decide() {
		const begun = performance.now();
		const client = this.clients[this.sent % this.clients.length];
		this.owed++;
		client.call('decide', this.submission(this.sent++)).then((answer) => {
			this.owed--;
			this.answered++;
			this.latencies.push(performance.now() - begun);
			if (answer.error !== undefined)
				this.failed(answer.error);
		}, (error) => this.failed(String(error)));
	}

	/* As many as are due by now, so that the rate holds whatever comes back. */
	tick() {
		const due = Math.floor((performance.now() - this.begun) / 1000 * this.rate);
		while (this.sent < due && this.owed < AWAY)
			this.decide();
	}

	/* One of each. */
	async query() {
		const queries = [...QUERIES, ['log.proof', this.first], ['decisions.get', this.first],
			...REFUSED];
		for (const [method, params] of queries) {
			const answer = await this.asking.call(method, params);
			const refused = method === 'assess' ? -32602 : method === 'no.such' ? -32601 : undefined;
			if (answer.error?.code !== refused)
				this.failed(answer.error ?? `${method} is not refused`);
		}
	}

	async reload() {
		const answer = await this.asking.call('rules.reload', {});
		if (answer.error !== undefined)
			this.failed(answer.error);
	}

	/* Those since the last time: {p50, p99}. */
	take() {
		const sorted = this.latencies.sort((a, b) => a - b);
		this.latencies = [];
		const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
		return {p50: at(0.5), p99: at(0.99)};
	}

	async close() {
		clearInterval(this.timer);
		for (let rounds = 0; this.owed > 0 && rounds < 60000 / TICK_MS; rounds++)
			await new Promise((resolve) => setTimeout(resolve, TICK_MS));
		for (const client of [...this.clients, this.asking])
			client.close();
	}
}

module.exports = {Load};
