"""Who may read `/metrics`: whoever has the operator's token, or, without one, who stands inside.

Counts and times name nobody, but how busy a clinic is, is its own.
"""

import hmac
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

# Put there by proxies. A scraper of the operator's own network comes without.
_CAME_THROUGH = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


def refuse(request: Request) -> Response | None:
    """None for who may read. 401 without the token that was set; 403 for one from outside."""
    token = request.app.state.settings.metrics_token.get_secret_value()
    if not token:
        return None if _stands_inside(request) else PlainTextResponse("Not from there.\n", 403)
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode()):
        return None
    return PlainTextResponse("Send the token.\n", 401, {"WWW-Authenticate": "Bearer"})


def _stands_inside(request: Request) -> bool:
    """A peer of this machine or a private network, who came here by no proxy.

    What comes by one may be anybody, and a proxy that nobody named to us is a private peer itself.
    """
    if any(name in request.headers for name in _CAME_THROUGH):
        return False
    if request.client is None:
        return True  # a socket in this machine's file system
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped  # else all of those count as private
    return address.is_private
