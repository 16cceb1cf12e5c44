'use strict';
/* What it was measured on. */

const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFileSync} = require('child_process');
const {PEERS, SOURCE} = require('./servers.js');

function said(command, ...words) {
	try {
		return execFileSync(command, words, {stdio: ['ignore', 'pipe', 'ignore']})
			.toString().trim().split('\n')[0];
	} catch {
		return 'unknown';
	}
}

function version(package_) {
	const file = path.join(PEERS, 'json-rules-engine', 'node_modules', package_, 'package.json');
	return JSON.parse(fs.readFileSync(file)).version;
}

function system() {
	const line = fs.readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="(.*)"$/m);
	return line === null ? 'unknown' : line[1];
}

function describe(build) {
	const cpus = os.cpus();
	const changed = said('git', '-C', SOURCE, 'status', '--porcelain');
	return {
		taken_on: new Date().toISOString().slice(0, 10),
		processor: `${cpus.length} × ${cpus[0].model.trim()}`,
		memory_gib: Math.round(os.totalmem() / 2 ** 30),
		kernel: `${os.type()} ${os.release()}`,
		system: system(),
		file_system: said('findmnt', '-no', 'FSTYPE', '-T', os.tmpdir()),
		awardd: `${said(path.join(build, 'awardd'), '--version')}, commit ` +
			said('git', '-C', SOURCE, 'rev-parse', '--short', 'HEAD') +
			(changed === '' ? '' : ' with changes'),
		redis: said('redis-server', '--version').replace(/^.*v=([^ ]*).*$/, '$1'),
		node: process.versions.node,
		'json-rules-engine': version('json-rules-engine'),
		'better-sqlite3': version('better-sqlite3'),
	};
}

module.exports = {describe};
