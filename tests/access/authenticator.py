"""A device that makes and shows passkeys, in software: what a browser would post, byte for byte."""

import hashlib
import json
import os
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey on one device. Each flaw can be put in by name."""

    origin: str = "https://afterglow.test"
    verifies_user: bool = True
    cross_origin: bool = False
    count: int = 0
    user_handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options):
        """The answer to a registration's options."""
        self.user_handle = base64url_to_bytes(options["user"]["id"])
        attested = (
            bytes(16)
            + len(self.credential_id).to_bytes(2, "big")
            + self.credential_id
            + self._public_key()
        )
        authenticator_data = self._data(options["rp"]["id"], _ATTESTED) + attested
        attestation = {"fmt": "none", "attStmt": {}, "authData": authenticator_data}
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=cbor2.dumps(attestation),
        )

    def get(self, options):
        """The answer to a sign-in's options."""
        client_data = self._client_data("webauthn.get", options)
        authenticator_data = self._data(options["rpId"], 0)
        signed = authenticator_data + hashlib.sha256(client_data).digest()
        return self._credential(
            clientDataJSON=client_data,
            authenticatorData=authenticator_data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.user_handle,
        )

    def _credential(self, **response):
        return {
            "id": bytes_to_base64url(self.credential_id),
            "rawId": bytes_to_base64url(self.credential_id),
            "type": "public-key",
            "response": {name: bytes_to_base64url(value) for name, value in response.items()},
        }

    def _client_data(self, kind, options):
        return json.dumps(
            {
                "type": kind,
                "challenge": options["challenge"],
                "origin": self.origin,
                "crossOrigin": self.cross_origin,
            }
        ).encode()

    def _data(self, rp_id, flags):
        flags |= _PRESENT | (_VERIFIED if self.verifies_user else 0)
        return (
            hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    def _public_key(self):
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps(
            {
                1: 2,
                3: -7,
                -1: 1,
                -2: numbers.x.to_bytes(32, "big"),
                -3: numbers.y.to_bytes(32, "big"),
            }
        )
