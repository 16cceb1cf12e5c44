#!/usr/bin/env node
'use strict';
/*
 * Verifies a .tlog-proof with the verifier of the Sigstore project, which knows
 * nothing of this one: the signatures of its checkpoint, and the inclusion.
 *
 *   npm ci --prefix tests/verifiers
 *   node tests/verifiers/verify.js --vkey KEY --proof FILE [--entry FILE]
 *
 * Each check prints a line; the first that fails prints why and ends the program
 * with 1. What cannot be read, and a wrong command line, end it with 2.
 */

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const {parseArgs} = require('node:util');

class Refusal extends Error {}

function giveUp(message) {
	console.error(`verify.js: ${message}`);
	process.exit(2);
}

/* Not what the package offers by name, so its version is pinned. */
function sigstore(file) {
	try {
		return require(path.join(__dirname, 'node_modules/@sigstore/verify/dist/timestamp', file));
	} catch (error) {
		if (error.code !== 'MODULE_NOT_FOUND')
			throw error;
		return giveUp('@sigstore/verify is not installed: npm ci --prefix tests/verifiers');
	}
}

const {verifyCheckpoint} = sigstore('checkpoint.js');
const {verifyMerkleInclusion} = sigstore('merkle.js');

function read(file) {
	try {
		return fs.readFileSync(file);
	} catch (error) {
		return giveUp(error.message);
	}
}

/* A verifier key, as the log that Sigstore would know by its key. */
function logOf(vkey) {
	const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ??
		giveUp(`${vkey} is no verifier key`);
	const material = Buffer.from(base64, 'base64');
	const made = crypto.createHash('sha256').update(`${name}\n`).update(material).digest();

	if (material.length !== 33 || material[0] !== 1 || made.toString('hex', 0, 4) !== id)
		giveUp(`${vkey} is no Ed25519 verifier key, or was changed`);
	return {
		logID: made,
		publicKey: crypto.createPublicKey({
			key: {kty: 'OKP', crv: 'Ed25519', x: material.toString('base64url', 1)},
			format: 'jwk',
		}),
		validFor: {start: new Date(0), end: new Date(1)},
	};
}

/* The members of an entry that Sigstore's functions look at. */
function entryOf(text, given) {
	const end = text.indexOf('\n\n');
	const lines = text.slice(0, end).split('\n');
	const envelope = text.slice(end + 2);
	const [, size, root] = envelope.split('\n');

	if (end < 0 || lines.shift() !== 'c2sp.org/tlog-proof@v1')
		throw new Refusal('it is no proof of c2sp.org/tlog-proof@v1');
	const extra = lines[0]?.startsWith('extra ') ? Buffer.from(lines.shift().slice(6), 'base64') : null;
	const index = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? '');
	if (index === null || !/^(0|[1-9][0-9]*)$/.test(size ?? '') || root === undefined)
		throw new Refusal('it has no index, or its checkpoint no size and root');
	if (given === null && extra === null)
		giveUp('the proof holds no entry: give --entry');
	if (given !== null && extra !== null && !given.equals(extra))
		throw new Refusal('the entry is not the one in the proof');
	return {
		integratedTime: '0',
		canonicalizedBody: given ?? extra,
		inclusionProof: {
			logIndex: index[1],
			treeSize: size,
			rootHash: Buffer.from(root, 'base64'),
			hashes: lines.map((line) => Buffer.from(line, 'base64')),
			checkpoint: {envelope},
		},
	};
}

function step(name, work) {
	try {
		const result = work();
		console.log(`ok       ${name}`);
		return result;
	} catch (error) {
		if (!(error instanceof Refusal) && error.code !== 'TLOG_INCLUSION_PROOF_ERROR')
			throw error;
		console.log(`REFUSED  ${name}: ${error.message}`);
		return process.exit(1);
	}
}

function options() {
	try {
		return parseArgs({options: {
			vkey: {type: 'string', multiple: true, default: []},
			proof: {type: 'string'},
			entry: {type: 'string'},
		}}).values;
	} catch (error) {
		return giveUp(error.message);
	}
}

const {vkey: vkeys, proof, entry: entryFile} = options();
if (vkeys.length === 0 || proof === undefined)
	giveUp('give --vkey KEY and --proof FILE, and --entry FILE where the proof holds none');
const logs = vkeys.map(logOf);
const text = read(proof).toString('utf8');
const given = entryFile === undefined ? null : read(entryFile);

const entry = step('the proof is one', () => entryOf(text, given));
step('checkpoint: every signature is of a key given', () => verifyCheckpoint(entry, logs));
step(`inclusion: entry ${BigInt(entry.inclusionProof.logIndex) + 1n} of ${
	entry.inclusionProof.treeSize}`, () => verifyMerkleInclusion(entry));
