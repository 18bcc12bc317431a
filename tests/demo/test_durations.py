from datetime import timedelta

import pytest

from app.demo import durations
from app.demo.durations import NotADuration


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("PT4H", timedelta(hours=4)),
        ("P1D", timedelta(days=1)),
        ("PT26H", timedelta(hours=26)),
        ("P1DT2H", timedelta(hours=26)),
        ("PT30M", timedelta(minutes=30)),
        ("P2W", timedelta(days=14)),
        ("PT1H30M10S", timedelta(hours=1, minutes=30, seconds=10)),
        ("PT0.5H", timedelta(minutes=30)),
        ("PT0S", timedelta(0)),
    ],
)
def test_a_duration_is_read_as_the_standard_writes_it(written, span):
    assert durations.read(written) == span


@pytest.mark.parametrize(
    "written",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "4h",
        "pt4h",
        "-PT1H",
        "PT-1H",
        "P1Y",
        "P1M",
        "P401D",
        None,
        4,
        ["P1D"],
    ],
)
def test_what_is_no_duration_is_refused_in_words(written):
    with pytest.raises(NotADuration) as refused:
        durations.read(written)

    assert refused.value.message.endswith(".")
