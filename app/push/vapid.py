"""How push services know that it is us (RFC 8292): one key pair, a signed word for each service."""

import json
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.push.encryption import encoded, point
from app.push.models import VapidKey

_THE_ONE = UUID(int=1)  # browsers subscribe to one key, so an installation has one
_HOLDS = timedelta(hours=12)  # services refuse words that hold longer than a day


def public_key(db: Session) -> str:
    """What a browser needs to subscribe. The pair is made when it is first asked for."""
    key = db.get(VapidKey, _THE_ONE)
    if key is None:
        add_once(db, _new_pair())
        key = db.get_one(VapidKey, _THE_ONE)
    return key.public


def authorization(db: Session, endpoint: str, contact: str) -> str:
    """The header for one service. `contact`: where it finds whoever runs this installation.

    Raises Unreadable when the master key that sealed ours was retired.
    """
    key = db.get_one(VapidKey, _THE_ONE)
    assert key.private is not None, "the pair is made whole"
    scalar = key.private
    private = ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((clock.machine_now() + _HOLDS).timestamp()),
        "sub": contact,
    }
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    return f"vapid t={signed}.{_signature(private, signed)}, k={key.public}"


def _new_pair() -> VapidKey:
    private = ec.generate_private_key(ec.SECP256R1())
    scalar = private.private_numbers().private_value.to_bytes(32, "big")
    return VapidKey(
        id=_THE_ONE,
        private=scalar,
        public=encoded(point(private.public_key())),
        made_at=clock.now(),
    )


def _part(value: dict[str, object]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def _signature(private: ec.EllipticCurvePrivateKey, signed: str) -> str:
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
