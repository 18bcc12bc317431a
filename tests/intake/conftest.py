"""Sheets of answers to forms that are shipped, and what they come to."""

import pytest

from app.people.models import Patient
from tests import sheets


@pytest.fixture
def sheet_of(database, cast):
    """`sheet_of("phq-9")`: an empty sheet of Maya's; its id and its form."""

    def sheet_of(slug, patient=None, language="en"):
        with database.session() as db:
            who = db.get_one(Patient, (patient or cast.maya).id)
            response, form = sheets.begin(db, who, slug, language)
            return response.id, form

    return sheet_of


@pytest.fixture
def state_of():
    """`state_of(form, {"link-id": "code or value"})`: what these answers come to."""
    return sheets.state_of
