'use strict';
/* One connection to a daemon: calls, one after the other. */

const net = require('net');

function open(socket) {
	return new Promise((resolve, reject) => {
		const stream = net.connect(socket, () => resolve(stream));
		stream.setEncoding('utf8').on('error', reject);
	});
}

/* Gives the whole answer. */
function call(stream, method, params) {
	return new Promise((resolve, reject) => {
		let said = '';
		const ended = () => reject(new Error(`${method}: the connection ended`));
		const hear = (text) => {
			said += text;
			if (!said.endsWith('\n'))
				return;
			stream.off('data', hear).off('close', ended);
			resolve(JSON.parse(said));
		};
		stream.on('data', hear).on('close', ended);
		stream.write(`${JSON.stringify({jsonrpc: '2.0', id: 1, method, params})}\n`);
	});
}

module.exports = {call, open};
