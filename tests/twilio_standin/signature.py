"""How Twilio signs what it sends: the address, then every parameter in the order of names."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from hmac import digest


def sign(token: str, address: str, form: Mapping[str, str]) -> str:
    """The signature header of a webhook."""
    said = address + "".join(name + form[name] for name in sorted(form))
    return b64encode(digest(token.encode(), said.encode(), sha1)).decode()
