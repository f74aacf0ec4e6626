"""Prints, a JSON object a line, what others have published or made for WebAuthnVectorTests. usage: vectors.py FOLDER_OF_AUTHENTICATOR

{"kind": "signature", "source", "key": COSE_Key, "message", "signature", "valid"}: cryptography-vectors
{"kind": "key", "source", "key", "valid"}
{"kind": "create", "name", "challenge", "credentialID", "clientDataJSON", "attestationObject", "problem"}: made by Yubico's fido2
{"kind": "get", "name", "key", "challenge", "clientDataJSON", "authenticatorData", "signature"}
Bytes are in hexadecimal.
"""
import json
import sys
from pathlib import Path

import cryptography_vectors
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from fido2 import cbor

sys.path.insert(0, sys.argv[1])
from authenticator import ALGORITHMS, Authenticator, b64u, certificate, make_key, sign, unb64u  # noqa: E402

FOLDER = Path(cryptography_vectors.__file__).parent / "asymmetric"


NAMES = {"credential_id": "credentialID", "client_data_json": "clientDataJSON", "attestation_object": "attestationObject",
         "authenticator_data": "authenticatorData"}


def say(**members):
    print(json.dumps({NAMES.get(k, k): v.hex() if isinstance(v, bytes) else v for k, v in members.items()}))


def blocks(path, section):
    """The records of one `[section]` of a NIST .rsp file; a name stays until it is said again."""
    inside, record = False, {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            inside, record = line.strip("[] ") == section, {}
        elif inside and "=" in line:
            name, value = (part.strip() for part in line.split("=", 1))
            record[name] = value
            if name == "Result":
                yield dict(record)


def es256(x, y):
    """Of hexadecimal numbers; some of NIST's are too long on purpose."""
    return cbor.encode({1: 2, 3: -7, -1: 1, -2: bytes.fromhex(x.zfill(len(x) + len(x) % 2)), -3: bytes.fromhex(y.zfill(len(y) + len(y) % 2))})


for r in blocks(FOLDER / "ECDSA/FIPS_186-3/SigVer.rsp", "P-256,SHA-256"):
    say(kind="signature", source="FIPS 186-3 SigVer", key=es256(r["Qx"], r["Qy"]), message=r["Msg"],
        signature=encode_dss_signature(int(r["R"], 16), int(r["S"], 16)), valid=r["Result"].startswith("P"))
for r in blocks(FOLDER / "ECDSA/FIPS_186-3/PKV.rsp", "P-256"):
    say(kind="key", source="FIPS 186-3 PKV", key=es256(r["Qx"], r["Qy"]), valid=r["Result"].startswith("P"))
for line in (FOLDER / "Ed25519/sign.input").read_text().splitlines():
    _, public, message, signature = line.split(":")[:4]
    key = cbor.encode({1: 1, 3: -8, -1: 6, -2: bytes.fromhex(public)})
    say(kind="signature", source="Ed25519 sign.input", key=key, message=message, signature=signature[:128], valid=True)
for r in blocks(FOLDER / "RSA/FIPS_186-2/SigVer15_186-3.rsp", "mod = 2048"):
    if r["SHAAlg"] == "SHA256" and int(r["e"], 16) == 65537:
        say(kind="signature", source="FIPS 186-3 SigVer15", key=cbor.encode({1: 3, 3: -257, -1: bytes.fromhex(r["n"]), -2: b"\1\0\1"}),
            message=r["Msg"], signature=r["S"], valid=r["Result"].startswith("P"))

CHALLENGE = b64u(bytes(range(32)))
OPTIONS = {"challenge": CHALLENGE, "user": {"id": b64u(b"user")}}


def create(name, authenticator, problem=None, **more):
    body = authenticator.create(OPTIONS, **more)
    say(kind="create", name=name, challenge=unb64u(CHALLENGE), problem=problem, **{k: unb64u(v) for k, v in body.items()})


for algorithm in ALGORITHMS:
    authenticator = Authenticator("example.com", "https://example.com", algorithm, aaguid=bytes(range(16)))
    for fmt in ("none", "packed", "x5c"):
        create(f"{algorithm} {fmt}", authenticator, fmt=fmt)
    create(f"{algorithm} with extensions", authenticator, fmt="packed", extensions={"credProtect": 2, "hmac-secret": True})
    public = cbor.encode(dict(ALGORITHMS[algorithm].from_cryptography_key(authenticator.key.public_key())))
    body = authenticator.get(OPTIONS)
    say(kind="get", name=str(algorithm), key=public, challenge=unb64u(CHALLENGE), **{k: unb64u(v) for k, v in body.items()})


class Certified(Authenticator):
    """Attests by a certificate that is not quite right."""

    def __init__(self, certificate_algorithm=-7, signed_by=None, **about):
        super().__init__("example.com", "https://example.com", aaguid=bytes(range(16)))
        self.certificate_algorithm, self.signed_by, self.about = certificate_algorithm, signed_by, about

    def statement(self, fmt, signed):
        key = make_key(self.certificate_algorithm)
        about = {"aaguid": self.aaguid, **self.about}
        if self.certificate_algorithm == -8:
            about["algorithm"] = None
        return {"alg": self.certificate_algorithm, "sig": sign(self.signed_by or key, signed), "x5c": [certificate(key, **about)]}


for algorithm in ALGORITHMS:
    create(f"certificate {algorithm}", Certified(algorithm), fmt="x5c")
create("certificate without a model", Certified(version_extension=False), fmt="x5c")
create("certificate of another model", Certified(aaguid=bytes(16)), "certificate of another model", fmt="x5c")
create("certificate of an authority", Certified(ca=True), "certificate authority", fmt="x5c")
create("certificate of another unit", Certified(unit="Something"), "certificate subject", fmt="x5c")
create("signed by another key", Certified(signed_by=make_key(-7)), "signature", fmt="x5c")
