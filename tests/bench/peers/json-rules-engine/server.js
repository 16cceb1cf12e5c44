'use strict';
/*
 * json-rules-engine behind a Unix socket: node server.js SOCKET LOG. One JSON-RPC message a
 * line, as awardd speaks it; a decision is answered when it is on disk. What came while the
 * last group was synced is the next group, and has one COMMIT.
 */

const fs = require('fs');
const net = require('net');
const Database = require('better-sqlite3');
const {judge, makeEngine} = require('./rules.js');
const {decide} = require('./decide.js');

const GROUP_MOST = 256;

class Log {
	constructor(path) {
		const db = new Database(path);
		db.pragma('journal_mode = WAL');
		db.pragma('synchronous = FULL');
		db.exec(`CREATE TABLE entry (
				sequence INTEGER PRIMARY KEY, at TEXT NOT NULL,
				submission_id TEXT UNIQUE, partnership TEXT NOT NULL,
				assessed_on TEXT NOT NULL, registered_on TEXT, name TEXT, award TEXT,
				net INTEGER NOT NULL, scores TEXT NOT NULL,
				submission TEXT NOT NULL, decision TEXT NOT NULL) STRICT;
			CREATE INDEX entry_partnership ON entry (partnership)`);
		this.insert = db.prepare('INSERT INTO entry VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?)');
		this.past = db.prepare(`SELECT assessed_on, registered_on, name, award, net, scores
			FROM entry WHERE partnership = ? ORDER BY sequence`);
		this.same = db.prepare(`SELECT sequence, at, submission, decision FROM entry
			WHERE submission_id = ?`);
		this.begin = db.prepare('BEGIN IMMEDIATE');
		this.commit = db.prepare('COMMIT');
	}

	history(partnership) {
		const rows = this.past.all(partnership);
		for (const row of rows)
			row.scores = JSON.parse(row.scores);
		return rows;
	}

	append(submission, decision, text, at) {
		const {outcome} = decision;
		return this.insert.run(at, submission.submission_id ?? null, submission.partnership.id,
			submission.assessed_on, submission.registered_on ?? null,
			submission.partnership.name ?? null, outcome.award, outcome.fee.net,
			JSON.stringify(submission.scores), JSON.stringify(submission),
			text).lastInsertRowid;
	}
}

class Server {
	constructor(log) {
		this.log = log;
		this.engine = makeEngine();
		this.waiting = [];
		this.running = false;
	}

	/* The text of the result, or an error. */
	async result(params) {
		const known = params.submission_id == null ? undefined :
			this.log.same.get(params.submission_id);
		if (known !== undefined && known.submission !== JSON.stringify(params))
			return {error: {code: -32003, message: 'decided before, with other content'}};
		if (known !== undefined)
			return Server.logged(known.decision, known.sequence, known.at);
		const met = await judge(this.engine, params);
		const decision = decide(params, met, this.log.history(params.partnership.id));
		const text = JSON.stringify(decision);
		const at = new Date().toISOString();
		return Server.logged(text, this.log.append(params, decision, text, at), at);
	}

	/* What the log adds is put into the text, which is made once. */
	static logged(text, sequence, at) {
		return `${text.slice(0, -1)},"decision_id":"${sequence}","sequence":${sequence},` +
			`"decided_at":"${at}"}`;
	}

	async answer({id, params}) {
		const result = await this.result(params);
		const told = typeof result === 'string' ? `"result":${result}` :
			`"error":${JSON.stringify(result.error)}`;
		return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${told}}\n`;
	}

	async group() {
		const those = this.waiting.splice(0, GROUP_MOST);
		const texts = new Map();
		this.log.begin.run();
		for (const {conn, line} of those) {
			const text = await this.answer(JSON.parse(line));
			texts.set(conn, (texts.get(conn) ?? '') + text);
		}
		this.log.commit.run();
		for (const [conn, text] of texts)
			conn.write(text);
		for (const {conn} of those) {
			if (--conn.owed === 0 && conn.readableEnded)
				conn.end();
		}
	}

	/* Between two groups the loop reads what came. */
	async run() {
		this.running = true;
		while (this.waiting.length > 0) {
			await this.group();
			await new Promise((resolve) => setImmediate(resolve));
		}
		this.running = false;
	}

	take(conn, lines) {
		for (const line of lines) {
			conn.owed++;
			this.waiting.push({conn, line});
		}
		if (!this.running && this.waiting.length > 0) {
			this.running = true;
			setImmediate(() => this.run());
		}
	}

	accept(conn) {
		let rest = '';
		conn.owed = 0;
		conn.setEncoding('utf8');
		conn.on('data', (text) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop();
			this.take(conn, lines);
		});
		conn.on('end', () => conn.owed === 0 && conn.end());
		conn.on('error', () => conn.destroy());
	}
}

const [socket, path] = process.argv.slice(2);
const server = new Server(new Log(path));
fs.rmSync(socket, {force: true});
net.createServer({allowHalfOpen: true}, (conn) => server.accept(conn))
	.listen(socket, () => console.log('ready'));
