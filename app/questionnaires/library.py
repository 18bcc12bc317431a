"""The forms that come with Afterglow, and which version of a form a clinic uses now.

A shipped form's row belongs to no clinic. It is made when it is first needed, under an id that
follows from its url and version: its address is known before the row is there. A clinic's own row
of the same url goes before it.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.db.once import add_once
from app.people.models import Clinic
from app.questionnaires.models import Questionnaire

_SHELF = Path(__file__).parent / "library"
_NAMESPACE = UUID("a1c7f3de-52f4-5b0e-9d53-6f3f0b7a0f11")
OURS = "afterglow"  # in place of a clinic's id


@dataclass(frozen=True)
class Shipped:
    """A file of the library."""

    id: UUID
    slug: str
    url: str
    version: str
    title: str
    definition: str


@cache
def _shelf() -> dict[str, Shipped]:
    return {slug: _read(_SHELF / f"{slug}.json") for slug in SLUGS}


def _read(path: Path) -> Shipped:
    definition = path.read_text(encoding="utf-8")
    resource = json.loads(definition)
    url, version = resource["url"], resource["version"]
    return Shipped(
        id=uuid5(_NAMESPACE, f"{url}|{version}"),
        slug=path.stem,
        url=url,
        version=version,
        title=resource["title"],
        definition=definition,
    )


SLUGS = tuple(sorted(path.stem for path in _SHELF.glob("*.json")))


def identity(clinic_id: UUID | None, url: str, version: str) -> str:
    """Owner, url and version in one: what there is once."""
    return f"{clinic_id or OURS} {url}|{version}"


def shipped(db: Session, slug: str) -> Questionnaire:
    """The row of a shipped form, made once whoever asks first. Writes: not for a GET."""
    return _kept(db, unkept(slug))


def unkept(slug: str) -> Questionnaire:
    """The same row as it would be, in no session: to show, to read from, to link to."""
    form = _shelf()[slug]
    return Questionnaire(
        id=form.id,
        clinic_id=None,
        identity=identity(None, form.url, form.version),
        url=form.url,
        version=form.version,
        title=form.title,
        definition=form.definition,
        warnings="[]",
        rules="[]",
        made_at=clock.now(),
    )


def slug_of(questionnaire: Questionnaire) -> str:
    """Under which name a form is shipped, whosever version this one is; else nothing."""
    return next((each.slug for each in _shelf().values() if each.url == questionnaire.url), "")


def for_clinic(db: Session, clinic: Clinic, slug: str) -> Questionnaire:
    """What the clinic uses of a shipped form: its own version, else ours. Writes."""
    return _own(db, clinic, _shelf()[slug].url) or shipped(db, slug)


def current(db: Session, clinic: Clinic, url: str) -> Questionnaire | None:
    """The version of a form to ask with now, or None when the clinic has no such form. Writes."""
    own = _own(db, clinic, url)
    if own is not None:
        return own
    form = next((each for each in _shelf().values() if each.url == url), None)
    return shipped(db, form.slug) if form else None


def find(db: Session, clinic: Clinic, canonical: str) -> Questionnaire | None:
    """The form of a `url|version`; of a url alone the version in use. Writes nothing.

    A shipped one may be in no session yet: `kept` before anything points at it.
    """
    url, _, version = canonical.partition("|")
    if not version:
        own = _own(db, clinic, url)
        form = next((each for each in _shelf().values() if each.url == url), None)
        return own or (_row_or_unkept(db, form) if form else None)
    rows = db.scalars(
        select(Questionnaire)
        .where(Questionnaire.url == url, Questionnaire.version == version, _is_seen_by(clinic))
        .order_by(Questionnaire.clinic_id.is_(None))
    ).all()
    if rows:
        return rows[0]
    same = (each for each in _shelf().values() if (each.url, each.version) == (url, version))
    return next((unkept(each.slug) for each in same), None)


def of_clinic(db: Session, clinic: Clinic, questionnaire_id: UUID) -> Questionnaire | None:
    """The form of this id that the clinic can see: its own or a shipped one. Writes nothing."""
    row = db.get(Questionnaire, questionnaire_id)
    if row is not None:
        return row if row.clinic_id in (None, clinic.id) else None
    form = next((each for each in _shelf().values() if each.id == questionnaire_id), None)
    return unkept(form.slug) if form else None


def kept(db: Session, questionnaire: Questionnaire) -> Questionnaire:
    """The same form as a row that others may point at."""
    return questionnaire if questionnaire in db else _kept(db, questionnaire)


def own_copy(db: Session, clinic: Clinic, questionnaire: Questionnaire) -> Questionnaire:
    """The clinic's own row of a shipped form, to which it may add its rules. Made once."""
    if questionnaire.clinic_id is not None:
        return questionnaire
    url, version = questionnaire.url, questionnaire.version
    copy = Questionnaire(
        clinic_id=clinic.id,
        identity=identity(clinic.id, url, version),
        url=url,
        version=version,
        title=questionnaire.title,
        definition=questionnaire.definition,
        warnings="[]",
        rules="[]",
        made_at=clock.now(),
    )
    add_once(db, copy)
    made = select(Questionnaire).where(Questionnaire.identity == copy.identity)
    return db.scalars(made).one()


def all_of(db: Session, clinic: Clinic) -> list[Questionnaire]:
    """Every form the clinic can see: own ones, the newest first, then shipped ones.

    A shipped version of which it has its own copy is not told twice.
    """
    own = list(
        db.scalars(
            select(Questionnaire)
            .where(Questionnaire.clinic_id == clinic.id)
            .order_by(Questionnaire.made_at.desc(), Questionnaire.id.desc())
        )
    )
    copied = {(each.url, each.version) for each in own}
    rows = db.scalars(select(Questionnaire).where(Questionnaire.clinic_id.is_(None)))
    kept_rows = {row.id: row for row in rows}
    return own + [
        kept_rows.get(form.id) or unkept(form.slug)
        for form in _shelf().values()
        if (form.url, form.version) not in copied
    ]


def _own(db: Session, clinic: Clinic, url: str) -> Questionnaire | None:
    return db.scalars(
        select(Questionnaire)
        .where(
            Questionnaire.clinic_id == clinic.id,
            Questionnaire.url == url,
            Questionnaire.retired_at.is_(None),
        )
        .order_by(Questionnaire.made_at.desc(), Questionnaire.id.desc())
        .limit(1)
    ).first()


def _row_or_unkept(db: Session, form: Shipped) -> Questionnaire:
    return db.get(Questionnaire, form.id) or unkept(form.slug)


def _kept(db: Session, wanted: Questionnaire) -> Questionnaire:
    row = db.get(Questionnaire, wanted.id)
    if row is None:
        add_once(db, wanted)
        row = db.get_one(Questionnaire, wanted.id)
    return row


def _is_seen_by(clinic: Clinic) -> ColumnElement[bool]:
    return or_(Questionnaire.clinic_id == clinic.id, Questionnaire.clinic_id.is_(None))
