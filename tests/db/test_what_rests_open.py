"""Every column there is, and why it may rest as it is: sealed, or explained here."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import JSON, Enum, LargeBinary, String, Text, select

from app.db import sealed_columns
from app.db.base import KeyKind, Model
from app.db.sealed_columns import all_of
from app.journal.models import JournalEntry
from app.security.encryption import Unreadable
from tests import journals
from tests.sealed import know_every_table

know_every_table()
TABLES = {table.name: table for table in Model.metadata.sorted_tables}
SEALED = [each for columns in all_of(*KeyKind).values() for each in columns]
NAMES = {(each.table, each.name) for each in SEALED}
ROOT = Path(__file__).resolve().parents[2]

# Words and bytes that rest in clear, each with why it names, reaches or quotes no patient.
CLINICS_OWN = "what the clinic says of itself, to everybody who asks"
STAFFS_OWN = "how staff are called to patients, or their own room's address"
CODE = "one of a few words of ours"
HASH = "a hash of 128 random bits or more, or under a key that is not here"
RANDOM = "random bits that open nothing without a key that is not here"
WRAPPED = "a key, wrapped under one that is not here"
OTHERS_ID = "another system's name for a thing of theirs"
OURS = "a name that we made, of ids and codes"
COARSE = "what kind of device, as “iPhone”"
PUBLIC = "the public half of a pair"

OPEN = {
    "alarm.code": CODE,
    "alarm.sender": OURS,
    "api_key.name": CLINICS_OWN,
    "api_key.scopes": CODE,
    "api_key.token_hash": HASH,
    "application.browser_hash": HASH,
    "application.code_hash": HASH,
    "application.language": CODE,
    "application.seed": RANDOM,
    "appointment.wall_start": "a moment",
    "appointment.zone": "a time zone",
    "attachment.content_type": CODE,
    "attachment.digest": "empty, and blanked where it was not: tests/intake/test_attachments.py",
    "attempt.source_hash": HASH,
    "audit_event.action": CODE,
    "audit_event.agent_kind": CODE,
    "audit_event.detail": "ids and short words: tests/db/test_rest.py",
    "audit_event.entity_kind": CODE,
    "audit_event.hash": "of ids and codes",
    "audit_event.previous_hash": "of ids and codes",
    "baseline.figures": "counts",
    "challenge.browser_hash": HASH,
    "challenge.purpose": CODE,
    "challenge.user_handle": RANDOM,
    "challenge.value": RANDOM,
    "clinic.country": CLINICS_OWN,
    "clinic.deposit_url": CLINICS_OWN,
    "clinic.language": CLINICS_OWN,
    "clinic.name": CLINICS_OWN,
    "clinic.phone": CLINICS_OWN,
    "clinic.session_phone": CLINICS_OWN,
    "clinic.short_name": CLINICS_OWN,
    "clinic.slug": CLINICS_OWN,
    "clinic.video": CODE,
    "clinic.zone": CLINICS_OWN,
    "clinic_key.wrapped": WRAPPED,
    "consent.device": COARSE,
    "consent.language": CODE,
    "consent.text_hash": "of the form's own words",
    "consent.version": "the form's",
    "copy_change.name": "a table's",
    "data_copy.folder": "the operator's",
    "delivery_report.error_code": OTHERS_ID,
    "delivery_report.sid": OTHERS_ID,
    "delivery_report.word": CODE,
    "escort.language": CODE,
    "hours_exception.name": CLINICS_OWN,
    "house_key.wrapped": WRAPPED,
    "inbound_text.provider_sid": OTHERS_ID,
    "inbound_text.sender_index": HASH,
    "inbound_text.service": OTHERS_ID,
    "intake_door.browser_hash": HASH,
    "intake_packet.once_key": OURS,
    "intake_task.outcome": CODE,
    "invitation.token_hash": HASH,
    "journal_door.browser_hash": HASH,
    "journal_file.media_type": CODE,
    "location.address": CLINICS_OWN,
    "location.directions": CLINICS_OWN,
    "location.name": CLINICS_OWN,
    "location.zone": CLINICS_OWN,
    "magic_link.seed": RANDOM,
    "magic_link.token_hash": HASH,
    "message.cap_key": OURS,
    "message.error_code": OTHERS_ID,
    "message.once_key": OURS,
    "message.provider_sid": OTHERS_ID,
    "message.worker": OURS,
    "offer.page": OURS,
    "offer.peer": OURS,
    "passkey.aaguid": "the make of an authenticator",
    "passkey.credential_id": RANDOM,
    "passkey.device": COARSE,
    "passkey.device_type": CODE,
    "passkey.public_key": PUBLIC,
    "passkey.user_handle": RANDOM,
    "patient.language": CODE,
    "patient.phone_index": HASH,
    "patient.wants": CODE,
    "patient.zone": "a time zone",
    "practitioner.display_name": STAFFS_OWN,
    "practitioner.room_url": STAFFS_OWN,
    "protocol.name": CLINICS_OWN,
    "protocol.slug": CLINICS_OWN,
    "protocol_version.plan": CLINICS_OWN,
    "push_notice.once_key": OURS,
    "push_subscription.device": COARSE,
    "push_subscription.endpoint_hash": HASH,
    "push_subscription.language": CODE,
    "questionnaire.definition": "the form's questions",
    "questionnaire.identity": "the form's",
    "questionnaire.rules": "the form's",
    "questionnaire.title": "the form's",
    "questionnaire.url": "the form's",
    "questionnaire.version": "the form's",
    "questionnaire.warnings": "the form's",
    "questionnaire_response.at_link_id": "which question somebody stands at",
    "questionnaire_response.browser_hash": HASH,
    "questionnaire_response.device": COARSE,
    "questionnaire_response.language": CODE,
    "questionnaire_response.touched": "which questions were touched, and when",
    "reply_template.body_en": CLINICS_OWN,
    "reply_template.body_es": CLINICS_OWN,
    "reply_template.title": CLINICS_OWN,
    "review_flag.link_id": "which question, not what was answered",
    "safety_alert.outcome": CODE,
    "seat.device": COARSE,
    "seat.page": OURS,
    "seat.peer": OURS,
    "sender.name": OURS,
    "sender.stopped_code": CODE,
    "sender_number.number": OURS,
    "session_audio.body": CLINICS_OWN,
    "session_audio.digest": CLINICS_OWN,
    "session_audio.media_type": CODE,
    "session_audio.name": CLINICS_OWN,
    "sign_in_code.browser_hash": HASH,
    "sign_in_code.code_hash": HASH,
    "sign_in_code.seed": RANDOM,
    "signal.page": OURS,
    "signal.peer": OURS,
    "staff_note.once_key": OURS,
    "subscription.host": "another system's",
    "subscription.reason": "what the other system says it is for",
    "subscription.resource_type": CODE,
    "subscription_event.resource_type": CODE,
    "thread.number_index": HASH,
    "vapid_key.public": PUBLIC,
    "video_visit.page": OURS,
    "visit_guest.language": CODE,
    "visit_timing.fault": CODE,
    "web_session.browser_hash": HASH,
    "web_session.device": COARSE,
    "web_session.former_hash": HASH,
    "web_session.token_hash": HASH,
    "worker_beat.name": OURS,
}


def _words_and_bytes():
    """Every column that could hold what somebody said: no number, moment, id or listed word."""
    for table in TABLES.values():
        for column in table.columns:
            holds = isinstance(column.type, (String, Text, JSON, LargeBinary))
            if holds and not isinstance(column.type, Enum):
                yield f"{table.name}.{column.name}"


def test_every_column_of_words_or_bytes_rests_sealed_or_is_explained():
    sealed = {f"{table}.{name}" for table, name in NAMES}

    assert sorted(set(_words_and_bytes()) - sealed - OPEN.keys()) == []


def test_what_is_explained_is_there_and_not_sealed():
    sealed = {f"{table}.{name}" for table, name in NAMES}

    assert sorted(OPEN.keys() - set(_words_and_bytes())) == []
    assert sorted(OPEN.keys() & sealed) == []


def test_no_column_that_says_it_is_sealed_lacks_a_seal():
    called_so = {
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }

    assert sorted(called_so - NAMES) == []
    assert sorted(NAMES - called_so) == [("entry_key", "wrapped")]


def test_the_database_has_no_sealed_column_that_nobody_would_seal_anew(database):
    with database.engine.connect() as connection:
        assert sealed_columns.unknown(connection) == []


def test_a_sealed_value_opens_in_its_own_row_and_column_alone(database, cast):
    # What stands under an entry's key needs a session: the next test.
    for each in (one for one in SEALED if one.key is not KeyKind.ENTRY):
        other = next(one for one in SEALED if one.key is each.key and one.name != each.name)
        row = _row(each.table, cast.clinic)
        sealed = each.seal.closed(row, b"Marigold")

        assert each.seal.opened(row, sealed) == b"Marigold"
        with pytest.raises(Unreadable):
            each.seal.opened(_row(each.table, cast.clinic), sealed)
        row.__tablename__ = other.table
        with pytest.raises(Unreadable):
            other.seal.opened(row, sealed)


def test_the_words_of_an_entry_open_in_no_other(database, cast):
    for words in ("the light", "the sea"):
        journals.keep(database, cast.maya, words)
    with database.session() as db:
        one, other = db.scalars(select(JournalEntry))
        other.words_sealed = one.words_sealed

        with pytest.raises(Unreadable):
            _ = other.words


def test_a_patients_value_opens_at_no_other_clinic(database, cast):
    seal = next(each.seal for each in SEALED if each.name == "given_name_sealed")
    row = _row("patient", cast.clinic)
    moved = SimpleNamespace(**vars(row) | {"clinic_id": cast.neighbour.id})

    with pytest.raises(Unreadable):
        seal.opened(moved, seal.closed(row, b"Marigold"))


def test_the_worker_knows_every_table_that_it_seals_anew():
    asks = """
import app.worker
from app.db import base, sealed_columns
print(*sorted(sealed_columns.all_of(*base.KeyKind)))
"""
    told = subprocess.run(
        [sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == sorted({each.table for each in SEALED})


def _row(table, clinic):
    return SimpleNamespace(__tablename__=table, id=uuid4(), clinic_id=clinic.id)
