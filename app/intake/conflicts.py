"""Two browsers on one sheet: nothing that one wrote is overwritten by the other in silence.

A sheet notes for each field which revision last wrote it, when, and from which browser. A page
knows the revision it was drawn from. What was changed in between, to something else, is shown.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from app import clock
from app.i18n import gettext as _
from app.questionnaires.engine import fields
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.values import Coding, Sheet, Slot, Values
from app.questionnaires.models import QuestionnaireResponse
from app.refusal import Refusal


class Touch(NamedTuple):
    """The last time a field was saved."""

    revision: int
    seconds: int
    browser: str  # the beginning of its hash: enough to tell two phones apart

    @property
    def moment(self) -> datetime:
        """When it was saved."""
        return datetime.fromtimestamp(self.seconds, UTC)


class Conflict(Refusal):
    """An answer was changed since the page was drawn, to something else.

    Of the questions in doubt `mine` is what was to be saved, `theirs` what stands on the sheet by
    now; `revision` is the sheet's.
    """

    def __init__(
        self,
        mine: Mapping[Slot, Values],
        theirs: Mapping[Slot, Values],
        *,
        revision: int,
        last: Touch,
        browser_hash: bytes | None,
    ) -> None:
        super().__init__(_("This was answered somewhere else meanwhile."))
        self.mine, self.theirs, self.revision = mine, theirs, revision
        self.at = last.moment
        self.is_own = bool(browser_hash) and last.browser == tag(browser_hash)


class AlreadySent(Refusal):
    """The sheet was sent meanwhile: nothing can be added to it."""

    def __init__(self) -> None:
        super().__init__(_("These answers have been sent already."))


class ChangedMeanwhile(Refusal):
    """Somebody wrote on the sheet while it was looked through: look again before sending."""

    def __init__(self) -> None:
        super().__init__(_("Something was changed on another phone. Please look through it again."))


def touches(response: QuestionnaireResponse) -> dict[str, Touch]:
    """Which fields and pages were saved, and when last."""
    noted = json.loads(response.touched or "{}")
    return {name: Touch(*last) for name, last in noted.items()}


def note(
    touched: Mapping[str, Touch], names: Iterable[str], revision: int, browser_hash: bytes | None
) -> str:
    """The same with some fields saved just now, as it is kept."""
    now = Touch(revision, int(clock.now().timestamp()), tag(browser_hash))
    return json.dumps(dict(touched) | dict.fromkeys(names, now), separators=(",", ":"))


def tag(browser_hash: bytes | None) -> str:
    """What stands for a browser in the note of a save."""
    return browser_hash.hex()[:8] if browser_hash else ""


def digest(values: Values) -> str:
    """What stands for answers in the page that was drawn with them."""
    keys = [(value.system, value.code) if isinstance(value, Coding) else value for value in values]
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:12]


def changed_here(
    sheet: Sheet, answers: Mapping[Slot, Values], drawn: Mapping[Slot, str]
) -> dict[Slot, Values]:
    """The answers of a page but for those that were only left as they were drawn.

    What somebody else changed in them meanwhile stays.
    """
    return {
        slot: values
        for slot, values in answers.items()
        if drawn.get(slot) != digest(values) or sheet.values.get(slot, ()) == values
    }


def refuse(
    response: QuestionnaireResponse,
    form: Form,
    sheet: Sheet,
    changes: Mapping[Slot, Values],
    *,
    based_on: int,
    drawn: Mapping[Slot, str],
    browser_hash: bytes | None,
) -> None:
    """Refuses (Conflict) changes to answers that changed since revision `based_on`.

    The same answer twice is no conflict: on a bad line a page is sent again. Nor is one that was
    saved elsewhere as it was `drawn` here.
    """
    different = {
        slot: values
        for slot, values in changes.items()
        if (now := sheet.values.get(slot, ())) != values and drawn.get(slot) != digest(now)
    }
    _refuse(response, form, sheet, different, based_on, browser_hash)


def refuse_row(
    response: QuestionnaireResponse,
    form: Form,
    sheet: Sheet,
    within: Iterable[Slot],
    *,
    based_on: int,
    browser_hash: bytes | None,
) -> None:
    """Refuses (Conflict) to take away a row that somebody wrote in since revision `based_on`."""
    _refuse(response, form, sheet, dict.fromkeys(within, ()), based_on, browser_hash)


def _refuse(
    response: QuestionnaireResponse,
    form: Form,
    sheet: Sheet,
    changes: Mapping[Slot, Values],
    based_on: int,
    browser_hash: bytes | None,
) -> None:
    written = touches(response)
    clashing = {
        slot: written[name]
        for slot in changes
        if (name := fields.name(form, slot)) in written and written[name].revision > based_on
    }
    if clashing:
        raise Conflict(
            {slot: changes[slot] for slot in clashing},
            {slot: sheet.values.get(slot, ()) for slot in clashing},
            revision=response.revision,
            last=max(clashing.values()),
            browser_hash=browser_hash,
        )
