"""Takes in a form that a clinic brings, and says what was made of it.

Three results: accepted, accepted with warnings, refused. A refused one leaves nothing behind.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid5

from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.db.base import Model
from app.db.once import add_once
from app.people.models import Clinic
from app.questionnaires import library, patterns, probing, sanitising, strict_json
from app.questionnaires.engine import reading
from app.questionnaires.engine.findings import Finding
from app.questionnaires.engine.items import Form
from app.questionnaires.models import Questionnaire
from app.questionnaires.strict_json import NotReadable

_LONGEST_URL, _LONGEST_VERSION, _LONGEST_TITLE = 500, 100, 200
_TRIED_FOR = 3.0  # seconds for all patterns
_SLOW, _ODD = "slow-pattern", "odd-pattern"
UNUSABLE_PATTERN = (_SLOW, _ODD)
_NOT_ITS_MEANING = ("id", "meta", "text")  # what a server or a tool changes by itself


class Result(StrEnum):
    ACCEPTED = "accepted"
    WARNINGS = "warnings"
    REFUSED = "refused"


@dataclass(frozen=True)
class Import:
    """What came of it. `questionnaire` is None when it was refused."""

    questionnaire: Questionnaire | None
    findings: tuple[Finding, ...]
    is_new: bool = False

    @property
    def result(self) -> Result:
        if self.questionnaire is None:
            return Result.REFUSED
        return Result.WARNINGS if self.findings else Result.ACCEPTED

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Why it was refused, without what is only odd."""
        return tuple(each for each in self.findings if each.severity == "refused")


@dataclass(frozen=True)
class Examined:
    """A form as it was understood. `form` is None when it has to be refused."""

    resource: Mapping[str, Any]
    form: Form | None
    findings: tuple[Finding, ...]


def import_questionnaire(
    db: Session, clinic: Clinic, raw: bytes, *, by: Model | None, resumes: bool = True
) -> Import:
    """Store a form that may be asked with from now on, and its report.

    The same form again is the row that stands; if it was retired it is taken up again, unless
    `resumes` is False. Another form under a url and version that are taken is refused: a response
    must be readable years later.
    """
    examined = examine(raw)
    if examined.form is None:
        return Import(None, examined.findings)
    url, version = _named(clinic, examined.resource)
    if len(url) > _LONGEST_URL or len(version) > _LONGEST_VERSION:
        return Import(None, (*examined.findings, _refusal("name-too-long")))
    wanted = Questionnaire(
        clinic_id=clinic.id,
        identity=library.identity(clinic.id, url, version),
        url=url,
        version=version,
        title=_title(examined),
        definition=raw.decode("utf-8-sig"),
        warnings=_written(examined.findings),
        rules="[]",
        imported_by_id=by.id if by is not None and by.__tablename__ == "practitioner" else None,
        made_at=clock.now(),
    )
    return _stored(db, wanted, examined, clinic=clinic, by=by, resumes=resumes)


def examine(raw: bytes) -> Examined:
    """Read a form without keeping it."""
    try:
        resource = strict_json.read(raw)
    except NotReadable as error:
        return Examined({}, None, (_refusal(error.code, error.about),))
    read = reading.read(resource, sanitise=sanitising.sanitise)
    tried = (*_patterns(read.form), *probing.doubts(read.form)) if read.form else ()
    findings = (*read.findings, *tried)
    return Examined(resource, read.form, findings)


def retire(db: Session, questionnaire: Questionnaire, *, by: Model) -> None:
    """It is not asked with any more. What was answered stays, and so does what is being filled."""
    if questionnaire.retired_at is None:
        questionnaire.retired_at = clock.now()
        trail.record(db, "retire-questionnaire", agent=by, entity=questionnaire)


def resume(db: Session, questionnaire: Questionnaire, *, by: Model | None) -> None:
    """It may be asked with again."""
    if questionnaire.retired_at is not None:
        questionnaire.retired_at = None
        trail.record(db, "resume-questionnaire", agent=by, entity=questionnaire)


def findings_of(questionnaire: Questionnaire) -> tuple[Finding, ...]:
    """The report of its import."""
    return tuple(Finding(**each) for each in json.loads(questionnaire.warnings))


def _stored(
    db: Session,
    wanted: Questionnaire,
    examined: Examined,
    *,
    clinic: Clinic,
    by: Model | None,
    resumes: bool,
) -> Import:
    there = library.find(db, clinic, f"{wanted.url}|{wanted.version}")
    if there is None:
        if add_once(db, wanted):
            row = db.get_one(Questionnaire, wanted.id)
            trail.record(db, "import-questionnaire", agent=by, entity=row)
            return Import(row, examined.findings, is_new=True)
        there = library.find(db, clinic, f"{wanted.url}|{wanted.version}")
    if there is None or _digest(strict_json.read(there.definition.encode())) != _digest(
        examined.resource
    ):
        return Import(None, (*examined.findings, _refusal("version-taken", wanted.version)))
    there = library.kept(db, there)
    if resumes and there.clinic_id is not None:
        resume(db, there, by=by)
    return Import(there, examined.findings)


def _named(clinic: Clinic, resource: Mapping[str, Any]) -> tuple[str, str]:
    """Its url and version. Where the file has none, what follows from its id and its content."""
    digest = _digest(resource)
    url = _text(resource, "url").partition("|")[0]
    if not url:
        own = _text(resource, "id")
        url = f"urn:uuid:{uuid5(clinic.id, f'id {own}' if own else f'content {digest}')}"
    return url, _text(resource, "version") or digest[:12]


def _title(examined: Examined) -> str:
    """What it is called in lists; without a title or name, by the first thing it says."""
    form = examined.form
    if form is None:
        return ""
    first = next((item.words.plain for item in form.in_order if item.words.plain.strip()), "")
    title = form.title.plain or _text(examined.resource, "name") or first
    return " ".join(title.split())[:_LONGEST_TITLE]


def _text(resource: Mapping[str, Any], name: str) -> str:
    value = resource.get(name)
    return value.strip() if isinstance(value, str) else ""


def _digest(resource: Mapping[str, Any]) -> str:
    """What it says, whatever the order of its elements."""
    said = {name: value for name, value in resource.items() if name not in _NOT_ITS_MEANING}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _patterns(form: Form) -> Iterator[Finding]:
    """Each pattern to which no answer can be held. Each is tried once.

    Trying takes a moment in which nobody else writes: what had no turn counts as too slow.
    """
    slow: dict[str, bool] = {}
    until = time.monotonic() + _TRIED_FOR
    for item in form.in_order:
        pattern = item.limits.pattern
        if not pattern:
            continue
        if pattern not in slow:
            slow[pattern] = time.monotonic() > until or patterns.is_hostile(pattern)
        if slow[pattern]:
            code = _SLOW if patterns.is_readable(pattern) else _ODD
            yield Finding("warning", item.link_id, code, "Answers are not held to its pattern.")


def _refusal(code: str, about: str = "") -> Finding:
    return Finding(severity="refused", link_id="", code=code, message=code, about=about)


def _written(findings: tuple[Finding, ...]) -> str:
    return json.dumps([asdict(each) for each in findings])
