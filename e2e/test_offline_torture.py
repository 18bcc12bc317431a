"""Words are neither lost, nor doubled, nor overwritten, nor readable on the phone's disk.

Every hardship once; `make bench` has the whole.
"""

from e2e.torture import Torture


def test_whatever_happens_every_word_arrives_once(clinic, lasting_phone):
    torture = Torture(clinic, lasting_phone, seed=7)

    torture.suffer(cycles=len(torture.hardships), entries=25)

    assert torture.outcome() == {"lost": [], "doubled": [], "unknown": [], "in clear": []}
