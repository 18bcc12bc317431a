"""What was typed on a page of which nothing is kept: it is looked at for danger all the same."""

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.requests import Request

from app import i18n
from app.intake import drafts, signals
from app.intake.drafts import Draft
from app.intake.signals import Help
from app.questionnaires.engine import fields
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.sheets import put_all
from app.questionnaires.engine.values import Slot
from app.web.patient.intake.posting import Posted


def wants_help(request: Request, db: Session, draft: Draft, posted: Posted) -> Help | None:
    """Alert the clinic about what was typed. The help that comes before everything else."""
    form, zone = draft.form, ZoneInfo(request.state.patient.zone)
    typed = {
        slot: fields.read(form, slot, posted.texts, i18n.language(), zone=zone)[0]
        for slot in _places(draft, posted)
    }
    state = drafts.with_changes(draft, typed).state
    # Words count wherever they were written, also where nothing is asked any more.
    state = replace(state, sheet=put_all(state.sheet, typed))
    return signals.notice(db, draft.response, state, saved=typed)


def _places(draft: Draft, posted: Posted) -> Iterator[Slot]:
    for name in dict.fromkeys(name for name, _value in posted.typed):
        slot = fields.slot_of(draft.form, name.removesuffix(f"-{fields.OTHER}"))
        item = draft.form.by_link_id[slot.link_id] if slot else None
        if slot and item and item.is_question and item.type is not ItemType.ATTACHMENT:
            yield slot
