"""What a page of a form looks like to a browser: native controls, each with its name."""

from html.parser import HTMLParser

import brotli
import pytest

from app.questionnaires.engine.journey import steps
from app.questionnaires.engine.values import File, Sheet, Slot
from app.web.asking.questions import shown
from app.web.files.assets import Assets
from app.web.pages import environment
from tests.web.every_question import FORM, state, step_with

_PAGE = """
{% from "patient/intake/_step.html" import step_page -%}
{% from "components/question.html" import go_on, parts_list -%}
<main><form method="post">{{ step_page(view) }}{{ go_on(view, "9:41 am") }}</form>
{{ parts_list(view.parts) }}</main>
"""
_VOID = {"input", "img", "br", "path", "circle", "rect"}
_CARD = {Slot("card"): (File("0199", "image/jpeg", 1000, "card.jpg"),)}
PAGES = [step.id for step in steps(FORM, state())]


class Page(HTMLParser):
    """Tags with what they carry, and which groups they stand in."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.groups, self._open, self.texts = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "data-link-id" in given:
            self.groups.append(given["data-link-id"])
        around = next(
            (here["data-link-id"] for _, here in reversed(self._open) if "data-link-id" in here), ""
        )
        self.tags.append((tag, given, around))
        if tag not in _VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag):
        if tag not in _VOID:
            assert self._open.pop()[0] == tag, f"{tag} closes something else"

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, *names):
        return [(tag, given, around) for tag, given, around in self.tags if tag in names]

    def controls(self):
        return [
            (given, around)
            for _, given, around in self.all("input", "select", "textarea")
            if given.get("type") != "hidden"
        ]


@pytest.fixture(scope="module")
def draw():
    template = environment(Assets()).from_string(_PAGE)

    def draw(link_id="", *, step=None, values=None, **more):
        sheet = Sheet({Slot(key): value for key, value in (values or {}).items()})
        step = step or step_with(link_id, sheet)
        view = shown(FORM, state(sheet), step, language="en", **more)
        return template.render(view=view)

    return draw


@pytest.fixture(params=PAGES)
def drawn(request, draw):
    step = next(step for step in steps(FORM, state()) if step.id == request.param)
    return Page(draw(step=step))


def test_every_control_stands_in_a_group_that_names_its_question(drawn):
    assert all(around for _, around in drawn.controls())


def test_every_control_has_a_name_to_be_called_by(drawn):
    labelled = {given["for"] for _, given, _ in drawn.all("label") if "for" in given}
    ticks = ("radio", "checkbox")  # these stand inside their label

    for given, _ in drawn.controls():
        named = given.get("type") in ticks or given["id"] in labelled or "aria-label" in given
        assert named, given


def test_a_page_has_one_heading_and_no_id_twice(drawn):
    ids = [given["id"] for _, given, _ in drawn.tags if "id" in given]

    assert len(drawn.all("h1")) == 1
    assert drawn.all("h1")[0][1]["id"] == "page-title"
    assert len(ids) == len(set(ids))


def test_what_describes_a_control_is_there(drawn):
    ids = {given["id"] for _, given, _ in drawn.tags if "id" in given}

    for _, given, _ in drawn.tags:
        for described in given.get("aria-describedby", "").split():
            assert described in ids


def test_the_last_button_goes_on_and_the_first_is_what_enter_presses(drawn):
    buttons = [given for _, given, _ in drawn.all("button")]

    assert "name" not in buttons[-1]
    assert "hidden" in buttons[0]
    assert "name" not in buttons[0]


def test_what_is_typed_is_not_kept_by_the_browser(drawn):
    typed = [
        given for given, _ in drawn.controls() if given.get("type") not in ("radio", "checkbox")
    ]

    assert all(given.get("autocomplete") or given.get("type") == "file" for given in typed)


@pytest.mark.parametrize(
    ("link_id", "kind", "carries"),
    [
        ("pressure", "radio", {"required": None}),
        ("name", "text", {"maxlength": "80", "required": None}),
        ("upper", "number", {"min": "50", "max": "260", "inputmode": "numeric"}),
        ("share", "number", {"step": "any"}),
        ("born", "date", {"required": None}),
        ("ate", "datetime-local", {}),
        ("bed", "time", {}),
        ("page", "url", {}),
        ("low", "radio", {"value": "0"}),
        ("card", "file", {"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    ],
)
def test_controls_are_native_and_carry_the_limits(draw, link_id, kind, carries):
    first, around = Page(draw(link_id)).controls()[0]

    assert around == link_id
    assert first["type"] == kind
    assert carries.items() <= first.items()


def test_of_boxes_none_alone_is_required(draw):
    boxes = [given for given, _ in Page(draw("kinds")).controls()]

    assert {given["type"] for given in boxes} == {"checkbox"}
    assert not any("required" in given for given in boxes)
    assert ["data-alone" in given for given in boxes] == [False, False, True]


def test_under_words_of_ones_own_stand_988_and_911(draw):
    page = Page(draw("hope"))
    calls = [given["href"] for _, given, _ in page.all("a") if given["href"].startswith("tel:")]

    assert calls == ["tel:988", "tel:911"]
    assert "Nobody watches it day and night." in "".join(page.texts)


def test_what_is_wrong_is_said_on_top_and_at_the_field(draw):
    page = Page(draw("name", faults={Slot("name"): "Write your name."}))
    field = page.controls()[0][0]

    assert field["aria-invalid"] == "true"
    assert f"{field['id']}-error" in field["aria-describedby"]
    assert next(given["href"] for _, given, _ in page.all("a")) == f"#{field['id']}"
    assert "".join(page.texts).count("Write your name.") == 2


def test_what_somebody_typed_stays_text(draw):
    typed = {f"q{FORM.by_link_id['hope'].index}": ["</textarea><script>x</script>"]}

    html = draw("hope", posted=lambda name: typed.get(name, []))

    assert "<script>" not in html


def test_a_stored_picture_can_be_kept_or_taken_back(draw):
    sheet = Sheet(_CARD)
    page = Page(
        draw("card", values={"card": _CARD[Slot("card")]}, file_address=lambda key: f"/f/{key}")
    )
    name = f"q{FORM.by_link_id['card'].index}"
    hidden = [given for _, given, _ in page.all("input") if given.get("type") == "hidden"]

    assert sheet.values
    assert [(given["name"], given["value"]) for given in hidden] == [(f"{name}-keep", "0199")]
    assert ("remove", name) in [
        (given.get("name"), given.get("value")) for _, given, _ in page.all("button")
    ]
    assert [given["src"] for _, given, _ in page.all("img")] == ["/f/0199"]


def test_of_several_papers_one_may_be_taken_back_by_its_tick(draw):
    papers = tuple(File(key, "application/pdf", 9, f"{key}.pdf") for key in ("a", "b"))
    page = Page(draw("papers", values={"papers": papers}))
    name = f"q{FORM.by_link_id['papers'].index}"
    ticks = [given for given, _ in page.controls() if given["type"] == "checkbox"]

    assert [(given["name"], given["value"]) for given in ticks] == [
        (f"{name}-keep", "a"),
        (f"{name}-keep", "b"),
    ]
    assert "multiple" in page.controls()[-1][0]


def test_a_page_in_another_language_says_so(draw):
    assert ' lang="' not in draw("pressure")


def test_a_question_and_a_scale_are_light(draw):
    assert len(brotli.compress(draw("pressure").encode(), quality=5)) <= 2_500
    assert len(brotli.compress(draw("p0").encode(), quality=5)) <= 3_000
