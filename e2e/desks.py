"""Somebody else at a desk than the demo clinician."""

import sqlite3
from contextlib import closing


def sit_down_as(clinic, name: str) -> None:
    """Whoever is signed in at the demo's desks is `name` from now on."""
    with closing(sqlite3.connect(clinic.folder / "demo.sqlite3", timeout=10)) as rows, rows:
        rows.execute(
            "UPDATE web_session SET practitioner_id ="
            " (SELECT id FROM practitioner WHERE display_name = ?) WHERE kind = 'staff'",
            (name,),
        )
