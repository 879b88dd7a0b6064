#!/usr/bin/env python3
"""Checks a package as the provincial portal would: nothing of the server is used here, and another library.

    verify_package.py PACKAGE.zip MANIFEST SIGNATURE JWKS

The ZIP, the manifest and the signature are what the server answered, to the byte; JWKS is /.well-known/jwks.json.
Ends with 0 and one line when all is well, with 1 and the first thing that is wrong, with 3 where `cryptography` is
not installed.
"""

import base64
import hashlib
import json
import sys
import zipfile

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit(3)


def fail(what):
    print(what, file=sys.stderr)
    sys.exit(1)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check_signature(manifest, signature, keys):
    parts = signature.split(".")
    if len(parts) != 3 or parts[1] != "":
        fail("the signature is not detached")
    header = json.loads(decoded(parts[0]))
    if header["alg"] != "EdDSA" or header["typ"] != "haoren-manifest+jws":
        fail(f"the signature is of another kind: {header}")
    key = next((key for key in keys["keys"] if key["kid"] == header["kid"]), None)
    if key is None or (key["kty"], key["crv"], key["use"]) != ("OKP", "Ed25519", "sig"):
        fail("the key of the signature is not published")
    signed = parts[0] + "." + base64.urlsafe_b64encode(manifest).rstrip(b"=").decode()
    try:
        Ed25519PublicKey.from_public_bytes(decoded(key["x"])).verify(decoded(parts[2]), signed.encode())
    except InvalidSignature:
        fail("the signature does not fit the manifest")


def check_files(package, manifest):
    if package.read("manifest.json") != manifest:
        fail("the manifest in the package is another one")
    listed = json.loads(manifest)["files"]
    paths = [entry.filename for entry in package.infolist()]
    if paths != ["manifest.json"] + [file["path"] for file in listed]:
        fail("the package holds other files than the manifest lists")
    for file in listed:
        content = package.read(file["path"])
        if len(content) != file["size"] or hashlib.sha256(content).hexdigest() != file["sha256"]:
            fail(f"{file['path']} is not what the manifest says")
    for candidate in json.loads(manifest)["candidates"]:
        for path in candidate["files"]:
            if not path.startswith(candidate["folder"] + "/") or path not in paths:
                fail(f"{path} is not where it should be")
    return len(listed)


def main():
    package, manifest, signature, keys = sys.argv[1:]
    manifest = open(manifest, "rb").read()
    check_signature(manifest, open(signature).read(), json.load(open(keys)))
    with zipfile.ZipFile(package) as archive:
        count = check_files(archive, manifest)
    print(f"good: {count} files, signed")


main()
