"""Browsers that were let in: how a session starts, lives on, and ends.

The cookie holds a random token and nothing else; the row holds its hash. Idle and absolute ends
count machine time, for they guard against a person walking away from a real device. Some do not:
a join session ends with its visit, an escort's with its day, so their `expires_at` is domain time
and moves when the demo's clock is pushed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.base import ExecutableOption

from app import clock, live
from app.access import covers, devices
from app.access.models import SessionKind, Strength, WebSession
from app.access.session_limits import LIMITS as LIMITS
from app.audit import trail
from app.people.models import Patient, Practitioner
from app.security.tokens import hash_token, looks_like_token, new_token

Person = Patient | Practitioner


# Reading a page would otherwise write a row each time.
NOTED_EVERY = timedelta(minutes=1)
_ANSWER_MAY_BE_LOST = timedelta(minutes=2)


def start(
    db: Session,
    kind: SessionKind,
    *,
    clinic_id: UUID,
    patient: Patient | None = None,
    practitioner: Practitioner | None = None,
    strength: Strength,
    user_agent: str = "",
    browser: str | None = None,
    expires_at: datetime | None = None,
    link_id: UUID | None = None,
    passkey_id: UUID | None = None,
    cover_key: bytes | None = None,
    at_once: bool = True,
) -> tuple[WebSession, str]:
    """Let a browser in. The token goes into its cookie and is never seen again.

    `expires_at` is for the kinds without limits of their own (domain time); the others live as long
    as LIMITS says. `link_id`: the link that let them in, where one is asked about. `cover_key`:
    what opens the words that staff typed here before (`covers`). Flushes, if `at_once`.
    """
    token = new_token()
    now = clock.machine_now()
    absolute = LIMITS[kind].absolute
    if expires_at is None:
        assert absolute is not None, "this session needs the end of its visit"
        expires_at = now + absolute
    web_session = WebSession(
        clinic_id=clinic_id,
        patient_id=patient.id if patient else None,
        practitioner_id=practitioner.id if practitioner else None,
        link_id=link_id,
        passkey_id=passkey_id,
        kind=kind,
        strength=strength,
        token_hash=hash_token(token),
        browser_hash=hash_token(browser) if browser else None,
        device=devices.label(user_agent),
        made_at=now,
        seen_at=now,
        proved_at=now,
        expires_at=expires_at,
        cover_key=(cover_key or covers.new_key()) if kind is SessionKind.STAFF else None,
    )
    db.add(web_session)
    if at_once:
        db.flush()
    return web_session, token


def find(
    db: Session, kind: SessionKind, token: object, *loading: ExecutableOption
) -> WebSession | None:
    """The session of a cookie's token. None when it ended, expired, rested too long, or never was.

    Staff who were disabled have none either. `loading`: what to read along with it.
    """
    if not looks_like_token(token):
        return None
    hashed = hash_token(str(token))
    is_former = and_(
        WebSession.former_hash == hashed, WebSession.former_until > clock.machine_now()
    )
    web_session = db.scalar(
        select(WebSession)
        .where(or_(WebSession.token_hash == hashed, is_former), WebSession.kind == kind)
        .options(*loading)
    )
    return web_session if web_session is not None and is_live(web_session) else None


def named_by(kind: SessionKind, token: object) -> ColumnElement[bool]:
    """The session of a cookie's token, live or not, for a question that asks more beside it."""
    hashed = hash_token(str(token)) if looks_like_token(token) else b""
    return and_(WebSession.token_hash == hashed, WebSession.kind == kind)


def find_rested(db: Session, kind: SessionKind, token: object) -> WebSession | None:
    """The session of a token that did nothing but rest too long.

    What was typed may still be taken in from its browser; nothing may be shown there.
    """
    if not looks_like_token(token):
        return None
    return db.scalar(
        select(WebSession).where(
            WebSession.token_hash == hash_token(str(token)),
            WebSession.kind == kind,
            WebSession.ended_at.is_(None),
            WebSession.expires_at > clock.machine_now(),
        )
    )


def is_live(web_session: WebSession) -> bool:
    """Whether the session still lets its browser in, by the clock of its kind."""
    if web_session.ended_at is not None:
        return False
    idle = LIMITS[web_session.kind].idle
    if idle is None:
        return clock.now() < web_session.expires_at
    now = clock.machine_now()
    if now >= web_session.expires_at or now - web_session.seen_at >= idle:
        return False
    return not _is_disabled(web_session)


def rests_until(web_session: WebSession) -> datetime:
    """When a session with limits is over, unless something is done until then. Machine time."""
    idle = LIMITS[web_session.kind].idle
    assert idle is not None, "this session ends with its visit"
    return min(web_session.expires_at, web_session.seen_at + idle)


def is_stale(web_session: WebSession) -> bool:
    """Whether activity should be noted again."""
    return clock.machine_now() - web_session.seen_at >= NOTED_EVERY


def touch(db: Session, web_session: WebSession) -> None:
    """Note activity: a request, or a live call. Does not wake a session that has ended."""
    _write(db, web_session, seen_at=clock.machine_now())


def rotate(db: Session, web_session: WebSession) -> str:
    """A new token for the same session, after every exchange and step-up. The old one is dead.

    But for join sessions, where it opens for two minutes more: on a bad line the answer with its
    new cookie may be lost, and the same phone must not come back as a second device.
    """
    token, now = new_token(), clock.machine_now()
    former: dict[str, object] = {}
    if web_session.kind is SessionKind.JOIN:
        former = {"former_hash": web_session.token_hash, "former_until": now + _ANSWER_MAY_BE_LOST}
    _write(db, web_session, token_hash=hash_token(token), seen_at=now, **former)
    return token


def step_up(db: Session, web_session: WebSession, strength: Strength) -> str:
    """Note that a code or a passkey was shown just now. Gives the session a new token."""
    _write(db, web_session, strength=strength, proved_at=clock.machine_now())
    return rotate(db, web_session)


def end(db: Session, web_session: WebSession) -> None:
    """Sign one browser out, here and not only in its cookie. Twice changes nothing."""
    if web_session.ended_at is None:
        _write(db, web_session, ended_at=clock.machine_now(), cover_key_sealed=None)
        live.publish(db, topic(web_session.id))


def topic(session_id: UUID) -> str:
    """What an open line listens to, to end with its session."""
    return f"session:{session_id}"


def switch(db: Session, web_session: WebSession, to: Practitioner) -> tuple[WebSession, str]:
    """Go on at another clinic: the session ends, and one of the other row's lives as long as it.

    Whether its passkey opens that row is asked before: `passkey_grants`.
    """
    end(db, web_session)
    other, token = start(
        db,
        web_session.kind,
        clinic_id=to.clinic_id,
        practitioner=to,
        strength=web_session.strength,
        expires_at=web_session.expires_at,
        passkey_id=web_session.passkey_id,
    )
    other.browser_hash, other.device = web_session.browser_hash, web_session.device
    other.proved_at = web_session.proved_at
    return other, token


def end_opened_by(
    db: Session, passkey_id: UUID, *, but: WebSession, of: Iterable[Practitioner] | None = None
) -> None:
    """Sign out the other browsers that a passkey let in; `of`: as these rows of staff alone."""
    opened = (WebSession.passkey_id == passkey_id) & (WebSession.id != but.id)
    if of is not None:
        opened &= WebSession.practitioner_id.in_([row.id for row in of])
    _end_where(db, opened)


def end_all(db: Session, person: Person, *, by: Person | None = None) -> int:
    """Sign a person out everywhere, join and write sessions included. Returns how many.

    `by`: who asked for it, when it was not the person.
    """
    ended = _end_where(db, _belongs_to(person))
    trail.record(db, "sign-out-everywhere", agent=by or person, entity=person)
    return ended


def of(db: Session, person: Person) -> list[WebSession]:
    """Where a person is signed in right now, latest activity first."""
    rows = db.scalars(
        select(WebSession)
        .where(
            _belongs_to(person),
            WebSession.ended_at.is_(None),
            WebSession.kind.in_((SessionKind.PATIENT, SessionKind.STAFF)),
        )
        .order_by(WebSession.seen_at.desc())
    )
    return [row for row in rows if is_live(row)]


def forget_old(db: Session) -> None:
    """End what expired or rested too long, so that the rows tell the truth. For the worker."""
    now = clock.machine_now()
    lapsed: list[ColumnElement[bool]] = []
    for kind, limits in LIMITS.items():
        if limits.idle is None:
            lapsed.append((WebSession.kind == kind) & (WebSession.expires_at <= clock.now()))
        else:
            lapsed.append((WebSession.kind == kind) & (WebSession.expires_at <= now))
            if kind is not SessionKind.WRITE:  # see `find_rested`
                lapsed.append((WebSession.kind == kind) & (WebSession.seen_at <= now - limits.idle))
    db.execute(
        update(WebSession)
        # The kinds name no row less: they lead to the index of those that are open.
        .where(WebSession.ended_at.is_(None), WebSession.kind.in_(LIMITS), or_(*lapsed))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    covers.forget_old(db, now)


def _end_where(db: Session, those: ColumnElement[bool]) -> int:
    ended = db.scalars(
        update(WebSession)
        .where(those, WebSession.ended_at.is_(None))
        .values(ended_at=clock.machine_now(), cover_key_sealed=None)
        .returning(WebSession.id)
    ).all()
    for session_id in ended:
        live.publish(db, topic(session_id))
    return len(ended)


def _write(db: Session, web_session: WebSession, **values: object) -> None:
    # By statement: the row may have been read in another transaction, and ended in a third.
    changed = db.scalar(
        update(WebSession)
        .where(WebSession.id == web_session.id, WebSession.ended_at.is_(None))
        .values(**values)
        .returning(WebSession.id)
        .execution_options(synchronize_session=False)
    )
    if changed is not None:
        for name, value in values.items():
            set_committed_value(web_session, name, value)


def _belongs_to(person: Person) -> ColumnElement[bool]:
    if isinstance(person, Patient):
        return WebSession.patient_id == person.id
    return WebSession.practitioner_id == person.id


def _is_disabled(web_session: WebSession) -> bool:
    practitioner = web_session.practitioner
    return practitioner is not None and practitioner.disabled_at is not None
