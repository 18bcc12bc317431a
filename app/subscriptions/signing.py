"""What shows a receiver that it is us, as Standard Webhooks (standardwebhooks.com) has it.

`webhook-signature` holds `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with
the bytes behind `whsec_`. The timestamp is Unix time: whoever takes nothing older than five minutes
cannot be played the same request again.
"""

import base64
import hmac
import os
from datetime import datetime

_PREFIX = "whsec_"


def new_secret() -> bytes:
    """A new key to sign with."""
    return os.urandom(32)


def written(secret: bytes) -> str:
    """A key as its receiver is shown it, once."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(secret: bytes, notice_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three lines that go along."""
    timestamp = str(int(at.timestamp()))
    signed = f"{notice_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
