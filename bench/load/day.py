"""A clinic's working day: how often each thing is done, and when.

The figures are a model, written down so that it can be argued with: a practice with 400 patients on
its books, twenty talks by video and about as many sessions a day. Half of what happens at ten does
so in the ten minutes around the full hour, when visits begin.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PATIENTS = 400  # of one clinic
TEXTS = 120  # that one clinic sends a day

# Acts a day, of one clinic. An act may be several requests: see `bench.load.acts`.
ACTS: Mapping[str, int] = {
    "tap": 70,  # links opened: twenty talks, fifteen forms, thirty-five quiet minutes
    "form": 120,  # a question's page, and its answer
    "entry": 40,  # words kept in a journal
    "note": 10,  # a spoken note, in pieces
    "call": 20,  # two pages that find each other
    "hook": 260,  # Twilio: what became of 120 texts, twice each, and twenty replies
    "board": 300,  # the clinic's day, opened by five who work with it
    "read": 400,  # another system over FHIR
}
# Of a day's acts, how much falls into each hour from midnight on, in hundredths.
HOURS = (
    *(0.2, 0.2, 0.2, 0.2, 0.2, 0.5, 2.0, 6.0),
    *(13.0, 9.0, 15.0, 8.0, 5.0, 8.0, 8.0, 7.0),
    *(5.0, 3.0, 5.0, 2.0, 1.3, 0.7, 0.3, 0.2),
)
_AT_THE_HOUR = 0.5  # of an hour's acts: in its first ten minutes
_TEN_MINUTES = 600.0
_HOUR = 3600.0
DAY = 24 * _HOUR
PEAK = 10 * _HOUR  # when most is done


@dataclass(frozen=True)
class Arrival:
    """Something that somebody begins at a moment, whether earlier things are answered or not."""

    at: float  # seconds
    kind: str


def share(at: float) -> float:
    """Of a day's acts, how many fall into the second that begins so long after midnight."""
    hour, within = divmod(at % DAY, _HOUR)
    of_hour = HOURS[int(hour)] / sum(HOURS)
    if within < _TEN_MINUTES:
        return of_hour * _AT_THE_HOUR / _TEN_MINUTES
    return of_hour * (1 - _AT_THE_HOUR) / (_HOUR - _TEN_MINUTES)


def rate(clinics: float, at: float = PEAK) -> float:
    """Acts a second of so many clinics."""
    return clinics * sum(ACTS.values()) * share(at)


def clinics_at(acts: float, at: float = PEAK) -> float:
    """How many clinics do so many acts a second."""
    return acts / rate(1, at)


def arrivals(
    clinics: float, *, since: float, seconds: float, chance: random.Random
) -> Iterator[Arrival]:
    """What so many clinics begin in a stretch of the day, in order; moments count from its start.

    Arrivals are independent of each other and of every answer (Poisson, thinned to the rate).
    """
    kinds, weights = list(ACTS), list(ACTS.values())
    most = max(rate(clinics, since + step) for step in range(int(seconds) + 1))
    at = 0.0
    while most > 0 and (at := at + chance.expovariate(most)) < seconds:
        if chance.random() * most < rate(clinics, since + at):
            yield Arrival(at, chance.choices(kinds, weights)[0])
