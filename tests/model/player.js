'use strict';
/*
 * Plays one history against the daemon and compares each answer with the
 * model's. What is found different is kept, not thrown.
 */

const {isDeepStrictEqual} = require('node:util');

const {decide, importOutcome} = require('./decide.js');
const {differences} = require('./compare.js');

const ADDED_BY_THE_LOG = ['decision_id', 'sequence', 'decided_at', 'rules', 'log'];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/* Without the members that only the log can know, and the rules' own words. */
function comparable(result) {
	const copy = structuredClone(result);
	for (const name of ADDED_BY_THE_LOG)
		delete copy[name];
	for (const award of copy.awards ?? []) {
		delete award.title;
		for (const each of award.criteria ?? []) {
			delete each.says;
			delete each.reason;
		}
	}
	return copy;
}

const isWords = (value) => typeof value === 'string' && value.length > 0;

/* What must be said in words, in some words. */
function wordless(result) {
	const found = [];
	for (const award of result.awards ?? []) {
		if (!isWords(award.title))
			found.push({at: `/awards/${award.id}/title`, actual: award.title});
		for (const each of award.criteria ?? []) {
			if (!isWords(each.says) || !isWords(each.reason))
				found.push({at: `/awards/${award.id}/${each.id}`, actual: each});
		}
	}
	if (!DIGEST.test(result.rules?.digest))
		found.push({at: '/rules/digest', actual: result.rules});
	return found;
}

function unlogged(result) {
	const found = [];
	if (!isWords(result.decision_id))
		found.push({at: '/decision_id', actual: result.decision_id});
	if (!Number.isInteger(result.sequence) || result.sequence < 1)
		found.push({at: '/sequence', actual: result.sequence});
	if (!INSTANT.test(result.decided_at))
		found.push({at: '/decided_at', actual: result.decided_at});
	if (!/^[0-9a-f]{64}$/.test(String(result.log?.leaf_hash).replace(/^sha256:/, '')))
		found.push({at: '/log/leaf_hash', actual: result.log});
	return found;
}

class Player {
	constructor(client, history) {
		this.client = client;
		this.history = history;
		this.entries = [];      /* the partnership's history, as the model keeps it */
		this.made = [];         /* by step: the entries it made */
		this.answers = [];      /* by step */
		this.checked = 0;
		this.faults = [];
	}

	async play() {
		const running = [];
		for (const [at, step] of this.history.steps.entries()) {
			/* What names an earlier answer needs it; the rest may be on its way together. */
			if (!this.history.pipelined || step.does === 'revoke' || step.does === 'assess')
				await Promise.all(running.splice(0));
			running.push(this.take(step, at));
			if (step.does === 'revoke' || step.does === 'assess')
				await Promise.all(running.splice(0));
		}
		await Promise.all(running);
	}

	/* Sends a step at once, and gives the promise of its having been checked. */
	take(step, at) {
		switch (step.does) {
		case 'decide': return this.decide(step, at);
		case 'assess': return this.assess(step, at);
		case 'import': return this.import(step, at);
		case 'revoke': return this.revoke(step, at);
		case 'replay': return this.replay(step, at);
		default: return this.refused(step, at);
		}
	}

	compare(at, expected, actual, more = []) {
		this.checked++;
		const found = [...differences(expected, actual), ...more];
		if (found.length > 0)
			this.faults.push({at, step: this.history.steps[at], found});
	}

	/* The result, or undefined where the answer is an error, which is then a fault. */
	resultOf(at, answer) {
		if (answer.result !== undefined)
			return answer.result;
		this.compare(at, 'a result', answer);
		return undefined;
	}

	async decide(step, at) {
		const expected = decide(this.entries, step.submission);
		const entry = {kind: 'decision', submission: step.submission, result: expected,
			revoked: false};
		this.entries.push(entry);
		this.made[at] = entry;
		this.answers[at] = this.client.call('decide', step.submission);
		const result = this.resultOf(at, await this.answers[at]);
		if (result === undefined)
			return;
		this.compare(at, expected, comparable(result),
			[...wordless(result), ...unlogged(result)]);
		/* The model's outcome stands for what follows; only the log's names are taken over. */
		entry.result = {...expected, decision_id: result.decision_id, sequence: result.sequence};
		entry.answered = result;
	}

	async assess(step, at) {
		const expected = decide(this.entries, step.submission);
		const result = this.resultOf(at, await this.client.call('assess', step.submission));
		if (result === undefined)
			return;
		const logged = ['decision_id', 'sequence', 'decided_at'].filter((name) => name in result)
			.map((name) => ({at: `/${name}`, actual: result[name]}));
		this.compare(at, expected, comparable(result), [...wordless(result), ...logged]);
	}

	async import(step, at) {
		let known = 0;
		this.made[at] = null;
		for (const given of step.awards) {
			const award = {route: 'new-entry', precision: 'day', ...given,
				commendations: given.commendations ?? []};
			const logged = {precision: 'day', ...given};
			if (this.knows(logged)) {
				known++;
				continue;
			}
			const entry = {kind: 'import', award, logged, outcome: importOutcome(award),
				revoked: false};
			this.entries.push(entry);
			this.made[at] ??= entry;
		}
		const call = this.client.call('register.import', {awards: step.awards});
		const result = this.resultOf(at, await call);
		if (result !== undefined)
			this.compare(at, {imported: step.awards.length - known, already_known: known},
				{imported: result.imported, already_known: result.already_known});
	}

	/* A revoked import gives place to one that says anything else. */
	knows(logged) {
		const same = this.entries.filter((entry) => {
			const made = entry.kind === 'import' ? entry.outcome : entry.result.outcome;
			return made.award === logged.award && made.awarded_on === logged.awarded_on;
		});
		const newest = same.at(-1);
		return same.some((entry) => !entry.revoked) ||
			(newest !== undefined && (newest.kind === 'decision' ||
				isDeepStrictEqual(newest.logged, logged)));
	}

	async revoke(step, at) {
		const entry = this.made[step.of];
		const id = entry == null ? null : await this.idOf(entry);
		if (id == null)
			return;
		const {by, reason} = step;
		const answer = await this.client.call('decisions.revoke', {decision_id: id, by, reason});
		if (entry.revoked) {
			this.compare(at, -32003, answer.error?.code);
		} else {
			entry.revoked = true;
			if (this.resultOf(at, answer) !== undefined)
				this.compare(at, true, true);
		}
	}

	/* An imported award's id is in the register, while it is the latest of its day. */
	async idOf(entry) {
		if (entry.kind === 'decision')
			return entry.result.decision_id;
		const {partnership, awarded_on: on, source} = entry.award;
		const answer = await this.client.call('register.list', {partnership, on});
		const row = answer.result?.awards.find((each) => each.source === source);
		return row?.decision_id ?? null;
	}

	async replay(step, at) {
		const answers = [this.answers[step.of], this.client.call('decide', step.submission)];
		const [first, again] = await Promise.all(answers);
		this.compare(at, first.result, again.result);
	}

	async refused(step, at) {
		const answer = await this.client.call('decide', step.submission);
		if (step.does === 'conflict') {
			const first = await this.answers[step.of];
			this.compare(at, {code: -32003, id: first.result?.decision_id},
				{code: answer.error?.code, id: answer.error?.data?.decision_id});
			return;
		}
		const errors = answer.error?.data?.errors ?? [];
		const pointers = [...new Set(errors.map((each) => each.pointer))].sort();
		const silent = errors.filter((each) => !isWords(each.message));
		this.compare(at, {code: -32602, pointers: step.pointers},
			{code: answer.error?.code, pointers}, silent);
	}
}

module.exports = {Player};
