"""A quiet minute without scripts: one question, room for words, a skip, lines to bring."""

from datetime import time, timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import delete, select

from app import clock, i18n
from app.journal import reading
from app.journal.models import EntryKind, JournalEntry, JournalPrompt, Moment, SharedLine
from app.safety.models import SafetyAlert, Signal
from app.scheduling.models import StaffedHours
from app.scheduling.staffed_hours import Opening
from app.web import weekly_hours
from app.web.patient.journal import shell
from tests.conftest import FRIDAY_NOON
from tests.web.test_budgets import KB, wire

WORDS = "The river, and how quiet my hands were.\nA blue door."
DANGER = "I want to kill myself"


class _Forms(HTMLParser):
    """The fields of the forms that are shown, by the form's action."""

    def __init__(self, html):
        super().__init__()
        self.fields, self.shown, self._area = {}, [], None
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
            self.hides = "hidden" in given
            if not self.hides:
                self.fields.setdefault(self.action, {})
        elif tag in ("input", "textarea") and "name" in given and not self.hides:
            fields = self.fields[self.action]
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                fields[given["name"]] = given.get("value", "")


def fields_of(answer, action="/journal/entries"):
    return _Forms(answer.text).fields[action]


@pytest.fixture
def stored(database):
    """`stored()`: what is kept: each entry's words, kind, question, whether it is shared."""

    def stored():
        with database.session(write=False) as db:
            return [
                (reading.opened(entry), entry.kind, entry.question, entry.shared_at is not None)
                for entry in db.scalars(select(JournalEntry).order_by(JournalEntry.received_at))
            ]

    return stored


@pytest.fixture
def brought(database):
    """`brought()`: the lines that are brought to the next talk."""

    def brought():
        with database.session(write=False) as db:
            lines = select(SharedLine).where(SharedLine.taken_back_at.is_(None))
            return [line.words for line in db.scalars(lines)]

    return brought


@pytest.fixture
def alerts(database):
    """`alerts()`: the signals that were raised."""

    def alerts():
        with database.session(write=False) as db:
            return list(db.scalars(select(SafetyAlert.signal)))

    return alerts


def post(phone, page, **typed):
    return phone.post("/journal/entries", data=fields_of(page) | typed)


def test_the_page_asks_one_thing_and_says_who_reads(tapped):
    page = tapped().get("/journal/write").text

    assert page.count("<textarea") == 1
    assert "How did you sleep?" in page
    assert "Private. If your words say you may be in danger, we tell your team that" in page
    assert "Northside Clinic reads shared words every day, 9:00 am to 5:00 pm." in page
    assert 'autocomplete="off"' in page.split("<textarea")[1].split(">")[0]


def test_what_is_typed_is_kept_once_however_often_it_is_posted(tapped, stored):
    phone = tapped()
    page = phone.get("/journal/write")

    for _ in range(3):
        kept = post(phone, page, words=WORDS)
        assert kept.status_code == 200

    assert "It is kept." in kept.text
    assert stored() == [
        (WORDS, EntryKind.WORDS, "How did you sleep? Were there any dreams?", False)
    ]


def test_whoever_goes_back_and_adds_to_it_keeps_one_entry(tapped, stored):
    phone = tapped()
    page = phone.get("/journal/write")
    post(phone, page, words=WORDS)

    post(phone, page, words=WORDS + "\nAnd a field.")

    assert [words for words, *_ in stored()] == [WORDS + "\nAnd a field."]


def test_whoever_goes_back_and_writes_something_else_keeps_both(tapped, stored):
    phone = tapped()
    page = phone.get("/journal/write")
    post(phone, page, words=WORDS)

    other = post(phone, page, words="The sea.")

    assert other.status_code == 200
    assert sorted(words for words, *_ in stored()) == sorted([WORDS, "The sea."])
    phone.post("/journal/entries", data=fields_of(other) | {"line": ["0"]})
    assert len(stored()) == 2


def test_a_page_that_is_sent_once_more_takes_no_line_back(tapped, brought):
    phone = tapped()
    page = phone.get("/journal/write")
    kept = post(phone, page, words=WORDS)
    phone.post("/journal/entries", data=fields_of(kept) | {"line": ["1"]})

    post(phone, page, words=WORDS)

    assert brought() == ["A blue door."]


def test_a_link_that_takes_nothing_more_leaves_the_words_on_the_page(tapped, stored):
    phone = tapped()
    page = phone.get("/journal/write")
    clock.stand_still(clock.now() + timedelta(days=15), machine=FRIDAY_NOON)

    answer = post(phone, page, words=WORDS)

    assert answer.status_code == 422
    assert "This link takes no more words." in answer.text
    assert "The river, and how quiet my hands were." in answer.text
    assert stored() == []


def test_after_the_visit_the_page_leads_to_what_was_hoped_for(tapped, database, planned, at):
    phone = tapped()
    assert "/goals" not in phone.get("/journal/write").text
    with database.session() as db:
        prompt = db.get_one(JournalPrompt, planned.prompt_id)
        db.execute(delete(JournalPrompt).where(JournalPrompt.moment == Moment.GOALS))
        prompt.moment = Moment.GOALS

    assert 'href="/goals"' in phone.get("/journal/write").text


def test_one_word_is_enough(tapped, stored):
    phone = tapped()

    post(phone, phone.get("/journal/write"), word="Light")

    assert [(words, kind) for words, kind, *_ in stored()] == [("Light", EntryKind.WORD)]


def test_the_question_that_was_chosen_stands_over_the_words(tapped, stored, database, planned):
    phone = tapped()
    page = phone.get("/journal/write")
    other = phone.get("/journal/now").json()["prompt"]["questions"][2]

    post(phone, page, words=WORDS, question=other["id"])

    assert stored()[0][2] == other["text"]


def test_right_after_keeping_up_to_three_lines_can_be_brought(tapped, brought, stored):
    phone = tapped()
    kept = post(phone, phone.get("/journal/write"), words=WORDS)
    assert '<span data-bring="nobody">' in kept.text  # with whom is not said behind a link

    done = phone.post("/journal/entries", data=fields_of(kept) | {"line": ["1"]})

    assert "Thank you for taking the minute." in done.text
    assert brought() == ["A blue door."]
    assert [shared for *_, shared in stored()] == [False]


def test_all_of_it_can_be_shared_right_away(tapped, stored):
    phone = tapped()
    kept = post(phone, phone.get("/journal/write"), words=WORDS)

    phone.post("/journal/entries", data=fields_of(kept) | {"shared": "1"})

    assert [shared for *_, shared in stored()] == [True]


def test_done_without_a_tick_changes_nothing(tapped, stored, brought):
    phone = tapped()
    kept = post(phone, phone.get("/journal/write"), words=WORDS)

    phone.post("/journal/entries", data=fields_of(kept))

    assert (len(stored()), brought()) == (1, [])


def test_nothing_typed_is_said_kindly(tapped, stored):
    phone = tapped()

    answer = post(phone, phone.get("/journal/write"), words="  ")

    assert answer.status_code == 422
    assert "Write something first." in answer.text
    assert stored() == []


def test_too_much_is_refused_and_stays_on_the_page(tapped, stored):
    phone = tapped()

    answer = post(phone, phone.get("/journal/write"), words="x" * 70_000)

    assert answer.status_code == 422
    assert "x" * 70_000 in answer.text
    assert stored() == []


def test_an_earlier_word_never_stands_on_the_page_of_a_link(tapped):
    phone = tapped()
    post(phone, phone.get("/journal/write"), words=WORDS)

    for path in ("/journal/write", "/journal/now"):
        assert "river" not in phone.get(path).text


def test_words_of_danger_bring_the_resources_in_the_same_answer(tapped, alerts, stored):
    phone = tapped()

    answer = post(phone, phone.get("/journal/write"), words=DANGER)

    assert "tel:988" in answer.text.split("<footer")[0]
    assert "We have told Northside Clinic." in answer.text
    assert alerts() == [Signal.ENTRY]
    assert len(stored()) == 1
    assert phone.post("/journal/write/on").headers["location"] == "/journal/write"


def test_words_of_danger_count_when_they_are_skipped_or_too_long(tapped, alerts):
    phone = tapped()
    page = phone.get("/journal/write")

    skipped = phone.post("/journal/skip", data=fields_of(page) | {"words": DANGER})
    too_long = post(phone, page, words=DANGER + "x" * 70_000)

    for answer in (skipped, too_long):
        assert "tel:988" in answer.text.split("<footer")[0]
    assert alerts() == [Signal.ENTRY]


def test_a_skip_is_an_answer(tapped, database, planned, stored):
    phone = tapped()

    skipped = phone.post("/journal/skip", data=fields_of(phone.get("/journal/write")))

    assert "That is fine." in skipped.text
    with database.session(write=False) as db:
        assert db.get_one(JournalPrompt, planned.prompt_id).skipped_at == FRIDAY_NOON
    assert stored() == []
    assert "How did you sleep?" not in phone.get("/journal/write").text


def test_a_check_can_be_filled_in_also_when_the_words_were_skipped(tapped):
    phone = tapped()
    check = phone.get("/journal/now").json()["check"]

    phone.post("/journal/skip", data=fields_of(phone.get("/journal/write")))

    assert check
    assert phone.get("/journal/now").json()["check"] == check


def test_no_more_stops_all_that_would_follow(tapped, database):
    phone = tapped()
    skipped = phone.post("/journal/skip", data=fields_of(phone.get("/journal/write")))

    phone.post("/journal/skip", data=fields_of(skipped, "/journal/skip") | {"more": "all"})

    with database.session(write=False) as db:
        assert all(prompt.skipped_at for prompt in db.scalars(select(JournalPrompt)))


def test_nobody_skips_for_somebody_else(planned, signed_in, cast, database):
    theo = signed_in(cast.theo)

    assert theo.post("/journal/skip", data={"prompt": str(planned.prompt_id)}).status_code == 200

    with database.session(write=False) as db:
        assert db.get_one(JournalPrompt, planned.prompt_id).skipped_at is None


def test_a_page_of_somebody_who_is_not_here_any_more_goes_to_nobody_else(
    tapped, signed_in, cast, stored, alerts
):
    maya, theo = tapped(), signed_in(cast.theo)
    fields = fields_of(maya.get("/journal/write"))

    kept = theo.post("/journal/entries", data=fields | {"words": WORDS})
    skipped = theo.post("/journal/skip", data=fields | {"words": DANGER})

    assert [kept.status_code, stored(), alerts()] == [403, [], []]
    assert "The river, and how quiet my hands were." in kept.text
    assert "tel:988" in skipped.text
    assert "Nobody has been told yet." in skipped.text


def test_what_was_typed_on_a_page_that_knew_nobody_goes_to_whoever_is_let_in(tapped, stored):
    phone = tapped()
    fields = fields_of(phone.get("/journal/write")) | {"owner": ""}

    phone.post("/journal/entries", data=fields | {"words": WORDS})

    assert [words for words, *_ in stored()] == [WORDS]


def test_an_owner_that_no_page_ever_named_is_refused_and_the_words_stay(tapped, stored):
    phone = tapped()
    fields = fields_of(phone.get("/journal/write"))

    for owner in ("x", "x" * 501, "\x00"):
        answer = phone.post("/journal/entries", data=fields | {"owner": owner, "words": WORDS})
        assert answer.status_code == 403
        assert WORDS in answer.text

    assert stored() == []


def test_a_script_never_skips_in_somebody_elses_name(tapped, planned, signed_in, cast, alerts):
    page = {"prompt": str(planned.prompt_id), "words": DANGER}
    asks = {"Accept": "application/json", "X-Owner": planned.owner}

    answer = signed_in(cast.theo).post("/journal/skip", data=page, headers=asks)

    assert (answer.status_code, answer.json(), alerts()) == (403, {"state": "rested"}, [])


def test_of_two_people_on_one_phone_each_keeps_their_own(tapped, signed_in, cast, database):
    phone = tapped()
    fields = fields_of(phone.get("/journal/write"))
    phone.cookies.update(signed_in(cast.theo).cookies)
    assert phone.get("/journal/now").json()["owner"] != fields["owner"]

    kept = phone.post("/journal/entries", data=fields | {"words": WORDS})
    again = fields_of(kept) | {"line": "0"}

    assert phone.post("/journal/entries", data=again).status_code == 200
    with database.session(write=False) as db:
        assert set(db.scalars(select(JournalEntry.patient_id))) == {cast.maya.id}
        assert [line.words for line in db.scalars(select(SharedLine))] == [WORDS.splitlines()[0]]


def test_whoever_is_signed_in_may_write_without_a_prompt(signed_in, cast, stored):
    theo = signed_in(cast.theo)
    page = theo.get("/journal/write")

    assert "What is with you right now?" in page.text
    assert 'data-prompt=""' in page.text
    assert post(theo, page, words=WORDS).status_code == 200
    assert len(stored()) == 1


def test_a_page_for_nobody_keeps_what_was_typed(browser, cast, stored):
    stranger = browser()

    assert stranger.get("/journal/write").status_code == 200
    answer = stranger.post("/journal/entries", data={"words": WORDS})

    assert answer.status_code == 403
    assert "The river, and how quiet my hands were." in answer.text
    assert "What you wrote is still here." in answer.text
    assert stored() == []


def test_a_script_that_skips_for_nobody_learns_that_it_has_to_come_in_again(browser, cast):
    answer = browser().post(
        "/journal/skip", data={"prompt": ""}, headers={"accept": "application/json"}
    )

    assert (answer.status_code, answer.json()) == (403, {"state": "rested"})


def test_a_page_for_nobody_still_answers_danger(browser, cast):
    answer = browser().post("/journal/entries", data={"words": DANGER})

    assert "tel:988" in answer.text.split("<footer")[0]
    assert "Nobody has been told yet." in answer.text


def test_a_page_that_lay_open_too_long_keeps_the_words_and_shows_none(tapped, at, stored):
    phone = tapped()
    page = phone.get("/journal/write")
    at(clock.now() + timedelta(hours=2))

    answer = post(phone, page, words=WORDS)

    assert answer.status_code == 200
    assert "river" not in answer.text
    assert len(stored()) == 1


def test_the_shell_is_the_same_bytes_for_everybody(client, tapped, signed_in, cast, planned):
    for language in i18n.LANGUAGES:
        path = f"/journal/shell/{language}"
        plain = client.get(path)

        for asked in (
            tapped().get(path, headers={"accept-language": "es"}),
            signed_in(cast.maya).get(path),
            client.get(path, headers={"cookie": "__Host-ag_mood=gentle; __Host-ag_lang=es"}),
        ):
            assert asked.content == plain.content
        assert f'lang="{language}"' in plain.text
        assert not any(word in plain.text for word in ("Northside", "Maya", planned.owner))


def test_the_shell_comes_from_the_phones_own_store_when_nothing_changed(client):
    first = client.get("/journal/shell/en")

    again = client.get("/journal/shell/en", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_the_microphone_is_allowed_where_a_note_is_spoken(client, tapped):
    for path in ("/journal/write", "/journal/shell/en", "/w"):
        allowed = tapped().get(path).headers["permissions-policy"]
        assert "microphone=(self)" in allowed
        assert "camera=()" in allowed


def test_the_page_speaks_spanish(tapped):
    phone = tapped()
    phone.cookies.set("__Host-ag_lang", "es", domain="afterglow.test")

    page = phone.get("/journal/write").text

    assert "Guardar" in page
    assert "Keep it" not in page


def test_no_title_tells_what_it_is_about(tapped):
    phone = tapped()
    pages = [phone.get("/journal/write").text, phone.get("/journal/shell/en").text]

    for page in pages:
        title = page.split("<title>")[1].split("</title>")[0]
        assert title.startswith("A quiet minute")
        assert not any(word in page.lower() for word in ("ketamine", "infusion", "therapy"))


@pytest.mark.parametrize(
    ("openings", "said"),
    [
        ([(day, 9, 17) for day in range(5)], "Mon–Fri, 9:00 am to 5:00 pm"),
        ([(day, 9, 17) for day in range(7)], "every day, 9:00 am to 5:00 pm"),
        ([(0, 9, 12), (0, 13, 17)], "Mon, 9:00 am to 12:00 pm, 1:00 pm to 5:00 pm"),
        (
            [(0, 9, 17), (1, 9, 17), (3, 9, 17), (4, 9, 13)],
            "Mon–Tue, 9:00 am to 5:00 pm; Thu, 9:00 am to 5:00 pm; Fri, 9:00 am to 1:00 pm",
        ),
        ([], ""),
    ],
)
def test_hours_are_said_as_one_says_them(openings, said):
    hours = [Opening(day, time(opens), time(closes)) for day, opens, closes in openings]

    assert weekly_hours.spoken(hours, FRIDAY_NOON.date()) == said


def test_a_clinic_without_hours_promises_none(tapped, database):
    with database.session() as db:
        for row in db.scalars(select(StaffedHours)):
            db.delete(row)

    readers = tapped().get("/journal/now").json()["readers"]

    assert readers == "Nobody watches this page day and night."


def test_the_link_opens_with_six_kilobytes_all_told(app, client):
    assets = app.state.assets

    own = assets.size("css/landing.css") + assets.size("js/landing.js")

    assert wire(client, "/w") + own <= 6 * KB


def test_the_page_weighs_no_more_than_a_page_may(app, tapped):
    assert wire(tapped(), "/journal/write") <= 8 * KB
    assert wire(tapped(), "/journal/shell/es") <= 8 * KB
    assert app.state.assets.size("css/patient.css") <= 12 * KB
    assert app.state.assets.size("js/journal/writing.js") <= 16 * KB


def test_there_is_a_shell_in_every_language():
    assert {route.path for route in shell.routes} == {
        f"/journal/shell/{language}" for language in i18n.LANGUAGES
    }


def test_nobody_is_led_to_think_that_a_spoken_note_is_listened_to_for_danger(tapped):
    page = tapped().get("/journal/write").text

    for state in ("recording", "said"):
        panel = page.partition(f'data-spoken="{state}"')[2].partition("data-spoken=")[0]
        assert "A spoken note is not checked for danger." in panel
