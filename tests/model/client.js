'use strict';
/* A JSON-RPC 2.0 client of our own: one message a line over a Unix socket. */

const net = require('node:net');

class Client {
	constructor(socket) {
		this.socket = socket;
		this.waiting = new Map();
		this.nextId = 1;
		this.rest = '';
		socket.setEncoding('utf8');
		socket.on('data', (text) => this.read(text));
		socket.on('close', () => this.fail(new Error('the daemon closed the connection')));
		socket.on('error', (error) => this.fail(error));
	}

	static connect(path) {
		return new Promise((resolve, reject) => {
			const socket = net.connect(path, () => resolve(new Client(socket)));
			socket.once('error', reject);
		});
	}

	read(text) {
		const lines = (this.rest + text).split('\n');
		this.rest = lines.pop();
		for (const line of lines) {
			const answer = JSON.parse(line);
			const waiter = this.waiting.get(answer.id);
			if (waiter === undefined)
				throw new Error(`an answer nobody waits for: ${line}`);
			this.waiting.delete(answer.id);
			waiter.resolve(answer);
		}
	}

	fail(error) {
		for (const waiter of this.waiting.values())
			waiter.reject(error);
		this.waiting.clear();
	}

	/* Resolves with the whole answer: {result} or {error}. */
	call(method, params) {
		const id = this.nextId++;
		return new Promise((resolve, reject) => {
			this.waiting.set(id, {resolve, reject});
			this.socket.write(`${JSON.stringify({jsonrpc: '2.0', id, method, params})}\n`);
		});
	}

	close() {
		this.socket.destroy();
	}
}

module.exports = {Client};
