"""Checks credentials with Debian's python3-pyld and python3-nacl, and the evidence
in them by RFC 6962. Nothing is fetched; the contexts are the files of the npm packages.

    /usr/bin/python3 check.py DIR CONTEXTS    DIR as open_badge_test.c fills it,
                                              CONTEXTS from contexts.js
"""
import base64
import gzip
import hashlib
import json
import os
import re
import sys

import nacl.exceptions
import nacl.signing
from pyld import jsonld

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DIR, CONTEXTS = sys.argv[1:3]


def read(name):
    with open(os.path.join(DIR, name), encoding="utf-8") as f:
        return json.load(f)


with open(CONTEXTS, encoding="utf-8") as f:
    KNOWN = json.load(f)


def load(url, _options):
    return {"contextUrl": None, "documentUrl": url, "document": KNOWN[url]}


def base58(text):
    assert text[0] == "z"
    number = 0
    for c in text[1:]:
        number = number * 58 + DIGITS.index(c)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def digest(document):
    quads = jsonld.normalize(document, {"algorithm": "URDNA2015", "format": "application/n-quads",
                                        "documentLoader": load})
    return hashlib.sha256(quads.encode()).digest()


def is_signed(document):
    """Whether the key that its proof names, one of did:key, signed the document."""
    rest = dict(document)
    options = dict(rest.pop("proof"))
    signature = base58(options.pop("proofValue"))
    options["@context"] = document["@context"]
    issuer = document["issuer"]
    issuer = issuer if isinstance(issuer, str) else issuer["id"]
    assert options["verificationMethod"] == f"{issuer}#{issuer.removeprefix('did:key:')}"
    key = base58(issuer.removeprefix("did:key:"))
    assert key[:2] == b"\xed\x01"
    try:
        nacl.signing.VerifyKey(key[2:]).verify(digest(options) + digest(rest), signature)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def is_revoked(credential, status_list):
    """What the list says, which must be signed and the one that is named."""
    status, subject = credential["credentialStatus"], status_list["credentialSubject"]
    assert is_signed(status_list)
    assert status_list["id"] == status["statusListCredential"]
    assert status_list["issuer"] == credential["issuer"]["id"]
    assert subject["statusPurpose"] == status["statusPurpose"] == "revocation"
    coded = subject["encodedList"]
    assert coded[0] == "u"
    bits = gzip.decompress(base64.urlsafe_b64decode(coded[1:] + "=" * (-len(coded[1:]) % 4)))
    assert len(bits) * 8 == 131072
    index = int(status["statusListIndex"])
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def is_current(credential, now):
    return credential["validFrom"] <= now < credential["validUntil"]


def root_of(leaf, index, size, path):
    """RFC 9162, 2.1.3.2."""
    at, last, node = index, size - 1, leaf
    for sibling in path:
        assert last > 0
        if at & 1 or at == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    assert last == 0
    return node


def is_proved(credential, digest_of_rules):
    """Whether the evidence shows, by itself, that the decision is in the log."""
    decision, proof = credential["evidence"]
    leaf = bytes.fromhex(re.search("leaf hash is ([0-9a-f]{64})$", decision["description"])[1])
    assert digest_of_rules in decision["description"]
    head, checkpoint = proof["narrative"].split("\n\n", 1)
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index ")
    body, signatures = checkpoint.split("\n\n")
    origin, size, root = body.split("\n")
    if root_of(leaf, int(lines[1][6:]), int(size),
               [base64.b64decode(line) for line in lines[2:]]) != base64.b64decode(root):
        return False
    name, _, coded = proof["description"].rsplit(" ", 1)[1].split("+", 2)
    mark, signer, signature = signatures.strip().split(" ")
    assert mark == "\u2014" and name == signer == origin
    key = base64.b64decode(coded)
    assert key[0] == 1
    nacl.signing.VerifyKey(key[1:]).verify((body + "\n").encode(),
                                           base64.b64decode(signature)[4:])
    return True


def texts(value, path=()):
    """Every text in a document, as a way to it."""
    if isinstance(value, str):
        yield path
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield from texts(value[key], (*path, key))


def altered(document, path):
    """The document with a letter in the middle of one text become another."""
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    text = place[path[-1]]
    at = len(text) // 2
    place[path[-1]] = text[:at] + ("y" if text[at] == "x" else "x") + text[at + 1:]
    return copy


credential, other, unusual = (read(n + ".json") for n in ("credential", "other", "unusual"))
before, after = read("before.json"), read("after.json")
decision = read("decision.json")

for one in (credential, other, unusual):
    assert is_signed(one)
    assert is_proved(one, decision["rules"]["digest"])
    assert not is_revoked(one, before)
    assert is_current(one, "2025-01-01T00:00:00Z")
assert not is_current(credential, "2040-01-01T00:00:00Z")
assert is_revoked(credential, after) and not is_revoked(other, after)

subject = credential["credentialSubject"]
assert subject["name"] == decision["partnership"]["name"]
assert credential["validFrom"] == decision["outcome"]["awarded_on"] + "T00:00:00Z"
assert credential["validUntil"] == decision["outcome"]["expires_on"] + "T00:00:00Z"
assert decision["decision_id"] in credential["evidence"][0]["name"]
assert credential["id"].endswith("/credentials/" + decision["decision_id"])

count = 0
for place in texts(credential):
    if place[0] not in ("@context", "proof", "issuer"):
        assert not is_signed(altered(credential, place)), place
        count += 1
assert count > 20
for place in (["credentialSubject", "encodedList"], ["validFrom"]):
    assert not is_signed(altered(after, place)), place
lost = json.loads(json.dumps(credential))
lost["evidence"][0]["description"] = re.sub("[0-9a-f]{64}$", "0" * 64,
                                            lost["evidence"][0]["description"])
assert not is_proved(lost, decision["rules"]["digest"])
print(f"signed, proved by the log, expired, revoked; {count} alterations refused")
