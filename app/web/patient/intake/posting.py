"""What a page of a form posts: typed answers, what cannot be read of them, and which button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from app import clock, i18n
from app.intake import attachments, conflicts, pictures
from app.intake.drafts import Draft
from app.questionnaires import fault_words
from app.questionnaires.engine import fields, signing
from app.questionnaires.engine.items import Form, ItemType
from app.questionnaires.engine.journey import Step
from app.questionnaires.engine.values import File, Signature, Slot, Values
from app.refusal import Refusal
from app.web.forms import read_form

_MOST_FIELDS = 5_000
_MOST_FILES = 20
_BUTTONS = ("add", "remove", "more", "go")
_OURS = {*_BUTTONS, "keep", "theirs", "revision", "sheet", "drawn"}


@dataclass(frozen=True)
class Posted:
    """A posted page. `based_on` is the revision of the sheet it was drawn from."""

    form: FormData
    based_on: int
    sheet: str
    button: str  # add remove more, or go
    value: str
    keeps_theirs: bool  # of two answers to one question the other one
    anew: Callable[[bytes], bytes] = pictures.made_anew

    def texts(self, name: str) -> list[str]:
        """What was typed into the fields of a name."""
        return [text for text in self.form.getlist(name) if isinstance(text, str)]

    def close(self) -> None:
        """Let go of the files that came along."""
        for _name, value in self.form.multi_items():
            if isinstance(value, UploadFile):
                value.file.close()

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Everything typed, to be carried along in hidden fields."""
        return [
            (name, value)
            for name, value in self.form.multi_items()
            if isinstance(value, str) and name not in _OURS
        ]


@dataclass(frozen=True)
class Answers:
    """The page's answers as values, and sentences for those that are none."""

    values: Mapping[Slot, Values]
    faults: Mapping[Slot, str]


def read(request: Request) -> Posted:
    """The posted page, files included."""
    form = read_form(request, max_fields=_MOST_FIELDS, max_files=_MOST_FILES)
    revision = str(form.get("revision", ""))
    button = next((name for name in _BUTTONS if name in form), "go")
    return Posted(
        form,
        based_on=int(revision[:9]) if revision.isascii() and revision.isdigit() else 0,
        sheet=str(form.get("sheet", "")),
        button=button,
        value=str(form.get(button, "")),
        keeps_theirs=form.get("keep") == "theirs",
        anew=getattr(request.state, "anew", pictures.made_anew),
    )


def answers(db: Session, posted: Posted, draft: Draft, step: Step, zone: str) -> Answers:
    """What was typed on a page, as values of its questions."""
    values: dict[Slot, Values] = {}
    faults: dict[Slot, str] = {}
    for slot in step.slots:
        if draft.form.by_link_id[slot.link_id].type is ItemType.ATTACHMENT:
            _take_file(db, posted, draft, slot, values, faults)
            continue
        found, fault = fields.read(
            draft.form,
            slot,
            posted.texts,
            i18n.language(),
            zone=ZoneInfo(zone),
            sign=partial(_signed, draft, slot),
        )
        values[slot] = found
        if fault is not None:
            faults[slot] = fault_words.said(fault, zone=ZoneInfo(zone))
    return Answers(values, faults)


def drawn_with(draft: Draft, step: Step) -> list[str]:
    """Field names and digests of what a page is drawn with, for its hidden fields."""
    return [
        f"{fields.name(draft.form, slot)} {conflicts.digest(draft.state.values(slot))}"
        for slot in step.slots
    ]


def drawn_of(posted: Posted, draft: Draft) -> dict[Slot, str]:
    """The same as they came back."""
    pairs = (text.partition(" ") for text in posted.texts("drawn"))
    found = {fields.slot_of(draft.form, name): digest for name, _, digest in pairs}
    return {slot: digest for slot, digest in found.items() if slot is not None}


def without_theirs(answers: Answers, posted: Posted, draft: Draft) -> Answers:
    """The page's answers but for those where the other one was to stay."""
    theirs = {fields.slot_of(draft.form, name) for name in posted.texts("theirs")}
    return Answers(
        {slot: values for slot, values in answers.values.items() if slot not in theirs},
        {slot: fault for slot, fault in answers.faults.items() if slot not in theirs},
    )


def skipped(draft: Draft, step: Step) -> Answers:
    """Nothing, for every question of a page that was passed over."""
    asked = [slot for slot in step.slots if not draft.form.by_link_id[slot.link_id].is_required]
    return Answers(dict.fromkeys(asked, ()), {})


def uploads(posted: Posted, form: Form, slot: Slot) -> list[UploadFile]:
    """The files that a page brings for one question."""
    brought = [
        upload
        for upload in posted.form.getlist(fields.name(form, slot))
        if isinstance(upload, UploadFile) and upload.filename
    ]
    # Each one made anew takes its time.
    return brought if form.by_link_id[slot.link_id].is_repeating else brought[-1:]


def content_of(upload: UploadFile) -> bytes:
    """What a file holds, however often it is asked."""
    upload.file.seek(0)
    return upload.file.read()


def _take_file(
    db: Session,
    posted: Posted,
    draft: Draft,
    slot: Slot,
    values: dict[Slot, Values],
    faults: dict[Slot, str],
) -> None:
    name = fields.name(draft.form, slot)
    stored = tuple(
        value for value in draft.state.sheet.values.get(slot, ()) if isinstance(value, File)
    )
    if posted.button == "remove" and posted.value == name:
        values[slot] = ()
        return
    item = draft.form.by_link_id[slot.link_id]
    brought = uploads(posted, draft.form, slot)
    kept = posted.texts(f"{name}-keep")
    known = {file.id for file in stored}
    # A page that asked which of two files is right names one that stands on no sheet yet.
    found = [attachments.find(db, draft.response, each) for each in kept if each not in known]
    new = [attachments.as_answer(attachment) for attachment in found if attachment]
    values[slot] = (*(file for file in stored if file.id in kept), *new)
    if not brought:
        return
    try:
        taken = tuple(
            attachments.take(
                db,
                draft.response,
                item,
                name=upload.filename or "",
                content=content_of(upload),
                anew=posted.anew,
            )
            for upload in brought
        )
    except Refusal as refusal:
        faults[slot] = refusal.message
        return
    values[slot] = (*values[slot], *taken) if item.is_repeating else taken


def _signed(draft: Draft, slot: Slot, name: str) -> Signature:
    """The name under the words as they are shown. The same name under the same words stays."""
    signature = signing.sign(
        draft.form,
        slot.link_id,
        name,
        language=i18n.language(),
        signed_at=clock.now().isoformat(timespec="seconds"),
    )
    for former in draft.state.sheet.values.get(slot, ()):
        if isinstance(former, Signature) and (former.name, former.text_hash) == (
            signature.name,
            signature.text_hash,
        ):
            return former
    return signature
