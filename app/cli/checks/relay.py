"""Whether calls find a way: each STUN and TURN address is tried as a browser would."""

import ssl
from collections.abc import Iterator
from uuid import UUID

from app.cli.checks.finding import Finding, fail, ok, warn
from app.cli.checks.stun import Place, Refused, Relay
from app.settings import Settings, Video
from app.telehealth import ice

_NOBODY = str(UUID(int=0))
# Where clouds keep what only their own machines may ask: no relay may lead there.
_INNER = "169.254.169.254"


def relays(settings: Settings) -> Iterator[Finding]:
    """A line for each address."""
    if settings.video is Video.EXTERNAL:
        return
    if not settings.turn_urls:
        words = "no TURN server is set: about one call in six will not connect"
        yield warn("relay", words)
    for url in settings.turn_urls:
        try:
            yield _tried(settings, url)
        except ValueError:
            yield fail("relay", f"{url} is no STUN or TURN address")
        except ssl.SSLCertVerificationError as error:
            yield fail("relay", f"{url}: browsers refuse its certificate: {error.verify_message}")
        except OSError as error:
            words = error.strerror or type(error).__name__
            yield fail("relay", f"{url} does not answer ({words}): open it in the firewall")
        except Refused as refused:
            yield fail("relay", f"{url} refuses ({refused.code}): {_why(refused.code)}")


def _tried(settings: Settings, url: str) -> Finding:
    place = Place.of(url)
    user, password = ice.credentials(settings.turn_secret.get_secret_value(), _NOBODY)
    with Relay(place, user, password) as relay:
        if place.scheme.startswith("stun"):
            relay.bind()
            return ok("relay", f"{url} answers")
        relay.allocate()
        try:
            relay.permit(_INNER)
        except Refused:
            return ok("relay", f"{url} relays")
    return warn("relay", f"{url} relays into your own network too: set denied-peer-ip")


def _why(code: int) -> str:
    if code == 401:
        return "is AFTERGLOW_TURN_SECRET its static-auth-secret, and its clock right?"
    return "too many use it" if code in (486, 508) else "see its log"


CHECKS = (relays,)
