"""A WebAuthn authenticator in software: keys by `cryptography`, every structure by Yubico's `fido2`, nothing by Weft."""
import base64
import datetime
import hashlib
import json
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fido2.cose import ES256, RS256, EdDSA
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ALGORITHMS = {-7: ES256, -8: EdDSA, -257: RS256}


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def make_key(algorithm):
    if algorithm == -7:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == -8:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def sign(key, message):
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message)


class Authenticator:
    """One credential. What a ceremony says can be changed by keyword: challenge, origin, type, rp_id, flags, count, key, extensions."""

    UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80

    def __init__(self, rp_id, origin, algorithm=-7, aaguid=bytes(16)):
        self.rp_id, self.origin, self.algorithm, self.aaguid = rp_id, origin, algorithm, aaguid
        self.key = make_key(algorithm)
        self.credential_id = secrets.token_bytes(32)
        self.count = 0
        self.user_handle = None

    def client_data(self, kind, challenge, origin=None, **members):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False, **members}).encode()

    def authenticator_data(self, attested, rp_id=None, flags=None, count=None, extensions=None):
        flags = (self.UP | self.UV if flags is None else flags) | (self.AT if attested else 0) | (self.ED if extensions else 0)
        credential = b""
        if attested:
            public = ALGORITHMS[self.algorithm].from_cryptography_key(self.key.public_key())
            credential = AttestedCredentialData.create(self.aaguid, self.credential_id, public)
        return AuthenticatorData.create(hashlib.sha256((rp_id or self.rp_id).encode()).digest(), flags,
                                        self.count if count is None else count, credential, extensions)

    # registration

    def create(self, options, *, fmt="none", challenge=None, origin=None, type="webauthn.create", nested=False, members=None,
               statement=None, **said):
        """The documented body; with `nested` what `PublicKeyCredential.toJSON()` gives in a browser."""
        self.user_handle = unb64u(options["user"]["id"])
        client_data = self.client_data(type, challenge or options["challenge"], origin, **(members or {}))
        data = self.authenticator_data(True, **said)
        if statement is None:
            statement = self.statement(fmt, data + hashlib.sha256(client_data).digest())
        attestation = bytes(AttestationObject.create("packed" if fmt == "x5c" else fmt, data, statement))
        if nested:
            return {"id": b64u(self.credential_id), "rawId": b64u(self.credential_id), "type": "public-key",
                    "authenticatorAttachment": "cross-platform", "clientExtensionResults": {"credProps": {"rk": True}},
                    "response": {"clientDataJSON": b64u(client_data), "attestationObject": b64u(attestation), "transports": ["usb", "nfc"],
                                 "authenticatorData": b64u(data), "publicKeyAlgorithm": self.algorithm}}
        return {"credential_id": b64u(self.credential_id), "attestation_object": b64u(attestation), "client_data_json": b64u(client_data)}

    def statement(self, fmt, signed):
        if fmt == "none":
            return {}
        if fmt == "packed":
            return {"alg": self.algorithm, "sig": sign(self.key, signed)}
        key = ec.generate_private_key(ec.SECP256R1())
        return {"alg": -7, "sig": sign(key, signed), "x5c": [certificate(key, self.aaguid)]}

    # assertion

    def get(self, options, *, challenge=None, origin=None, type="webauthn.get", nested=False, members=None, key=None, encode=b64u,
            user_handle=None, **said):
        if said.get("count") is None:
            self.count += 1
        client_data = self.client_data(type, challenge or options["challenge"], origin, **(members or {}))
        data = self.authenticator_data(False, **said)
        signature = sign(key or self.key, data + hashlib.sha256(client_data).digest())
        if nested:
            return {"id": b64u(self.credential_id), "rawId": b64u(self.credential_id), "type": "public-key", "clientExtensionResults": {},
                    "response": {"clientDataJSON": b64u(client_data), "authenticatorData": b64u(data), "signature": b64u(signature),
                                 "userHandle": b64u(user_handle if user_handle is not None else self.user_handle)}}
        body = {"credential_id": encode(self.credential_id), "authenticator_data": encode(data), "client_data_json": encode(client_data),
                "signature": encode(signature)}
        return body if user_handle is None else {**body, "user_handle": encode(user_handle)}


def certificate(key, aaguid, ca=False, unit="Authenticator Attestation", version_extension=True, algorithm=hashes.SHA256()):
    """An attestation certificate as section 8.2.1 of Web Authentication wants it, or nearly."""
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
                      x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit), x509.NameAttribute(NameOID.COMMON_NAME, "Test key")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
               .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
               .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True))
    if version_extension:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4"), b"\x04\x10" + aaguid), critical=False)
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)
