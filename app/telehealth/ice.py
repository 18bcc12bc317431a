"""STUN and TURN: where pages find a way to each other, with credentials that soon die.

The scheme is coturn's shared secret: the user name says when it ends and for whom it was made, the
password is its HMAC. So nothing has to be stored, and a relay cannot be borrowed for long.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import NotRequired, TypedDict

from app import clock
from app.settings import Settings

CREDENTIALS_LIVE = timedelta(minutes=45)


class IceServer(TypedDict):
    """As RTCPeerConnection takes it."""

    urls: list[str]
    username: NotRequired[str]
    credential: NotRequired[str]


def servers(settings: Settings, whom: str) -> list[IceServer]:
    """What a page of `whom` (the id of a seat or a visit) may use for the next 45 minutes."""
    relays = [url for url in settings.turn_urls if url.startswith(("turn:", "turns:"))]
    finders = [url for url in settings.turn_urls if url.startswith(("stun:", "stuns:"))]
    found: list[IceServer] = []
    if finders:
        found.append({"urls": finders})
    if relays:
        username, credential = credentials(settings.turn_secret.get_secret_value(), whom)
        found.append({"urls": relays, "username": username, "credential": credential})
    return found


def credentials(secret: str, whom: str) -> tuple[str, str]:
    """User name and password for one relay user."""
    until = int((clock.machine_now() + CREDENTIALS_LIVE).timestamp())
    username = f"{until}:{whom}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()
