"""Two browsers on one sheet: nothing that one wrote is overwritten by the other in silence."""

import json
from collections.abc import Iterable, Mapping

from app.i18n import gettext as _
from app.questionnaires.engine import fields
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.values import Sheet, Slot, Values
from app.questionnaires.models import QuestionnaireResponse
from app.refusal import Refusal


class Conflict(Refusal):
    """An answer was changed elsewhere since the page was drawn, to something else.

    `slots` are the questions, `theirs` what stands on the sheet, `revision` the sheet's by now.
    """

    def __init__(self, slots: tuple[Slot, ...], theirs: Mapping[Slot, Values], revision: int):
        super().__init__(_("This was answered on another phone meanwhile."))
        self.slots, self.theirs, self.revision = slots, theirs, revision


class AlreadySent(Refusal):
    """The sheet was sent meanwhile: nothing can be added to it."""

    def __init__(self) -> None:
        super().__init__(_("These answers have been sent already."))


def touched(response: QuestionnaireResponse) -> dict[str, int]:
    """Which fields and pages were saved, and at which revision of the sheet."""
    noted: dict[str, int] = json.loads(response.touched or "{}")
    return noted


def refuse(
    response: QuestionnaireResponse,
    form: Form,
    sheet: Sheet,
    changes: Mapping[Slot, Values],
    based_on: int,
) -> None:
    """Refuses (Conflict) changes to answers that changed since revision `based_on`.

    The same answer twice is no conflict: a lost connection sends a page again.
    """
    written = touched(response)
    clashing = tuple(
        slot
        for slot, values in changes.items()
        if written.get(fields.name(form, slot), 0) > based_on
        and sheet.values.get(slot, ()) != values
    )
    if clashing:
        theirs = {slot: sheet.values.get(slot, ()) for slot in clashing}
        raise Conflict(clashing, theirs, response.revision)


def refuse_row(
    response: QuestionnaireResponse, form: Form, sheet: Sheet, within: Iterable[Slot], based_on: int
) -> None:
    """Refuses (Conflict) to take away a row that somebody wrote in since revision `based_on`."""
    written = touched(response)
    clashing = tuple(
        slot for slot in within if written.get(fields.name(form, slot), 0) > based_on
    )
    if clashing:
        theirs = {slot: sheet.values.get(slot, ()) for slot in clashing}
        raise Conflict(clashing, theirs, response.revision)
