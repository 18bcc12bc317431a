"""Where a notice may be handed over. The address comes from a browser, so it is not believed:

https, its usual port, and a host that the installation's settings name.
"""

from urllib.parse import urlsplit

_LONGEST = 1000


def is_known(endpoint: str, hosts: tuple[str, ...]) -> bool:
    """Whether an endpoint is a push service's. `hosts`: "name", or "*.name" for any below it."""
    if len(endpoint) > _LONGEST or not endpoint.isascii() or not endpoint.isprintable():
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    is_plain = "@" not in parts.netloc and port in (None, 443) and not parts.fragment
    return parts.scheme == "https" and is_plain and _is_among(parts.hostname or "", hosts)


def _is_among(host: str, hosts: tuple[str, ...]) -> bool:
    return any(
        host.endswith(known[1:]) if known.startswith("*.") else host == known for known in hosts
    )
