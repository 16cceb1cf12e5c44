// What the published JSON Schema of an Open Badges 3.0 AchievementCredential asks of the
// members that the plugin writes, told anew: the schema itself may not be kept here.

const isText = it => typeof it === 'string';
const isInstant = it => isText(it) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(it);
const isKind = (...kinds) => it => Array.isArray(it) && it.every(isText) && kinds.some(kind => it.includes(kind));
const isListOf = shape => it => Array.isArray(it) && it.length > 0 && it.every(one => faultsOf(one, shape).length === 0);

// Members that must be there.
const achievement = {
	id: isText, type: isKind('Achievement'), name: isText, description: isText,
	criteria: {id: isText, narrative: isText},
	achievementType: it => it === 'Award' || /^ext:[A-Za-z0-9._-]+$/.test(it),
};
const evidence = {type: isKind('Evidence'), id: isText, name: isText, description: isText, narrative: isText};
const proof = {
	type: isText, created: isInstant, cryptosuite: isText, verificationMethod: isText,
	proofPurpose: isText, proofValue: isText,
};
const credential = {
	'@context': it => Array.isArray(it) && it[0] === 'https://www.w3.org/ns/credentials/v2' &&
		/^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/context(-3\.\d\.\d)?\.json$/.test(it[1]),
	id: isText,
	type: it => isKind('VerifiableCredential')(it) && isKind('OpenBadgeCredential', 'AchievementCredential')(it),
	name: isText,
	issuer: {id: isText, type: isKind('Profile'), name: isText, url: isText},
	validFrom: isInstant,
	validUntil: isInstant,
	credentialSubject: {id: isText, type: isKind('AchievementSubject'), achievement},
	credentialStatus: {id: isText, type: isText},
	evidence: isListOf(evidence),
	proof,
};

// Gives the ways to what does not fit, or is not there.
export function faultsOf(document, shape = credential, way = '') {
	return Object.entries(shape).flatMap(([name, fits]) => {
		const value = document?.[name], at = `${way}/${name}`;
		return typeof fits === 'function' ? fits(value) ? [] : [at] : faultsOf(value, fits, at);
	});
}

// Gives every way to a member that the shape asks for, as a list of names.
export function* asked(shape = credential, way = []) {
	for (const [name, fits] of Object.entries(shape)) {
		yield [...way, name];
		if (typeof fits !== 'function')
			yield* asked(fits, [...way, name]);
	}
}
