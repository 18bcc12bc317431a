"""What 1,000 patients cost: seconds computed a day, bytes kept a year, texts."""

from dataclasses import dataclass

from sqlalchemy import make_url, text

from bench.load import day
from bench.load.steps import Step
from bench.reliability.installation import Installation

_THOUSAND = 1000 / day.PATIENTS  # clinics
_SOUND = 4 * 64 * 1024  # of one spoken note


@dataclass(frozen=True)
class Cost:
    """Of 1,000 patients whose clinics do as `day` says."""

    cpu_seconds_a_day: float  # web, workers, database
    megabytes_a_year: float  # of rows; without what was spoken
    spoken_megabytes_a_year: float
    texts_a_day: float


def cost(done: Step, acts: int, grown: int) -> Cost:
    """From a stretch that was borne, and by how many bytes so many acts made the database grow."""
    a_day = sum(day.ACTS.values()) * _THOUSAND
    computed = done.web_cpu + done.worker_cpu + done.database_cpu
    notes = day.ACTS["note"] * _THOUSAND
    of_sound = acts * day.ACTS["note"] / sum(day.ACTS.values()) * _SOUND
    return Cost(
        cpu_seconds_a_day=computed / done.acts * a_day,
        megabytes_a_year=max(0.0, grown - of_sound) / acts * a_day * 365 / 1e6,
        spoken_megabytes_a_year=notes * _SOUND * 365 / 1e6,
        texts_a_day=day.TEXTS * _THOUSAND,
    )


def size(clinic: Installation) -> int:
    """Bytes of the database, with what still stands in SQLite's log beside it."""
    with clinic.database.engine.execution_options(write=False).connect() as connection:
        if clinic.database.is_sqlite:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        name = make_url(clinic.url).database
        asked = text("SELECT pg_database_size(:name)")
        return int(connection.execute(asked, {"name": name}).scalar_one())
