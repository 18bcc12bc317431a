"""Minting links, deriving their tokens at send time, and the states they pass through.

MINTED → SENT → OPEN → CLAIMED, and from any of these SUPERSEDED or REVOKED. Expiry is a matter of
time, not a state. Nothing here is spent by being looked at: OPEN and CLAIMED may be reached any
number of times.
"""

import os
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, bindparam, select, update
from sqlalchemy.orm import Session, joinedload, object_session
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.links.models import LinkKind, LinkState, MagicLink
from app.people.models import Patient
from app.security import keyring
from app.security.tokens import base58, hash_token, looks_like_token

PATHS = {
    LinkKind.JOIN: "/j",
    LinkKind.INTAKE: "/i",
    LinkKind.WRITE: "/w",
    LinkKind.SIGN_IN: "/s",
    LinkKind.ESCORT: "/e",
    LinkKind.GUEST: "/g",
}
JOIN_OUTLIVES_VISIT = timedelta(minutes=30)
_OF_OTHERS = (LinkKind.ESCORT, LinkKind.GUEST)  # they were sent to another phone than the patient's
_LIVE = (LinkState.MINTED, LinkState.SENT, LinkState.OPEN, LinkState.CLAIMED)
_table = cast(Table, MagicLink.__table__)
_ADVANCE = (
    update(_table)
    .where(
        _table.c.id == bindparam("of"),
        _table.c.state.in_(bindparam("earlier", expanding=True)),
    )
    .values(state=bindparam("reached"))
    .returning(_table.c.state)
)


def mint(
    db: Session,
    kind: LinkKind,
    *,
    clinic_id: UUID,
    patient_id: UUID,
    expires_at: datetime,
    appointment_id: UUID | None = None,
    for_choosing: bool = False,
) -> MagicLink:
    """Make a link. Its token can be derived from now on, but stands nowhere."""
    link = MagicLink(
        clinic_id=clinic_id,
        patient_id=patient_id,
        appointment_id=appointment_id,
        kind=kind,
        state=LinkState.MINTED,
        seed=os.urandom(16),
        for_choosing=for_choosing,
        expires_at=expires_at,
        made_at=clock.now(),
    )
    link.key_number, digest = keyring.ring().derive(None, *_parts(link))
    link.token_hash = hash_token(base58(digest[:16]))
    db.add(link)
    return link


def token_of(link: MagicLink) -> str:
    """The token, derived anew: the same text sent twice carries the same link."""
    _, digest = keyring.ring().derive(link.key_number, *_parts(link))
    return base58(digest[:16])


def address_of(link: MagicLink, base_url: str) -> str:
    """The whole address for a text, token in the fragment."""
    return f"{base_url}{PATHS[link.kind]}#{token_of(link)}"


def find(db: Session, token: object) -> MagicLink | None:
    """The link of a token, in whatever state. None for anything that is no token of ours."""
    return db.scalar(
        select(MagicLink)
        .where(named_by(token))
        .options(joinedload(MagicLink.patient).joinedload(Patient.clinic))
    )


def named_by(token: object) -> ColumnElement[bool]:
    """The link of a token, for a question that asks more beside it."""
    return MagicLink.token_hash == hash_of(token)


def hash_of(token: object) -> bytes:
    """What a link is found by. Of a misshapen token too, which so costs the same look-up."""
    return hash_token(token if looks_like_token(token) else "-")


def is_live(link: MagicLink) -> bool:
    """Whether the link still opens what it was made for."""
    return link.state in _LIVE and clock.now() < link.expires_at


def advance(link: MagicLink, state: LinkState) -> None:
    """Move a live link forward to SENT, OPEN or CLAIMED; never back. Repeats change nothing."""
    earlier = _LIVE[: _LIVE.index(state)]
    if link.state not in earlier:
        return
    db = object_session(link)
    assert db is not None, "a link is advanced where it was read"
    # By condition: it may have been pulled back since it was read, and must stay so.
    reached = db.execute(_ADVANCE, {"of": link.id, "earlier": earlier, "reached": state}).scalar()
    if reached is None:
        db.refresh(link, ["state"])
    else:
        set_committed_value(link, "state", reached)


def supersede(db: Session, appointment_id: UUID, by: MagicLink | None) -> None:
    """Whoever taps a link of this visit from now on is told where the visit went."""
    db.execute(
        update(MagicLink)
        .where(
            MagicLink.appointment_id == appointment_id,
            MagicLink.kind != LinkKind.GUEST,  # theirs goes along
            MagicLink.state.in_(_LIVE),
            MagicLink.id != (by.id if by else None),
        )
        .values(state=LinkState.SUPERSEDED, superseded_by_id=by.id if by else None)
    )


def opens(patient_id: UUID) -> ColumnElement[bool]:
    """The links of a patient that open something now, as part of a larger question."""
    return and_(
        MagicLink.patient_id == patient_id,
        MagicLink.state.in_(_LIVE),
        MagicLink.expires_at > clock.now(),
    )


def revoke(link: MagicLink) -> None:
    """Pull a link back: it opens nothing any more."""
    link.state = LinkState.REVOKED


def pull_back(db: Session, appointment_id: UUID) -> None:
    """Revoke every link of a visit that its patient has."""
    db.execute(
        update(MagicLink)
        .where(
            MagicLink.appointment_id == appointment_id,
            MagicLink.kind != LinkKind.GUEST,
            MagicLink.state.in_(_LIVE),
        )
        .values(state=LinkState.REVOKED)
    )


def revoke_all(db: Session, patient_id: UUID) -> None:
    """Pull back every link sent to a patient: whoever has their old phone opens nothing.

    One that only told where its visit went tells nobody any more.
    """
    db.execute(
        update(MagicLink)
        .where(MagicLink.patient_id == patient_id, MagicLink.kind.not_in(_OF_OTHERS))
        .values(state=LinkState.REVOKED)
    )


def _parts(link: MagicLink) -> tuple[bytes, ...]:
    return (b"link", link.kind.value.encode(), link.id.bytes, link.seed)
