"""Asks for the scales that are due by themselves, with one text, each time once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock, wall_time
from app.intake import packets
from app.intake.models import IntakePacket, IntakeTask, PacketCode
from app.outcomes import cadence
from app.outcomes.cadence import Asked, Due, History
from app.outcomes.models import Course
from app.people.models import Clinic, Patient
from app.plans import kept
from app.questionnaires import library
from app.questionnaires.engine.scales import GAD_7, PCL_5, PHQ_9
from app.questionnaires.forms import form_of
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service

_SLUGS = (PHQ_9.slug, GAD_7.slug, PCL_5.slug, cadence.BLADDER)
_LOOKS_BACK = timedelta(days=400)  # whoever had no session for so long is no longer in a course
_LONGEST = timedelta(days=3)  # no session lasts longer
CLINICS_AT_ONCE = 25
_PATIENTS_AT_ONCE = 1000


def ask_due(db: Session, behind: UUID | None = None) -> UUID | None:
    """Ask whoever something is due of, at the next few clinics `behind` one. For the worker.

    Twice asks once, also in two places at once. Returns the last of those clinics; None when the
    first are next. So a turn costs the same among hundreds of clinics.
    """
    clinics = _clinics(db, behind)
    _ask(db, clinics, clock.now())
    return clinics[-1] if len(clinics) == CLINICS_AT_ONCE else None


def _clinics(db: Session, behind: UUID | None) -> Sequence[UUID]:
    some = select(Clinic.id).order_by(Clinic.id).limit(CLINICS_AT_ONCE)
    return db.scalars(some if behind is None else some.where(Clinic.id > behind)).all()


def _ask(db: Session, clinics: Sequence[UUID], now: datetime) -> None:
    for patient_id, due in _all_due(db, clinics, now):
        if due.opens_at > now:
            continue
        patient = db.get_one(Patient, patient_id)
        forms = [library.for_clinic(db, patient.clinic, slug) for slug in due.slugs]
        try:
            with db.begin_nested():
                packets.make(
                    db,
                    patient,
                    PacketCode.SCALES,
                    forms,
                    opens_at=due.opens_at,
                    due_at=min(due.opens_at + cadence.DUE_AFTER, due.closes_at),
                    closes_at=due.closes_at,
                    once_key=_once(patient, due),
                    by=None,
                )
        except IntegrityError:
            continue  # somebody else has just asked


def next_due(db: Session) -> datetime | None:
    """When the next of them is due."""
    clinics = db.scalars(select(Clinic.id)).all()
    moments = [due.opens_at for _id, due in _all_due(db, clinics, clock.now())]
    return min(moments, default=None)


def speaks_of_trauma(db: Session, patient: Patient) -> bool:
    """Whether the clinic's form about hard memories can be read in a patient's language.

    Ours is in English alone; whom it does not reach is asked by people.
    """
    form = library.find(db, patient.clinic, library.unkept(PCL_5.slug).url)
    if form is None:
        return False
    read = form_of(form)
    return read.language.split("-")[0] == patient.language or patient.language in read.title.others


def _once(patient: Patient, due: Due) -> str:
    day = wall_time.wall(due.opens_at, patient.zone).date()
    return f"scales:{patient.id}:{day.isoformat()}"


_Sessions = Row[UUID, datetime | None, datetime | None, datetime | None]


def _all_due(db: Session, clinics: Sequence[UUID], now: datetime) -> Iterator[tuple[UUID, Due]]:
    """Everybody in a course at these clinics to whom something is still to come: what and when."""
    sessions = db.execute(_sessions(clinics, now)).all()
    asked = _asked(db, clinics, now)
    # Most of whom a clinic has treated are left alone by now: of them no more is read.
    wanted = {
        row[0]: row
        for row in sessions
        if not cadence.is_left_alone(asked[row[0]], last_end=row[2], now=now)
    }
    ids = list(wanted)
    for first in range(0, len(ids), _PATIENTS_AT_ONCE):
        some = ids[first : first + _PATIENTS_AT_ONCE]
        yield from _due(db, {each: wanted[each] for each in some}, asked, now)


def _due(
    db: Session,
    sessions: Mapping[UUID, _Sessions],
    asked: Mapping[UUID, Sequence[Asked]],
    now: datetime,
) -> Iterator[tuple[UUID, Due]]:
    ids = list(sessions)
    courses, told, followed = _courses(db, ids), _told(db, ids), _followed(db, ids, now)
    for patient_id, zone, clinic in db.execute(_settings(ids)):
        _id, first_end, last_end, next_start = sessions[patient_id]
        course = courses.get(patient_id)
        follows = kept.find(db, clinic, followed.get(patient_id)) or kept.default_of(db, clinic)
        step = follows.plan.scales_after
        history = History(
            zone=zone,
            last_end=last_end,
            first_end=first_end,
            next_start=next_start,
            told=told[patient_id],
            asked=tuple(asked[patient_id]),
            asks_about_trauma=course is not None
            and course.asks_about_trauma
            and speaks_of_trauma(db, course.patient),
            is_over=course is not None and course.ended_at is not None and next_start is None,
            after=timedelta(days=step.days or clinic.scales_after_days),
            every=timedelta(
                days=clinic.scales_every_days if step.every_days is None else step.every_days
            ),
            is_wanted=step.is_on,
        )
        due = cadence.due(history, now)
        if due is not None:
            yield patient_id, due


def _settings(ids: Iterable[UUID]) -> Select[UUID, str, Clinic]:
    """On whose clock each patient lives, and the clinic that asks."""
    return (
        select(Patient.id, Patient.zone, Clinic)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .where(Patient.id.in_(ids), Patient.archived_at.is_(None), Patient.merged_into_id.is_(None))
    )


def _sessions(
    clinics: Sequence[UUID], now: datetime
) -> Select[UUID, datetime | None, datetime | None, datetime | None]:
    """Of each patient with sessions: the ends of the first and the last, the next one's start."""
    ended_at = func.coalesce(Encounter.ended_at, Appointment.ends_at)
    took_place = ended_at <= now
    return (
        select(
            Appointment.patient_id,
            func.min(case((took_place, ended_at))),
            func.max(case((took_place, ended_at))),
            func.min(case((~took_place, Appointment.starts_at))),
        )
        .outerjoin(Encounter, Encounter.appointment_id == Appointment.id)
        .where(
            Appointment.service == Service.INFUSION,
            Appointment.status.not_in((AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)),
            Appointment.clinic_id.in_(clinics),
            Appointment.starts_at > now - _LOOKS_BACK - _LONGEST,  # by its index
            Appointment.ends_at > now - _LOOKS_BACK,
        )
        .group_by(Appointment.patient_id)
    )


def _followed(db: Session, ids: Iterable[UUID], now: datetime) -> dict[UUID, UUID | None]:
    """Which protocol each patient's last session that began follows."""
    rows = db.execute(
        select(Appointment.patient_id, Appointment.protocol_id, func.max(Appointment.starts_at))
        .where(
            Appointment.patient_id.in_(ids),
            Appointment.service == Service.INFUSION,
            Appointment.status.not_in((AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)),
            Appointment.starts_at <= now,
        )
        .group_by(Appointment.patient_id, Appointment.protocol_id)
        .order_by(func.max(Appointment.starts_at))
    )
    return {patient_id: protocol_id for patient_id, protocol_id, _at in rows}


def _courses(db: Session, ids: Iterable[UUID]) -> dict[UUID, Course]:
    """Each patient's open course, else the last one."""
    rows = db.scalars(select(Course).where(Course.patient_id.in_(ids))).all()
    ordered = sorted(rows, key=lambda row: (row.ended_at is None, row.begun_at))
    return {row.patient_id: row for row in ordered}


def _told(db: Session, ids: Iterable[UUID]) -> dict[UUID, dict[str, datetime]]:
    """When each scale was last handed in, or asked by itself."""
    slugs = {library.unkept(slug).url: slug for slug in _SLUGS}
    answered = (
        select(
            QuestionnaireResponse.patient_id,
            Questionnaire.url,
            func.max(QuestionnaireResponse.completed_at),
        )
        .join(Questionnaire, Questionnaire.id == QuestionnaireResponse.questionnaire_id)
        .where(
            QuestionnaireResponse.patient_id.in_(ids),
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            Questionnaire.url.in_(slugs),
        )
        .group_by(QuestionnaireResponse.patient_id, Questionnaire.url)
    )
    asked = (
        select(IntakeTask.patient_id, Questionnaire.url, func.max(IntakePacket.opens_at))
        .join(IntakePacket, IntakePacket.id == IntakeTask.packet_id)
        .join(Questionnaire, Questionnaire.id == IntakeTask.questionnaire_id)
        .where(
            IntakeTask.patient_id.in_(ids),
            IntakePacket.code == PacketCode.SCALES,
            Questionnaire.url.in_(slugs),
        )
        .group_by(IntakeTask.patient_id, Questionnaire.url)
    )
    found: defaultdict[UUID, dict[str, datetime]] = defaultdict(dict)
    rows: list[Row[UUID, str, datetime | None]] = [*db.execute(answered), *db.execute(asked)]
    for patient_id, url, at in rows:
        if at is not None:
            mine = found[patient_id]
            mine[slugs[url]] = max(at, mine.get(slugs[url], at))
    return found


def _asked(db: Session, clinics: Sequence[UUID], now: datetime) -> defaultdict[UUID, list[Asked]]:
    """What was asked by itself, the latest first. What was pulled back was no asking."""
    rows = db.execute(
        select(
            IntakePacket.patient_id,
            IntakePacket.opens_at,
            IntakePacket.closes_at,
            IntakePacket.done_at.is_not(None),
        )
        .where(
            IntakePacket.clinic_id.in_(clinics),
            IntakePacket.code == PacketCode.SCALES,
            IntakePacket.cancelled_at.is_(None),
            IntakePacket.opens_at > now - _LOOKS_BACK,
        )
        .order_by(IntakePacket.opens_at.desc())
    )
    found: defaultdict[UUID, list[Asked]] = defaultdict(list)
    for patient_id, opens_at, closes_at, is_done in rows:
        found[patient_id].append(Asked(opens_at, closes_at, is_done))
    return found
