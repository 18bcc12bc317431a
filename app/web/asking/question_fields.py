"""One question as its template needs it: which control, what stands in it, what it must keep to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from app.i18n import gettext as _
from app.intake import signals
from app.questionnaires import spoken
from app.questionnaires.engine import fields
from app.questionnaires.engine.fields import OTHER
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.values import File, Slot, Value, Values
from app.questionnaires.engine.written import Written, written
from app.web.asking import question_controls as controls

Posted = Callable[[str], Sequence[str]]
_NEVER_OPTIONAL = frozenset({"shown", "radio", "scale", "agree", "signature"})


@dataclass(frozen=True)
class Choice:
    """One answer to choose."""

    token: str
    words: str
    is_chosen: bool
    is_exclusive: bool = False
    help: str = ""  # what it leads to when it is unsafe: a phone without a signal shows it itself

    @property
    def checked(self) -> str:
        """Its attribute: chosen or not."""
        return " checked" if self.is_chosen else ""


@dataclass(frozen=True)
class Entry:
    """One input of a typed question, with the unit beside it."""

    value: str
    units: tuple[Choice, ...] = ()
    is_new: bool = False  # just asked for: that is where one goes on writing


@dataclass(frozen=True)
class FileView:
    """A stored file: its id, what it is called, where it can be looked at."""

    id: str
    words: str
    address: str = ""
    is_picture: bool = False


@dataclass(frozen=True)
class Question:
    """One question with its control."""

    slot: Slot
    link_id: str
    name: str  # of its field, and the id of its first control
    control: str  # see question_controls.control_of
    words: str
    hint: str = ""
    notes: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    choices: tuple[Choice, ...] = ()
    other: str | None = None  # what is written beside "something else", None where it may not be
    unit: str = ""
    ends: tuple[str, str] = ("", "")
    attributes: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[FileView, ...] = ()  # those that are stored
    takes_files: bool = False  # several
    shown: str = ""  # a fixed answer, in words
    fault: str = ""
    is_required: bool = False
    is_agreement: bool = False  # it stands in a consent, where leaving out is an answer too
    is_repeating: bool = False
    is_free_text: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether one chooses: a group of rows with a legend, not a field with a label."""
        return self.control in controls.CHOSEN

    @property
    def is_optional(self) -> bool:
        """Whether that has to be said: of what one chooses it is plain from Continue."""
        return not (self.is_required or self.is_agreement) and self.control not in _NEVER_OPTIONAL

    @property
    def is_group(self) -> bool:
        """Whether it has several controls, so that a legend has to name them."""
        has_units = any(entry.units for entry in self.entries)
        return self.is_chosen or self.is_repeating or has_units


@dataclass(frozen=True)
class Sight:
    """With whose eyes a form is looked at, and what was just typed."""

    form: Form
    language: str
    zone: str = "UTC"
    posted: Posted | None = None
    more: frozenset[str] = frozenset()  # fields that get one more empty input
    file_address: Callable[[str], str] | None = None


def question(sight: Sight, slot: Slot, values: Values, *, fault: str = "") -> Question:
    """A question's view. What was posted wins over what is stored: nothing typed is lost."""
    item = sight.form.by_link_id[slot.link_id]
    name = fields.name(sight.form, slot)
    is_agreement = bool(consent_around(sight.form, item))
    control = controls.control_of(item, is_consent=is_agreement)
    stands = _posted(sight, name) or written(item, values, zone=ZoneInfo(sight.zone))
    repeats = item.is_repeating and control in controls.TYPED
    return Question(
        slot=slot,
        link_id=slot.link_id,
        name=name,
        control=control,
        words=controls.words_of(item, sight.language),
        hint=controls.hint_of(item, control, sight.language),
        notes=controls.notes_of(item, sight.language),
        entries=_entries(item, stands, sight.language, repeats, name in sight.more),
        choices=_choices(item, control, stands, sight.language),
        other=stands.other if item.type is ItemType.OPEN_CHOICE and item.options else None,
        unit=_one_unit(item, sight.language),
        ends=(item.lower.within(sight.language), item.upper.within(sight.language)),
        attributes=controls.attributes_of(item, control, sight.zone),
        files=_files(values, sight),
        takes_files=control == "file" and item.is_repeating,
        shown=spoken.spoken(item, values, zone=sight.zone) if control == "shown" else "",
        fault=fault,
        is_required=item.is_required,
        is_agreement=is_agreement,
        is_repeating=repeats,
        is_free_text=spoken.is_free_text(item) and not item.options,
    )


def consent_around(form: Form, item: Item) -> str:
    """Which consent an item belongs to, or nothing."""
    above = form.parents.get(item.link_id)
    while above:
        if form.by_link_id[above].consent:
            return form.by_link_id[above].consent
        above = form.parents.get(above)
    return ""


def _posted(sight: Sight, name: str) -> Written | None:
    if sight.posted is None:
        return None
    other = next(iter(sight.posted(f"{name}-{OTHER}")), "")
    return Written(tuple(sight.posted(name)), other, tuple(sight.posted(f"{name}-unit")))


def _entries(
    item: Item, stands: Written, language: str, repeats: bool, one_more: bool
) -> tuple[Entry, ...]:
    """One input for each answer; an empty one when there is none yet, or one more is wanted."""
    texts = stands.texts if repeats else stands.texts[:1]
    units = dict(enumerate(stands.units))
    filled = [
        Entry(text, _units(item, units.get(place, ""), language))
        for place, text in enumerate(texts)
        if text
    ]
    if one_more or not filled:
        # A unit that was chosen without a number stays chosen.
        unit = units.get(0, "") if not filled else ""
        filled.append(Entry("", _units(item, unit, language), is_new=one_more))
    return tuple(filled)


def _choices(item: Item, control: str, stands: Written, language: str) -> tuple[Choice, ...]:
    told = stands.texts
    if control in ("agree", "radio") and item.type is ItemType.BOOLEAN:
        yes, no = (_("I agree"), _("I do not agree")) if control == "agree" else (_("Yes"), _("No"))
        return (
            Choice("true", yes, "true" in told, help=_help(item, True)),
            Choice("false", no, "false" in told, help=_help(item, False)),
        )
    if control == "scale" and not item.options:
        low, high = controls.reach(item) or (0, 10)
        return tuple(
            Choice(str(n), str(n), str(n) in told, help=_help(item, n))
            for n in range(low, high + 1)
        )
    choices = tuple(
        Choice(
            f"o{place}",
            f"{option.prefix} {controls.option_words(option, language)}".strip(),
            f"o{place}" in told,
            option.is_exclusive,
            _help(item, option.value),
        )
        for place, option in enumerate(item.options)
    )
    if item.type is ItemType.OPEN_CHOICE and choices:
        is_other = OTHER in told or bool(stands.other and not any(told))
        words = item.open_label.within(language) or _("Something else")
        return (*choices, Choice(OTHER, words, is_other))
    return choices


def _help(item: Item, value: Value) -> str:
    return (signals.help_for(item, value) or "") if item.rules else ""


def _files(values: Values, sight: Sight) -> tuple[FileView, ...]:
    return tuple(
        FileView(
            value.id,
            value.name or spoken.kind_of_file(value),
            sight.file_address(value.id) if sight.file_address else "",
            value.content_type.startswith("image/"),
        )
        for value in values
        if isinstance(value, File)
    )


def _units(item: Item, chosen: str, language: str) -> tuple[Choice, ...]:
    if item.type is not ItemType.QUANTITY or len(item.units) < 2:
        return ()
    return tuple(
        Choice(f"o{place}", controls.option_words(option, language), f"o{place}" == chosen)
        for place, option in enumerate(item.units)
    )


def _one_unit(item: Item, language: str) -> str:
    return controls.option_words(item.units[0], language) if len(item.units) == 1 else item.unit
