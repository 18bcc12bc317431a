"""What was brought to a talk is not "only you" afterwards, whatever the page is looked at for."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app import clock
from app.journal.models import JournalEntry
from app.scheduling.models import Appointment, AppointmentStatus
from tests import journals

WORDS = "First the light.\nThen my aunt's kitchen.\nThen nothing at all."


@pytest.fixture
def entry(database, cast):
    return journals.keep(database, cast.maya, WORDS)


@pytest.fixture
def talk_is_over(database, cast):
    def talk_is_over():
        with database.session() as db:
            visit = db.get_one(Appointment, cast.integration_visit.id)
            visit.status = AppointmentStatus.FULFILLED

    return talk_is_over


def test_lines_that_were_left_with_a_talk_are_told_of(signed_in, cast, entry, talk_is_over):
    maya = signed_in(cast.maya)
    maya.post(f"/journal/entries/{entry}/lines", data={"line": ["0", "2"]})
    assert "You bring 2 lines" in maya.get("/journal").text

    talk_is_over()

    for path in ("/journal", f"/journal/entries/{entry}", "/journal/print"):
        page = maya.get(path).text
        assert "You brought 2 lines" in page
        assert "Only you<" not in page
    paper = PdfReader(BytesIO(maya.get("/journal/download.pdf").content))
    assert "You brought 2 lines" in paper.pages[0].extract_text()


def test_what_was_read_and_taken_back_was_read(signed_in, cast, entry, database):
    maya = signed_in(cast.maya)
    maya.post(f"/journal/entries/{entry}/share")
    with database.session() as db:
        db.scalars(
            select(JournalEntry).where(JournalEntry.uuid == entry)
        ).one().read_at = clock.now()

    maya.post(f"/journal/entries/{entry}/take-back")

    assert "Your team has read this</" in maya.get("/journal").text
    assert "Only you<" not in maya.get("/journal").text
