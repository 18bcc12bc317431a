"""The way to push services. Redirects are not followed: an answer is one status, no more."""

import http.client
import ssl
from typing import Protocol
from urllib.parse import urlsplit

_SECONDS = 5


class PushService(Protocol):
    """Takes a sealed notice for one browser."""

    def post(self, endpoint: str, headers: dict[str, str], body: bytes) -> int | None:
        """The status of its answer; None when there was none."""


class HttpsPushService:
    """The real ones, over the net."""

    def post(self, endpoint: str, headers: dict[str, str], body: bytes) -> int | None:
        """Hand one over, within seconds."""
        parts = urlsplit(endpoint)
        to = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPSConnection(
            parts.hostname or "", timeout=_SECONDS, context=ssl.create_default_context()
        )
        try:
            connection.request("POST", to, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
