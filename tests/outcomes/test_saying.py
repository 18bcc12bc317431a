"""What is said of a measure: a rise as plainly as a fall, no name of a form, no praise."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app import i18n
from app.outcomes import saying
from app.outcomes.results import CODES, Series, Unscored, Value

BEGIN = datetime(2026, 10, 13, 14, tzinfo=UTC)
ZONE = "America/New_York"


def _series(*totals, unscored=0):
    return Series(
        "phq-9",
        27,
        tuple(
            Value(BEGIN + timedelta(days=7 * at), Decimal(total)) for at, total in enumerate(totals)
        ),
        tuple(Unscored(BEGIN + timedelta(days=1), 7, 9) for _each in range(unscored)),
    )


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ((19,), "19 on October 13."),
        ((19, 9), "From 19 on October 13 to 9 on October 20. It fell once."),
        ((9, 19), "From 9 on October 13 to 19 on October 20. It rose once."),
        ((9, 9), "From 9 on October 13 to 9 on October 20. It stayed the same."),
        (
            (19, 17, 18, 13, 12, 9),
            (
                "From 19 on October 13 to 9 on November 17. It rose once. It fell 4 times. "
                "The last time, it fell from 12 to 9."
            ),
        ),
        (
            (9, 12, 13, 18, 17, 19),
            (
                "From 9 on October 13 to 19 on November 17. It rose 4 times. It fell once. "
                "The last time, it rose from 17 to 19."
            ),
        ),
        (
            (9, 19, 12, 12),
            (
                "From 9 on October 13 to 12 on November 3. "
                "At its highest it was 19, on October 20. "
                "It rose once. It fell once. The last time, it stayed at 12."
            ),
        ),
    ],
)
def test_a_rise_is_said_as_plainly_as_a_fall(totals, said):
    assert saying.story(_series(*totals), ZONE) == said


def test_what_is_not_drawn_is_told_of():
    assert saying.undrawn(_series(19)) == ""
    assert saying.undrawn(_series(19, unscored=1)) == (
        "1 sheet without all its answers is not drawn."
    )
    assert saying.story(_series(unscored=2), ZONE) == "No sheet has all its answers yet."


def test_the_table_has_every_sheet_with_what_changed_since_the_one_before():
    rows = saying.rows(_series(9, 12, 12, 7, unscored=1))

    assert [(row.total, row.change) for row in rows] == [
        ("9", ""),
        ("", ""),
        ("12", "+3"),
        ("12", "0"),
        ("7", "−5"),
    ]
    assert (rows[1].answered, rows[1].of) == (7, 9)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_no_patient_reads_the_name_of_a_form_or_praise(language, code):
    with i18n.using(language):
        series = Series(code, 27, _series(9, 19, 3).values)
        said = f"{saying.name(series)} {saying.story(series, ZONE)} {saying.meaning(series)}"

    for word in ("PHQ", "GAD", "PCL", "depress", "great", "better than", "congrat", "!", "felicid"):
        assert word.casefold() not in said.casefold()
