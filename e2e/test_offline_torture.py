"""Words are neither lost, nor doubled, nor overwritten, nor readable on the phone's disk."""

from e2e.evenings import evening_after
from e2e.torture import Torture

PHONE = "+17185550162"


def test_whatever_happens_every_word_arrives_once(clinic, lasting_phone):
    link = evening_after(clinic, PHONE)
    torture = Torture(clinic, lasting_phone, link, seed=7)

    for live_through in torture.hardships.values():
        live_through()
        torture.write_some(1)

    assert torture.outcome() == {"lost": [], "doubled": [], "unknown": [], "in clear": []}
