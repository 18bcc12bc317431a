"""Looks, when all is quiet, for what somebody outside was told and is not there."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.access.models import WebSession
from app.audit import chain
from app.db.engine import Database
from app.intake.models import IntakeTask
from app.journal.models import JournalEntry
from app.messaging.models import Direction, InboundText, Message, MessageStatus
from app.people.models import Patient
from app.questionnaires import library
from app.tasks.models import StaffTask, TaskCode
from app.telehealth.models import Seat, Signal
from bench.reliability.installation import Installation
from bench.reliability.ledger import Ledger
from bench.reliability.people import cookies_of

_UNSETTLED = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.IN_DOUBT)
_LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED)
# Left to a person: sent again once and in doubt again, or typed by a person, whose words leave once
# at most (SECURITY.md). It counts as lost all the same; this tells why.
_is_with_staff = and_(
    Message.status == MessageStatus.IN_DOUBT,
    or_(
        Message.was_resent,
        and_(Message.written_by_id.is_not(None), Message.link_id.is_(None)),
    ),
    exists().where(
        StaffTask.code == TaskCode.TEXT_IN_DOUBT,
        StaffTask.patient_id == Message.patient_id,
        StaffTask.done_at.is_(None),
    ),
)
_CHECKED = re.compile(r'value="(o\d)"[^>]* checked')


@dataclass(frozen=True)
class Texts:
    """How the texts stand, ours beside those that Twilio made."""

    made: int
    lost: int  # said to have left, and Twilio never had them; or never settled
    doubled: int
    most_copies: int
    with_staff: int  # of the lost: not sent again by rule, and staff were asked to look


def form_named(database: Database, slug: str) -> UUID:
    """The id of a shipped form, kept as a row that others may ask for."""
    with database.session() as db:
        return library.shipped(db, slug).id


def lost(clinic: Installation, ledger: Ledger) -> dict[str, list[str]]:
    """What was believed, by its kind, that is not so. Nothing stands under a kind without any."""
    with clinic.database.session(write=False) as db:
        found = {kind: look(db) for kind, look in _THERE.items() if ledger.heard(kind)}
    if ledger.heard("forms"):
        found["forms"] = _answers(clinic, ledger)
    if ledger.heard("written"):
        found["texts of staff"] = _bodies_made(clinic)
    missing = {}
    for kind, there in found.items():
        heard = ledger.heard("written" if kind == "texts of staff" else kind)
        gone = [name for name, may_be in heard.items() if not there.get(name, set()) & may_be]
        if gone:
            missing[kind] = gone
    return missing


def doubled(clinic: Installation, ledger: Ledger) -> list[str]:
    """What was asked several times because nobody answered, and stands there more than once."""
    with clinic.database.session(write=False) as db:
        texts = db.scalars(select(Message).where(Message.written_by_id.is_not(None)))
        counted = Counter(f"{row.patient_id} {row.body}" for row in texts)
        people = Counter(row.phone for row in db.scalars(select(Patient)))
    counts = counted | people
    names = [*ledger.heard("written"), *ledger.heard("patients")]
    return [name for name in names if counts[name] > 1]


def settle(clinic: Installation, ledger: Ledger, seconds: float) -> bool:
    """Wait until no text is under way and every reply is understood; whether it came to that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not _under_way(clinic.database) and not _unheard(clinic, ledger):
            return clinic.twilio.settle(10)
        time.sleep(0.3)
    return False


def texts(clinic: Installation) -> Texts:
    """Ours against Twilio's."""
    copies = clinic.twilio.copies()
    with clinic.database.session(write=False) as db:
        left = select(Message.id).where(
            Message.direction == Direction.OUTBOUND, Message.status.in_(_LEFT)
        )
        unmade = [each for each in db.scalars(left) if str(each) not in copies]
        with_staff = db.scalar(select(func.count()).where(_is_with_staff)) or 0
    counts = [len(made) for made in copies.values()]
    return Texts(
        made=len(copies),
        lost=len(unmade) + _under_way(clinic.database),
        doubled=sum(counts) - len(counts),
        most_copies=max(counts, default=0),
        with_staff=with_staff,
    )


def errors(clinic: Installation) -> Counter[str]:
    """What the processes logged as errors, without its moment."""
    lines = re.findall(r"\[error\s*\] (.*)", clinic.logs())
    return Counter(" ".join(line.split()) for line in lines)


def flaws(database: Database) -> list[str]:
    """What is wrong with the database itself, or with a clinic's trail."""
    with database.session(write=False) as db:
        wrong = _flaws_of_sqlite(db) if database.is_sqlite else _flaws_of_postgresql(db)
        for clinic_id in chain.chains(db):
            verdict = chain.verify(db, clinic_id)
            if verdict.broken_at is not None:
                wrong.append(f"trail, event {verdict.broken_at} {verdict.why}")
    return wrong


def _flaws_of_sqlite(db: Session) -> list[str]:
    said = [str(row[0]) for row in db.execute(text("PRAGMA integrity_check"))]
    keys = [str(row) for row in db.execute(text("PRAGMA foreign_key_check"))]
    return [line for line in said if line != "ok"] + keys


def _flaws_of_postgresql(db: Session) -> list[str]:
    """Every row of every table read from the heap, and through its first index, in equal number.

    With `amcheck`, where the server has it, every index is compared with its table besides.
    """
    wrong = []
    names = db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    for name in names.all():
        counts = []
        for way, other in (("seqscan", "indexscan"), ("indexscan", "seqscan")):
            db.execute(text(f"SET LOCAL enable_{way} = on"))
            db.execute(text(f"SET LOCAL enable_{other} = off"))
            counts.append(db.scalar(text(f'SELECT count(*) FROM "{name}"')))
        if counts[0] != counts[1]:
            wrong.append(f"{name}: {counts[0]} rows, {counts[1]} by its index")
    return wrong + _flaws_of_indexes(db)


def _flaws_of_indexes(db: Session) -> list[str]:
    if db.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'")) is None:
        return []
    try:
        db.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        db.execute(
            text(
                "SELECT bt_index_check(c.oid, true) FROM pg_class c "
                "JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree' "
                "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
                "WHERE c.relkind = 'i'"
            )
        ).all()
    except DBAPIError as error:
        return [str(error.orig).splitlines()[0]]
    return []


def _entries(db: Session) -> Mapping[str, set[str]]:
    return {str(row.uuid): {row.words} for row in db.scalars(select(JournalEntry))}


def _sessions(db: Session) -> Mapping[str, set[str]]:
    return {each.hex(): {""} for each in db.scalars(select(WebSession.token_hash))}


def _claims(db: Session) -> Mapping[str, set[str]]:
    seated = select(WebSession.token_hash).join(Seat, Seat.web_session_id == WebSession.id)
    claimed = db.scalars(seated.where(Seat.claimed_at.is_not(None)))
    return {each.hex(): {""} for each in claimed}


def _written(db: Session) -> Mapping[str, set[str]]:
    rows = db.scalars(select(Message).where(Message.written_by_id.is_not(None)))
    return {f"{row.patient_id} {row.body}": {""} for row in rows}


def _replies(db: Session) -> Mapping[str, set[str]]:
    rows = db.scalars(select(Message).where(Message.direction == Direction.INBOUND))
    return {row.body or "": {""} for row in rows}


def _patients(db: Session) -> Mapping[str, set[str]]:
    return {row.phone: {""} for row in db.scalars(select(Patient))}


def _asked(db: Session) -> Mapping[str, set[str]]:
    return {str(each): {""} for each in db.scalars(select(IntakeTask.patient_id))}


def _signals(db: Session) -> Mapping[str, set[str]]:
    return {f"{page} {n}": {""} for page, n in db.execute(select(Signal.page, Signal.count))}


_THERE: dict[str, Callable[[Session], Mapping[str, set[str]]]] = {
    "entries": _entries,
    "sessions": _sessions,
    "claims": _claims,
    "written": _written,
    "replies": _replies,
    "patients": _patients,
    "asked": _asked,
    "signals": _signals,
}


def _answers(clinic: Installation, ledger: Ledger) -> Mapping[str, set[str]]:
    """What stands on each page of a form, as its patient is shown it."""
    pages = defaultdict(list)
    for name in ledger.heard("forms"):
        patient_id, _, path = name.partition(" ")
        pages[patient_id].append(path)
    found = {}
    for patient in clinic.people.patients:
        browser = clinic.browser(0, cookies_of(clinic.database, patient))
        for path in pages[str(patient.id)]:
            shown = browser.get(path)
            if shown.status != 200:
                raise RuntimeError(f"a page of a form is not shown: {shown.status}")
            found[f"{patient.id} {path}"] = set(_CHECKED.findall(shown.text))
        browser.close()
    return found


def _bodies_made(clinic: Installation) -> Mapping[str, set[str]]:
    """What Twilio has for whom, of all that staff wrote."""
    made = {(text.to, text.body) for text in clinic.twilio.made()}
    with clinic.database.session(write=False) as db:
        rows = db.scalars(select(Message).where(Message.written_by_id.is_not(None)))
        return {
            f"{row.patient_id} {row.body}": {""} for row in rows if (row.number, row.body) in made
        }


def _under_way(database: Database) -> int:
    waiting = select(func.count()).where(
        Message.status.in_(_UNSETTLED), Message.due_at <= clock.now()
    )
    with database.session(write=False) as db:
        return db.scalar(waiting) or 0


def _unheard(clinic: Installation, ledger: Ledger) -> int:
    """Replies that Twilio has and we have not taken in."""
    with clinic.database.session(write=False) as db:
        taken = select(func.count()).where(InboundText.understood_at.is_not(None))
        return len(ledger.heard("replies")) - (db.scalar(taken) or 0)
