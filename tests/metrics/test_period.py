from datetime import date

import pytest

from app.metrics import period


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("2026-09", date(2026, 9, 1)),
        *((said, None) for said in ("", "2026-9", "2026-13", "2026-00", "0000-01", "2026-09-01")),
        ("２０２６-09", None),
    ],
)
def test_a_month_is_read_as_it_is_written(said, month):
    assert period.read(said) == month
