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


def create(
    db: Session,
    clinic: Clinic,
    name: str,
    *,
    by: Practitioner | None,
    scopes: Iterable[str] = system_scopes.EVERYTHING,
) -> tuple[ApiKey, str]:
    """Make a key that opens what its scopes say. The token is shown this once.

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


def revoke(db: Session, api_key: ApiKey, *, by: Practitioner | None) -> None:
    """The key opens nothing from now on, and nothing is told on its word. Twice is once."""
    if api_key.revoked_at is None:
        api_key.revoked_at = clock.machine_now()
        keeping.end_all_of(db, api_key.id, by=by)
        trail.record(db, "revoke-api-key", agent=by, entity=api_key)


def of(db: Session, clinic: Clinic) -> list[ApiKey]:
    """The clinic's keys, newest first, revoked ones included."""
    return list(
        db.scalars(
            select(ApiKey).where(ApiKey.clinic_id == clinic.id).order_by(ApiKey.made_at.desc())
        )
    )
