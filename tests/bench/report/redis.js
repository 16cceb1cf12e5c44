'use strict';
/* As much of Redis's protocol as is needed: commands out, texts, numbers and errors back. */

const net = require('net');

function encode(words) {
	return `*${words.length}\r\n${words.map((word) =>
		`$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/* Takes one answer from `bytes`: [answer, how many bytes], or null where it is not whole. */
function take(bytes) {
	const end = bytes.indexOf('\r\n');
	if (end < 0)
		return null;
	const line = bytes.toString('utf8', 1, end);
	const kind = String.fromCharCode(bytes[0]);
	if (kind === '-')
		return [new Error(line), end + 2];
	if (kind !== '$')
		return [line, end + 2];
	const whole = end + 2 + Number(line) + 2;
	return bytes.length < whole ? null : [bytes.toString('utf8', end + 2, whole - 2), whole];
}

/* Sends all commands at once; gives their answers in order. An error rejects. */
function callAll(socket, commands) {
	return new Promise((resolve, reject) => {
		const answers = [];
		let bytes = Buffer.alloc(0);
		const conn = net.connect(socket, () => conn.write(commands.map(encode).join('')));
		conn.on('error', reject);
		conn.on('close', () => reject(new Error('Redis closed the connection')));
		conn.on('data', (more) => {
			bytes = Buffer.concat([bytes, more]);
			for (let one; (one = take(bytes)) !== null;) {
				bytes = bytes.subarray(one[1]);
				answers.push(one[0]);
			}
			if (answers.length < commands.length)
				return;
			const failed = answers.find((answer) => answer instanceof Error);
			if (failed)
				reject(failed);
			else
				resolve(answers);
			conn.destroy();
		});
	});
}

const call = async (socket, words) => (await callAll(socket, [words]))[0];

module.exports = {call, callAll};
