"""Bearer keys by which other systems of a clinic come to the FHIR door."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.access import scopes as system_scopes
from app.access.models import ApiKey
from app.audit import trail
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal
from app.security.tokens import hash_token, looks_like_token, new_token
from app.subscriptions import keeping

PREFIX = "ag_"  # lets secret scanners and people see what it is
EVERYTHING = " ".join(system_scopes.EVERYTHING)
_NOTED_EVERY = timedelta(minutes=1)


class KeyNameMissing(Refusal):
    pass


class KeyRevoked(Refusal):
    pass


class ReplacedAlready(Refusal):
    pass


def create(
    db: Session,
    clinic: Clinic,
    name: str,
    *,
    by: Practitioner | None,
    scopes: Iterable[str] = system_scopes.EVERYTHING,
    replaces: ApiKey | None = None,
) -> tuple[ApiKey, str]:
    """Make a key that opens what its scopes say. The token is shown this once.

    `replaces`: the key that goes on beside it until it is revoked.

    Refuses (KeyNameMissing) one without a name, one without any scope (NoScope), and (ScopeUnknown)
    a scope that opens nothing.
    """
    if not name.strip():
        raise KeyNameMissing(_("Enter a name that says what uses the key."), field="name")
    token = PREFIX + new_token()
    api_key = ApiKey(
        clinic_id=clinic.id,
        name=name.strip(),
        token_hash=hash_token(token),
        scopes=system_scopes.written(scopes),
        made_by_id=by.id if by else None,
        replaces_id=replaces.id if replaces else None,
        made_at=clock.machine_now(),
    )
    db.add(api_key)
    trail.record(db, "create-api-key", agent=by, entity=api_key)
    return api_key, token


def find(db: Session, token: object) -> ApiKey | None:
    """The key of a bearer token, unless it was revoked. Changes nothing."""
    if not isinstance(token, str) or not token.startswith(PREFIX):
        return None
    if not looks_like_token(token.removeprefix(PREFIX)):
        return None
    return db.scalar(
        select(ApiKey).where(ApiKey.token_hash == hash_token(token), ApiKey.revoked_at.is_(None))
    )


def may(api_key: ApiKey, scope: str) -> bool:
    """Whether the key opens what takes this scope."""
    return system_scopes.covers(api_key.scopes, scope)


def is_stale(api_key: ApiKey) -> bool:
    """Whether its use should be noted again."""
    now = clock.machine_now()
    return api_key.used_at is None or now - api_key.used_at >= _NOTED_EVERY


def touch(db: Session, api_key: ApiKey) -> None:
    """Note that the key was used, so that staff see which ones still are."""
    db.execute(
        update(ApiKey)
        .where(ApiKey.id == api_key.id)
        .values(used_at=clock.machine_now())
        .execution_options(synchronize_session=False)
    )


def replace(db: Session, api_key: ApiKey, *, by: Practitioner) -> tuple[ApiKey, str]:
    """Another key for the same system, which opens the same. The token is shown this once.

    Both open until the older one is revoked, so that the other system never stands still. Refuses
    (KeyRevoked) one that opens nothing any more, and (ReplacedAlready) one that has a successor.
    """
    if api_key.revoked_at is not None:
        raise KeyRevoked(_("This key was revoked. Make a new one."))
    if successor(db, api_key) is not None:
        raise ReplacedAlready(_("There is a new key already. Revoke that one to make another."))
    return create(
        db,
        db.get_one(Clinic, api_key.clinic_id),
        api_key.name,
        by=by,
        scopes=api_key.scopes.split(),
        replaces=api_key,
    )


def successor(db: Session, api_key: ApiKey) -> ApiKey | None:
    """The live key that takes over the work of this one, be it at one or more removes."""
    ids = [api_key.id]
    while ids:
        after = db.scalars(select(ApiKey).where(ApiKey.replaces_id.in_(ids))).all()
        live = next((each for each in after if each.revoked_at is None), None)
        if live is not None:
            return live
        ids = [each.id for each in after]
    return None


def revoke(db: Session, api_key: ApiKey, *, by: Practitioner | None) -> None:
    """The key opens nothing from now on. Twice is once.

    What was told on its word is told on its successor's; without one, no more.
    """
    if api_key.revoked_at is not None:
        return
    api_key.revoked_at = clock.machine_now()
    heir = successor(db, api_key)
    if heir is None:
        keeping.end_all_of(db, api_key.id, by=by)
    else:
        keeping.pass_on(db, api_key.id, heir.id, by=by)
    trail.record(db, "revoke-api-key", agent=by, entity=api_key)


def of_leavers(db: Session, clinic: Clinic | None = None) -> list[ApiKey]:
    """Keys that still open and that somebody saw who works there no more; of all clinics, or one.

    They are not revoked by themselves: the other system would stand still.
    """
    wanted = (
        select(ApiKey)
        .join(Practitioner, Practitioner.id == ApiKey.made_by_id)
        .where(ApiKey.revoked_at.is_(None), Practitioner.disabled_at.is_not(None))
    )
    if clinic is not None:
        wanted = wanted.where(ApiKey.clinic_id == clinic.id)
    return list(db.scalars(wanted))


def of(db: Session, clinic: Clinic) -> list[ApiKey]:
    """The clinic's keys, newest first, revoked ones included."""
    return list(
        db.scalars(
            select(ApiKey).where(ApiKey.clinic_id == clinic.id).order_by(ApiKey.made_at.desc())
        )
    )
