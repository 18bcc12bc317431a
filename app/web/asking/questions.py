"""A page of a form as its template needs it: what is read, what is asked, what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.i18n import gettext as _
from app.questionnaires.engine import journey
from app.questionnaires.engine.items import Form, Item, ItemType, Words
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.standing import Standing, answers_to
from app.questionnaires.engine.values import Slot
from app.web.asking import question_places
from app.web.asking.question_fields import Posted, Question, Sight, question
from app.web.asking.question_places import Address, PartView, RowView

_LONGEST_TITLE = 90  # of a display that heads a page without a title of its own


@dataclass(frozen=True)
class Reading:
    """Words to read. `html` is sanitised; `fact` is what the clinic fills in."""

    words: str = ""
    html: str = ""
    fact: str = ""
    is_heading: bool = False


@dataclass(frozen=True)
class StepView:
    """One page. `title` is its heading; a page with one question is headed by that question."""

    id: str
    kind: str
    title: str
    eyebrow: str  # "Part 2 of 5 · Your heart"
    place: str  # "Question 3 of 9", where that is true
    leads: tuple[Question | Reading, ...]  # words that come before the stems
    stems: tuple[str, ...]
    blocks: tuple[Question | Reading, ...]
    parts: tuple[PartView, ...]
    faults: tuple[tuple[str, str], ...]  # (id of the control, sentence)
    rows: tuple[RowView, ...] = ()
    add: str = ""  # the value of "Add another", empty where none may be added
    remove: str = ""  # on a row's own page
    is_scale: bool = False  # many alike questions on one page
    reads: str = ""  # who reads what is written here, and when; empty without free text
    lang: str = ""  # the language of the form's words, where it is not the page's

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Question))

    @property
    def heads_itself(self) -> bool:
        """Whether its one question is its heading."""
        return self.kind == Kind.QUESTION and len(self.questions) == 1

    @property
    def only_chooses(self) -> bool:
        """Whether it holds nothing but words and what may be chosen, and nothing was wrong."""
        asks = all(each.control in ("radio", "checkboxes") for each in self.questions)
        writes = any(each.other is not None for each in self.questions)
        return asks and not (writes or self.faults or self.parts or self.rows)

    @property
    def has_file(self) -> bool:
        """Whether the page's form has to be multipart."""
        return any(block.control == "file" for block in self.questions)

    @property
    def may_skip(self) -> bool:
        """Whether everything on it may be left empty."""
        asked = [block for block in self.questions if block.control != "shown"]
        optional = not any(block.is_required for block in asked)
        return bool(asked) and optional and self.kind == Kind.QUESTION

    @property
    def last_writing(self) -> str:
        """The field under which it stands who reads what is written: the last one of free text."""
        return next((block.name for block in reversed(self.questions) if block.is_free_text), "")


def shown(
    form: Form,
    state: Standing,
    step: Step,
    *,
    language: str,
    zone: str = "UTC",
    posted: Posted | None = None,
    faults: Mapping[Slot, str] | None = None,
    facts: Mapping[str, str] | None = None,
    more: AbstractSet[str] = frozenset(),
    address: Address = lambda step: f"#{step.id}",
    file_address: Callable[[str], str] | None = None,
    done: AbstractSet[int] | None = None,
) -> StepView:
    """The view of one step for `patient/intake/_step.html`.

    `posted` gives what was just typed by field name and wins over what is stored. `faults` are
    sentences by slot. `facts` are what the clinic fills in, by the names displays carry
    (`read-when`: when somebody reads what is written here). `more` names repeating fields
    that get one more empty input, `address` is where a step's page is, `file_address` where a
    stored file can be looked at by its id (None: it cannot), `done` has the places of the parts
    that are done (else: those before this one). Call it within `i18n.using(language)`.
    """
    faults, facts = faults or {}, facts or {}
    sight = Sight(form, language, zone, posted, frozenset(more), file_address)
    early, rest = _around_stems(form, step, language)
    title, blocks = _headed(form, step, _blocks(sight, state, rest, faults, facts), language)
    chapters = journey.parts(form, state)
    asked = [block for block in blocks if isinstance(block, Question)]
    return StepView(
        id=step.id,
        kind=step.kind.value,
        title=title,
        eyebrow=question_places.eyebrow(chapters, step, language, title),
        place=question_places.place(form, step),
        leads=_blocks(sight, state, early, faults, facts),
        stems=question_places.stems(form, step, language, title),
        blocks=blocks,
        parts=question_places.parts(chapters, step, language, done),
        faults=_faults(faults, asked),
        rows=question_places.rows(sight, state, step, chapters[step.part].steps, address),
        add=question_places.add_of(form, state, step),
        remove=question_places.remove_of(form, state, step),
        is_scale=_is_scale(asked),
        reads=_reads(asked, facts),
        lang=_foreign(form, language),
    )


def _around_stems(form: Form, step: Step, language: str) -> tuple[list[Slot], list[Slot]]:
    """What stands in the form before the words about all of the page's questions, and the rest."""
    heads = (form.by_link_id[head.link_id] for head in step.heads if head != step.anchor)
    begin = max((item.index for item in heads if item.words.within(language)), default=0)
    early = [slot for slot in step.content if form.by_link_id[slot.link_id].index < begin]
    return early, [slot for slot in step.content if slot not in early]


def _blocks(
    sight: Sight,
    state: Standing,
    content: Sequence[Slot],
    faults: Mapping[Slot, str],
    facts: Mapping[str, str],
) -> tuple[Question | Reading, ...]:
    blocks: list[Question | Reading] = []
    for slot in content:
        item = sight.form.by_link_id[slot.link_id]
        if item.type is ItemType.GROUP:
            if item.words:
                blocks.append(Reading(item.words.within(sight.language), is_heading=True))
        elif item.type is not ItemType.DISPLAY:
            values = answers_to(state, slot)
            blocks.append(question(sight, slot, values, fault=faults.get(slot, "")))
        elif not _is_beside_a_question(sight.form, item):
            fact = facts.get(item.fact, "") if item.fact else ""
            words, html = item.words.within(sight.language), html_within(item.words, sight.language)
            if words or fact:
                blocks.append(Reading(words, html, fact))
    return tuple(blocks)


def html_within(words: Words, language: str) -> str:
    """A text's sanitised markup in a language, empty where only plain words are known."""
    short = language.split("-")[0]
    for known in (language, short):
        if known in words.html_others:
            return words.html_others[known]
    return "" if language in words.others or short in words.others else words.html


def _is_beside_a_question(form: Form, item: Item) -> bool:
    above = form.parents.get(item.link_id)
    return above is not None and form.by_link_id[above].type is not ItemType.GROUP


def _headed(
    form: Form, step: Step, blocks: tuple[Question | Reading, ...], language: str
) -> tuple[str, tuple[Question | Reading, ...]]:
    """The page's heading, and what stands under it. A short display may have to be the heading."""
    anchor = form.by_link_id[step.anchor.link_id]
    asked = [block for block in blocks if isinstance(block, Question)]
    if step.kind is Kind.QUESTION and len(asked) == 1:
        return asked[0].words, blocks
    own = anchor.words.within(language) if anchor.type is ItemType.GROUP else ""
    if own:
        return own, blocks
    first = blocks[0] if blocks else None
    if isinstance(first, Reading) and _may_head(first):
        return first.words, blocks[1:]
    for head in reversed(step.heads):
        if words := form.by_link_id[head.link_id].words.within(language):
            return words, blocks
    return (_("Please read this") if step.kind is Kind.READING else _("A few questions")), blocks


def _may_head(reading: Reading) -> bool:
    is_plain = not reading.fact and not reading.html
    return is_plain and 0 < len(reading.words) <= _LONGEST_TITLE


def _faults(faults: Mapping[Slot, str], asked: Sequence[Question]) -> tuple[tuple[str, str], ...]:
    """In the order of the page; what stands at no field of it comes last, at the page's top."""
    wrong = [block for block in asked if block.fault]
    at_fields = [(block.name, _told(block, wrong)) for block in wrong]
    here = {block.slot for block in asked}
    elsewhere = [("page-title", words) for slot, words in faults.items() if slot not in here]
    return (*at_fields, *elsewhere)


def _told(block: Question, wrong: Sequence[Question]) -> str:
    """What is wrong at a field, with its name where two fields would sound alike."""
    is_alone = sum(other.fault == block.fault for other in wrong) == 1
    return block.fault if is_alone or not block.words else named(block.words, block.fault)


def named(question: str, fault: str) -> str:
    """A fault told away from its field: `Pharmacy: name. Please answer this question.`"""
    stop = "" if question.endswith((".", "?", ":", "!")) else "."
    return f"{question}{stop} {fault}"


def _is_scale(asked: Sequence[Question]) -> bool:
    alike = [block for block in asked if block.control == "radio"]
    return len(alike) >= question_places.LEAST_IN_A_SCALE and len(alike) >= len(asked) - 1


def _reads(asked: Sequence[Question], facts: Mapping[str, str]) -> str:
    if not any(block.is_free_text for block in asked):
        return ""
    return facts.get("read-when") or _(
        "Your team reads this when the clinic is open. Nobody watches it day and night."
    )


def _foreign(form: Form, language: str) -> str:
    """The form's own language when it has no words in the page's."""
    short = language.split("-")[0]
    if not form.language or form.language.split("-")[0] == short:
        return ""
    known = (item.words.others for item in form.in_order if item.words)
    return "" if any(short in others or language in others for others in known) else form.language
