"""The link beside a code. It needs a press, and opens something only in the browser that asked.

Anywhere else it shows the code, to be typed where it was asked for: whoever holds the link holds
the text that the code stands in anyway.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import codes, one_time_codes
from app.access.models import SignInCode
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.people.models import Patient
from app.security.tokens import hash_token, same


@dataclass(frozen=True)
class Elsewhere:
    """Pressed in another browser than the one that asked: the code to type there."""

    digits: str


@dataclass(frozen=True)
class BirthDateWanted:
    """Pressed where it was asked for; the birth date is still to be given."""


@dataclass(frozen=True)
class Opened:
    """Pressed where it was asked for: this patient may be signed in, with strength CODE."""

    patient: Patient


def press(
    db: Session, link: MagicLink, *, browser: str | None
) -> Elsewhere | BirthDateWanted | Opened:
    """What pressing a sign-in link does. Spends the code only in the browser that asked.

    Refuses (NothingAsked) when the code was used, is too old, or was replaced by a newer one.
    """
    sign_in_code = _code_of(db, link)
    if sign_in_code is None:
        raise one_time_codes.nothing_asked()
    if browser is None or not same(hash_token(browser), sign_in_code.browser_hash):
        return Elsewhere(codes.digits_of(sign_in_code))
    magic_links.advance(link, LinkState.CLAIMED)
    patient = codes.prove(db, sign_in_code)
    return BirthDateWanted() if patient is None else Opened(patient)


def _code_of(db: Session, link: MagicLink) -> SignInCode | None:
    if link.kind is not LinkKind.SIGN_IN or not magic_links.is_live(link):
        return None
    return db.scalar(
        select(SignInCode).where(
            SignInCode.link_id == link.id,
            SignInCode.spent_at.is_(None),
            SignInCode.tries_left > 0,
            SignInCode.expires_at > clock.machine_now(),
        )
    )
