"""Who takes a patient home, as they told it last in a form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.people.models import Patient
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus

_ASK_FOR_IT = ("people-and-ride", "readiness-eve", "readiness-morning")
_NAME, _PHONE = "ride-name", "ride-phone"


@dataclass(frozen=True)
class Ride:
    """A name and a number as the patient typed them; either may be empty."""

    name: str
    phone: str


def told(db: Session, patient: Patient) -> Ride | None:
    """Whom the newest form that was handed in names. None when none does."""
    rows = db.scalars(
        select(QuestionnaireResponse)
        .join(QuestionnaireResponse.questionnaire)
        .where(
            QuestionnaireResponse.patient_id == patient.id,
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            or_(*(Questionnaire.url.endswith(f"/{name}") for name in _ASK_FOR_IT)),
        )
        .order_by(QuestionnaireResponse.completed_at.desc())
    )
    for row in rows:
        said = dict(_said(row.answers or []))
        if said.get(_NAME) or said.get(_PHONE):
            return Ride(said.get(_NAME, ""), said.get(_PHONE, ""))
    return None


def _said(items: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for item in items:
        for answer in item.get("answer", []):
            if item.get("linkId") in (_NAME, _PHONE):
                yield item["linkId"], str(answer.get("valueString", ""))
            yield from _said(answer.get("item", []))
        yield from _said(item.get("item", []))
