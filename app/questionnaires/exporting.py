"""A sheet of answers as a FHIR QuestionnaireResponse."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.questionnaires.engine.items import Form
from app.questionnaires.engine.response import (
    from_response_items,
    security_labels,
    to_response_items,
)
from app.questionnaires.engine.values import Sheet, Slot
from app.questionnaires.models import Attachment, QuestionnaireResponse, ResponseStatus

_STORED = "urn:uuid:"  # how an answer names a stored file

Put = Callable[[dict[str, Any], Attachment], None]


@dataclass(frozen=True)
class _Kept:
    """The answers as they were kept: what was sent in is not worked out anew."""

    sheet: Sheet
    enabled: frozenset[Slot] = frozenset()
    slots: tuple[Slot, ...] = ()


def written(
    db: Session,
    response: QuestionnaireResponse,
    form: Form,
    *,
    address: Callable[[UUID], str] | None = None,
) -> dict[str, Any]:
    """The whole resource. What was not sent in holds no answers: they are still the patient's.

    Files stand in it with their content, or under `address` of their id.
    """
    questionnaire = response.questionnaire
    patient = {"reference": f"Patient/{response.patient_id}"}
    meta: dict[str, Any] = {"lastUpdated": _instant(changed_at(response))}
    resource: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "id": str(response.id),
        "meta": meta,
        "language": response.language,
        "questionnaire": f"{questionnaire.url}|{questionnaire.version}",
        "status": response.status.value,
        "subject": patient,
        "source": patient,
        "authored": _instant(changed_at(response)),
    }
    if response.status is not ResponseStatus.COMPLETED:
        return resource
    kept = _Kept(from_response_items(form, response.answers or []))
    labels = security_labels(form, kept)
    if labels:
        meta["security"] = labels
    items = to_response_items(form, kept, language=response.language)
    _settle_files(db, response, items, _linked(address) if address else _put_in)
    return resource | ({"item": items} if items else {})


def binary(attachment: Attachment) -> dict[str, Any]:
    """A file's content as a FHIR Binary."""
    content = attachment.content or b""
    return {
        "resourceType": "Binary",
        "id": str(attachment.id),
        "contentType": attachment.content_type,
        "data": base64.b64encode(content).decode(),
    }


def changed_at(response: QuestionnaireResponse) -> datetime:
    """When it last changed."""
    return response.completed_at or response.saved_at or response.made_at


def _settle_files(
    db: Session, response: QuestionnaireResponse, items: list[dict[str, Any]], put: Put
) -> None:
    named = list(_attachments(items))
    if not named:
        return
    rows = db.scalars(select(Attachment).where(Attachment.response_id == response.id))
    by_name = {f"{_STORED}{row.id}": row for row in rows}
    for attachment in named:
        row = by_name.get(attachment.pop("url", ""))
        if row is not None:
            put(attachment, row)


def _attachments(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        for answer in item.get("answer", []):
            if "valueAttachment" in answer:
                yield answer["valueAttachment"]
            yield from _attachments(answer.get("item", []))
        yield from _attachments(item.get("item", []))


def _put_in(attachment: dict[str, Any], row: Attachment) -> None:
    content = row.content
    if content is not None:
        attachment["data"] = base64.b64encode(content).decode()


def _linked(address: Callable[[UUID], str]) -> Put:
    def put(attachment: dict[str, Any], row: Attachment) -> None:
        attachment["url"] = address(row.id)

    return put


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
