"""A text as a FHIR Communication.

How far it got stands twice: in `status`, as FHIR divides it, and word for word in the extension
`urn:afterglow:delivery-status` (a code): queued, sending, in-doubt, accepted (by the carrier's
door), sent (by the carrier), delivered, undelivered, failed, cancelled, or received.
"""

import re
from datetime import UTC, datetime
from typing import Any

from app.i18n import gettext as _
from app.links.magic_links import PATHS
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.messaging.wording import LINK
from app.people.models import Clinic
from app.security.encryption import Unreadable

DELIVERY_STATUS = "urn:afterglow:delivery-status"
PURPOSES = "urn:afterglow:text-purpose"
ERRORS = "urn:afterglow:text-error"
_PROVIDER_ERRORS = "https://www.twilio.com/docs/api/errors"
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/communication-category"
_MODES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
# `completed` is what we know to have arrived; on its way a text is in progress, however long.
_STATUSES = {
    MessageStatus.QUEUED: "preparation",
    MessageStatus.SENDING: "in-progress",
    MessageStatus.IN_DOUBT: "unknown",
    MessageStatus.ACCEPTED: "in-progress",
    MessageStatus.SENT: "in-progress",
    MessageStatus.DELIVERED: "completed",
    MessageStatus.RECEIVED: "completed",
    MessageStatus.UNDELIVERED: "stopped",
    MessageStatus.FAILED: "not-done",
    MessageStatus.CANCELLED: "not-done",
}
_REMINDERS = (Purpose.JOIN, Purpose.CONFIRM, Purpose.NUDGE)
# An address of ours that somebody pasted into a text: what stands behind the sign opens a door.
_TOKEN = re.compile(rf"({'|'.join([*PATHS.values(), '/invitation'])})#\w+")


def written(message: Message, clinic: Clinic) -> dict[str, Any]:
    """One text with a patient as FHIR."""
    here = _clinic_or_writer(message, clinic)
    patient = {"reference": f"Patient/{message.patient_id}"}
    came_in = message.direction is Direction.INBOUND
    resource: dict[str, Any] = {
        "resourceType": "Communication",
        "id": str(message.id),
        "meta": {"lastUpdated": _instant(message.changed_at or message.made_at)},
        "extension": [
            {"url": DELIVERY_STATUS, "valueCode": message.status.value.replace("_", "-")}
        ],
        "status": _STATUSES[message.status],
        "category": _categories(message),
        "medium": [{"coding": [{"system": _MODES, "code": "WRITTEN"}], "text": "SMS"}],
        "subject": patient,
        "sender": patient if came_in else here,
        "recipient": [here if came_in else patient],
    }
    reason = _reason(message)
    if reason:
        resource["statusReason"] = reason
    if message.appointment_id:
        resource["about"] = [{"reference": f"Appointment/{message.appointment_id}"}]
    return resource | _times(message) | _payload(message)


def _clinic_or_writer(message: Message, clinic: Clinic) -> dict[str, str]:
    writer = message.written_by
    if writer is not None:
        return {"reference": f"Practitioner/{writer.id}", "display": writer.display_name}
    return {"reference": f"Organization/{clinic.id}", "display": clinic.name}


def _categories(message: Message) -> list[dict[str, Any]]:
    ours = {"coding": [{"system": PURPOSES, "code": message.purpose.value}]}
    if message.direction is Direction.INBOUND:
        return [ours]
    code = "reminder" if message.purpose in _REMINDERS else "notification"
    return [{"coding": [{"system": _CATEGORIES, "code": code}]}, ours]


def _reason(message: Message) -> dict[str, Any] | None:
    """Why it stands as it does, where that is no good news."""
    words = {
        MessageStatus.IN_DOUBT: _("Whether it left is not known."),
        MessageStatus.UNDELIVERED: _("It did not reach the phone."),
        MessageStatus.FAILED: _("It was not sent."),
        MessageStatus.CANCELLED: _("It was taken back before it left."),
    }.get(message.status)
    if words is None:
        return None
    reason: dict[str, Any] = {"text": words}
    if message.error_code:
        system = _PROVIDER_ERRORS if message.error_code.isdecimal() else ERRORS
        reason["coding"] = [{"system": system, "code": message.error_code}]
    return reason


def _times(message: Message) -> dict[str, str]:
    """When it left, and when it is known to have arrived."""
    times = {}
    if message.sent_at is not None:
        times["sent"] = _instant(message.sent_at)
    if message.status is MessageStatus.RECEIVED:
        times["received"] = _instant(message.sent_at or message.made_at)
    if message.status is MessageStatus.DELIVERED and message.status_at is not None:
        times["received"] = _instant(message.status_at)
    return times


def _payload(message: Message) -> dict[str, Any]:
    """What it said: without its link's token, and without a sign-in code, its patient's alone."""
    if message.purpose is Purpose.CODE:
        return {"payload": [{"contentString": _("[a sign-in code]")}]}
    try:
        body = message.body
    except (Unreadable, KeyError):  # its key was retired: that there was a text is told still
        return {}
    if message.link_id is not None:
        body = body.replace(LINK, _("[link]"))
    body = _TOKEN.sub(r"\1#…", body).strip()
    return {"payload": [{"contentString": body}]} if body else {}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
