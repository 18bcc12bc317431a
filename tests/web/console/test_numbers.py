"""Every count opens its rows, below ten there is no percent, demo data counts apart."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest

from app import clock
from app.people.models import Clinic
from tests.conftest import FRIDAY_NOON
from tests.metrics.random_clinic import RandomClinic
from tests.metrics.story import Story
from tests.web.test_budgets import counting

SLUGS = (
    "on-time",
    "joined",
    "intake",
    "journaling",
    "rescheduled",
    "undelivered",
    "opt-outs",
    "texts",
    "answered",
    "easy",
)


@pytest.fixture
def busy(database, cast):
    """Three months of chance."""
    with database.session() as db:
        RandomClinic(db, cast, 11).fill(60)


def test_every_number_opens_its_definition_and_the_rows_behind_it(desk, busy):
    index = desk.get("/clinic/metrics").text

    for slug in SLUGS:
        assert f'href="/clinic/metrics/{slug}?until=2026-11"' in index
        page = desk.get(f"/clinic/metrics/{slug}").text
        assert "What is counted" in page
        for link in set(re.findall(rf'href="(/clinic/metrics/{slug}/[^"]+)"', page)):
            assert desk.get(link.replace("&amp;", "&")).status_code == 200, link


def test_the_rows_behind_a_count_are_as_many(desk, busy):
    page = desk.get("/clinic/metrics/on-time").text
    found = re.findall(
        r'href="(/clinic/metrics/on-time/[^"]+/counted\?[^"]+)">(\d+) of (\d+)', page
    )

    assert len(found) == 4
    for link, _n, of in found:
        rows = desk.get(link.replace("&amp;", "&")).text
        assert re.search(rf"{of} rows?<", rows), link


def test_below_ten_there_is_no_percent(desk):
    page = desk.get("/clinic/metrics").text

    assert "no percent" in page
    assert not re.search(r"\d %", page)


def test_a_clinic_without_any_infusion_has_its_pages(signed_in, cast):
    dr_lind = signed_in(cast.dr_lind)

    for slug in SLUGS:
        assert dr_lind.get(f"/clinic/metrics/{slug}").status_code == 200
    assert dr_lind.get("/clinic/metrics").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/clinic/metrics/whim",
        "/clinic/metrics/on-time/2020-01/counted",
        "/clinic/metrics/on-time/never/counted",
        "/clinic/metrics/on-time/all/whim",
        "/clinic/metrics/on-time/all/miss?why=<script>",
        "/clinic/metrics/tables/whim",
    ],
)
def test_an_address_of_ones_own_making_is_unknown(desk, path):
    assert desk.get(path).status_code == 404


@pytest.mark.parametrize("query", ["until=x", "until=9999-99", "until=2099-01", "page=-4&until="])
def test_a_month_that_cannot_be_is_this_one(desk, query):
    assert "Nov so far" in desk.get(f"/clinic/metrics?{query}").text
    assert desk.get(f"/clinic/metrics/on-time/all/counted?{query}").status_code == 200


def test_pages_do_not_cost_more_with_more_rows(database, desk, cast):
    def cost(path: str) -> int:
        with counting(database) as said:
            assert desk.get(path).status_code == 200
        return len(said)

    paths = ["/clinic/metrics", "/clinic/metrics/joined", "/clinic/metrics/texts/all/counted"]
    with database.session() as db:
        RandomClinic(db, cast, 1).fill(12)
    few = [cost(path) for path in paths]
    with database.session() as db:
        RandomClinic(db, cast, 2).fill(90)

    assert [cost(path) for path in paths] == few


def test_all_tables_come_in_one_file_without_a_name_in_them(desk, busy, cast):
    answer = desk.get("/clinic/metrics/tables/all")

    assert answer.headers["content-disposition"] == 'attachment; filename="northside-numbers.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        tables = {name: packed.read(name).decode() for name in packed.namelist()}
    assert set(tables) == {f"{name}.csv" for name in (*SLUGS, "figures", "about")}
    whole = "".join(tables.values())
    for personal in ("Maya", "Osei", "Theo", "5550142", str(cast.maya.id), str(cast.theo.id)):
        assert personal not in whole
    assert str(cast.infusion.id) not in tables["journaling.csv"]


def test_no_cell_is_a_formula(desk, busy):
    for slug in SLUGS:
        table = desk.get(f"/clinic/metrics/tables/{slug}").text
        for line in csv.reader(io.StringIO(table)):
            assert not any(re.match(r"[=+@\t]|-(?!\d+$)", cell) for cell in line), line


def test_demo_rows_count_on_the_demos_own_page_and_in_nothing_exported(database, desk, cast, busy):
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).is_demo = True

    page = desk.get("/clinic/metrics").text
    figures = desk.get("/clinic/metrics/tables/figures").text

    assert "Demo data." in page
    assert "None of this" not in page
    counted = re.search(r"<strong>(\d+)</strong>", page)
    assert counted is not None
    assert int(counted[1]) > 0
    shares = [line for line in csv.DictReader(io.StringIO(figures)) if line["measure"] == "share"]
    assert shares
    assert {line["of"] for line in shares} == {"0"}


def test_nobody_is_named_who_did_not_agree_that_staff_know(database, desk, cast, busy):
    page = desk.get("/clinic/metrics/journaling/all/counted").text

    assert "Maya" not in page
    assert "Theo" not in page
    assert "not named" in page


@pytest.mark.parametrize("who", ["jordan", "dr_okafor", "ada"])
def test_everybody_at_the_clinic_sees_the_numbers(signed_in, cast, who):
    assert signed_in(getattr(cast, who)).get("/clinic/metrics").status_code == 200


def test_the_neighbours_rows_are_the_neighbours(signed_in, cast, busy):
    page = signed_in(cast.dr_lind).get("/clinic/metrics/on-time/all/counted").text

    assert "0 rows" in page
    assert "Maya" not in page


def test_no_word_says_what_came_of_what(desk, busy):
    pages = [desk.get("/clinic/metrics").text]
    pages += [desk.get(f"/clinic/metrics/{slug}").text for slug in SLUGS]

    for page in pages:
        words = re.sub(r"<[^>]+>", " ", page).lower()
        for causal in (
            r"\bbecause\b",
            r"\bdue to\b",
            r"\bled to\b",
            r"\bleads to\b",
            r"\bcaus",
            r"\bthanks to\b",
            r"\bresult(s|ed)? (of|in)\b",
            r"\beffect",
            r"\bimprov",
            r"\bimpact",
            r"[$€£]",
        ):
            assert not re.search(causal, words), causal


def test_on_time_and_leaving_rising_together_is_said_on_the_same_page(database, desk, cast):
    october, november = (FRIDAY_NOON - timedelta(days=days) for days in (40, 9))
    with database.session() as db:
        story = Story(db, cast)
        for _each in range(2):
            story.infusion(october).texted()
            story.infusion(november).texted().talk_by_phone()
        story.infusion(november).texted().talk_by_phone().leaves()

    page = desk.get("/clinic/metrics").text

    assert "From October 2026 to November 2026 talks on time rose, 0 of 2 to 3 of 3" in page
    assert "and so did leaving texts, 0 of 2 to" in page


def test_the_baseline_is_frozen_once(signed_in, cast):
    ada = signed_in(cast.ada)
    typed = {"month": "2026-09", "n": "30", "of": "40", "how": "hand"}

    assert ada.post("/clinic/metrics/baseline", data=typed).status_code == 303
    again = ada.post("/clinic/metrics/baseline", data=typed | {"n": "39"})

    assert again.status_code == 422
    assert "September 2026, before Afterglow" in ada.get("/clinic/metrics").text
    assert "30 of 40" in ada.get("/clinic/metrics/on-time").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"month": "2026-11", "n": "3", "of": "4"}, "Choose a month that is over."),
        ({"month": "x", "n": "3", "of": "4"}, "Enter a month"),
        ({"month": "2026-09", "n": "5", "of": "4"}, "Enter how many there were"),
        ({"month": "2026-09", "n": "", "of": "4"}, "Enter a whole number."),
        ({"month": "2026-09", "how": "rows"}, "No session of that month counts yet."),
    ],
)
def test_a_baseline_that_cannot_be_is_refused(signed_in, cast, typed, words):
    answer = signed_in(cast.ada).post("/clinic/metrics/baseline", data={"how": "hand"} | typed)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_month_is_frozen_as_its_rows_tell_it(signed_in, cast, busy):
    ada = signed_in(cast.ada)
    typed = {"month": "2026-10", "how": "rows"}

    assert ada.post("/clinic/metrics/baseline", data=typed).status_code == 303

    assert "As the rows told it." in ada.get("/clinic/metrics/settings").text


def test_from_how_many_minutes_a_talk_counts_is_the_clinics_to_say(signed_in, cast):
    ada = signed_in(cast.ada)

    assert ada.post("/clinic/metrics/minutes", data={"minutes": "61"}).status_code == 422
    assert ada.post("/clinic/metrics/minutes", data={"minutes": "15"}).status_code == 303
    assert "at least 15 minutes" in ada.get("/clinic/metrics/on-time").text


def test_a_staff_test_counts_in_nothing_and_may_be_taken_back(signed_in, cast):
    ada, address = signed_in(cast.ada), f"/clinic/appointments/{cast.infusion.id}"
    assert "Counts in the numbers" in ada.get(address).text

    ada.post(f"{address}/left-out", data={"why": "staff-test"})
    clock.stand_still(clock.now().replace(day=25))
    assert "Staff test" in signed_in(cast.ada).get("/clinic/metrics/on-time").text

    signed_in(cast.ada).post(f"{address}/left-out", data={"why": ""})
    assert "Staff test" not in signed_in(cast.ada).get("/clinic/metrics/on-time").text


@pytest.mark.parametrize("who", ["jordan", "dr_okafor"])
def test_only_administrators_say_what_the_numbers_rest_on(signed_in, cast, who):
    browser = signed_in(getattr(cast, who))

    assert browser.get("/clinic/metrics/settings").status_code == 403
    assert browser.post("/clinic/metrics/minutes", data={"minutes": "5"}).status_code == 403
    left_out = f"/clinic/appointments/{cast.infusion.id}/left-out"
    assert browser.post(left_out, data={"why": "hospital"}).status_code == 403


def test_a_visit_is_not_left_out(signed_in, cast):
    address = f"/clinic/appointments/{cast.integration_visit.id}/left-out"

    assert signed_in(cast.ada).post(address, data={"why": "hospital"}).status_code == 422
    assert signed_in(cast.ada).post(address, data={"why": "whim"}).status_code == 404
