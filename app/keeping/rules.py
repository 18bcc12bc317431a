"""How long each clinic keeps what: set by its administrators, within what the law asks for.

What belongs to the record has no end unless a clinic gives it one: its state's law says how long a
record is kept, and six years is the least here. The trail is never purged (45 CFR 164.316(b)(2)
asks for six years), and the database refuses to.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.keeping.models import KeepingRule, Kept
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal

SIX_YEARS = 2192
MOST = 36_500


@dataclass(frozen=True)
class Rule:
    """Days. `usual` None: without an end."""

    usual: int | None
    least: int


RULES: Mapping[Kept, Rule] = {
    Kept.TEXTS: Rule(usual=None, least=90),
    Kept.STRANGERS: Rule(usual=365, least=30),
    Kept.DRAFTS: Rule(usual=365, least=30),
    Kept.RECORDINGS: Rule(usual=None, least=30),
    Kept.SESSIONS: Rule(usual=365, least=30),
    Kept.CANDIDATES: Rule(usual=None, least=30),
    Kept.PATIENTS: Rule(usual=None, least=SIX_YEARS),
}


class OutOfRange(Refusal):
    pass


def of(db: Session, clinic: Clinic) -> dict[Kept, int | None]:
    """How many days a clinic keeps each kind; None: without an end."""
    own = {row.kind: row.days for row in _rows(db, clinic)}
    return {kind: own.get(kind, rule.usual) for kind, rule in RULES.items()}


def change(
    db: Session, clinic: Clinic, wanted: Mapping[Kept, int | None], *, by: Practitioner | None
) -> None:
    """Set them. Refuses (OutOfRange) less than a kind's least; nothing is changed then.

    What is over by then goes within the day and does not come back.
    """
    for kind, days in wanted.items():
        least = RULES[kind].least
        if days is not None and not least <= days <= MOST:
            raise OutOfRange(
                _("Enter days from %(least)s to %(most)s, or leave it empty.")
                % {"least": least, "most": MOST},
                field=kind.value,
            )
    rows, before = {row.kind: row for row in _rows(db, clinic)}, of(db, clinic)
    for kind in [each for each in wanted if wanted[each] != before[each]]:
        row = rows.get(kind) or KeepingRule(clinic_id=clinic.id, kind=kind)
        row.days, row.changed_at = wanted[kind], clock.now()
        db.add(row)
        said = "always" if wanted[kind] is None else str(wanted[kind])
        trail.record(db, "change-keeping", agent=by, entity=clinic, detail=f"{kind.value}:{said}")


def _rows(db: Session, clinic: Clinic) -> list[KeepingRule]:
    return list(db.scalars(select(KeepingRule).where(KeepingRule.clinic_id == clinic.id)))
