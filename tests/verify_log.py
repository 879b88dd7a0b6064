#!/usr/bin/env python3
"""A second verifier of haoren's vote logs. It shares no code with the first and needs nothing that docs/public-log.md does
not say. Standard library alone, with an Ed25519 (RFC 8032) of its own. usage: verify_log.py log.ndjson head.json [key]"""
import base64, collections, hashlib, json, re, sys

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, I = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)

def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    assert y < P and (x * x - square) % P == 0 and (x or not sign), "no point of the curve"
    return P - x if x & 1 != sign else x

def point(data):
    number = int.from_bytes(data, "little")
    y = number % 2**255
    x = recover_x(y, number >> 255)
    return x, y, 1, x * y % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(scalar, p):
    product = 0, 1, 1, 0
    while scalar:
        if scalar & 1:
            product = add(product, p)
        p, scalar = add(p, p), scalar >> 1
    return product

def signature_holds(public, text, signature):
    base_y = 4 * pow(5, -1, P) % P
    base_x = recover_x(base_y, 0)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little") % L
    left, right = times(s, (base_x, base_y, 1, base_x * base_y % P)), add(point(r), times(h, point(public)))
    return s < L and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))

def open_head(path, key):
    head = json.load(open(path, encoding="utf-8"))
    name, key_hash, encoded = (key or head["key"]).split("+", 2)
    public = base64.b64decode(encoded, validate=True)
    assert public[0] == 1 and len(public) == 33, "no Ed25519 key"
    wanted = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    assert wanted.hex() == key_hash, "the key's hash is wrong"
    text, signatures = head["note"].rsplit("\n\n", 1)
    text = (text + "\n").encode()
    lines = [line.split(" ")[2] for line in signatures.split("\n") if line.startswith(f"\u2014 {name} ")]
    mine = [data[4:] for data in (base64.b64decode(line, validate=True) for line in lines) if data[:4] == wanted]
    assert mine and all(signature_holds(public[1:], text, one) for one in mine), "the head's signature does not hold"
    origin, size, root = text.decode().split("\n")[:3]
    assert origin == name, "the head is of another log"
    return int(size), base64.b64decode(root, validate=True)

VOTE = re.compile(r'\{"seq":(0|[1-9]\d*),"kind":"vote","candidate":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",'
                  r'"day":(null|"\d{4}-\d\d-\d\d"),"voter":"([0-9a-f]{32})","minute":"\d{4}-\d\d-\d\dT\d\d:\d\dZ"\}')
INVALIDATION = re.compile(r'\{"seq":(0|[1-9]\d*),"kind":"invalidation","vote":(0|[1-9]\d*),"reason":"(?:[^"\\]|\\.)*",'
                          r'"minute":"\d{4}-\d\d-\d\dT\d\d:\d\dZ"\}')

def check(log_path, head_path, key=None):
    size, root = open_head(head_path, key)
    subtrees, votes, cast, invalid = [], {}, set(), set()
    for seq, line in enumerate(open(log_path, "rb")):
        assert line.endswith(b"\n"), f"line {seq + 1} is cut off"
        text = line[:-1].decode()
        vote, invalidation = VOTE.fullmatch(text), INVALIDATION.fullmatch(text)
        assert (vote or invalidation) and int((vote or invalidation)[1]) == seq, f"line {seq + 1} is not entry {seq}"
        if vote:
            assert (span := vote.group(2, 3, 4)) not in cast, f"line {seq + 1} is voted a second time"
            cast.add(span)
            votes[seq] = vote[2]
        else:
            assert (of := int(invalidation[2])) in votes and of not in invalid, f"line {seq + 1} invalidates no vote"
            invalid.add(of)
        subtrees.append((1, hashlib.sha256(b"\0" + line[:-1]).digest()))
        while len(subtrees) > 1 and subtrees[-1][0] == subtrees[-2][0]:
            (width, right), (_, left) = subtrees.pop(), subtrees.pop()
            subtrees.append((2 * width, hashlib.sha256(b"\1" + left + right).digest()))
    assert sum(width for width, _ in subtrees) == size, "the head has another number of entries"
    computed = subtrees.pop()[1] if subtrees else hashlib.sha256().digest()
    while subtrees:
        computed = hashlib.sha256(b"\1" + subtrees.pop()[1] + computed).digest()
    assert computed == root, "the root is another one"
    print("root", base64.b64encode(root).decode())
    tally = collections.Counter(candidate for seq, candidate in votes.items() if seq not in invalid)
    for candidate in sorted(set(votes.values()), key=lambda one: (-tally[one], one)):
        print(candidate, tally[candidate])

check(*sys.argv[1:])
