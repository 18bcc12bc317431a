"""The names of a clinic's patients, opened once and kept in this process's memory.

Names rest sealed, so no database can look for them. What is kept is what a search compares, and no
more; whatever changed since is read anew before each search, so every process tells the same.
See decision 37.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app import clock
from app.people import names
from app.people.models import Patient
from app.security import keyring

_MOST_CLINICS = 200
# A change is stamped before it is committed, perhaps by a clock a little behind.
_OVERLAP = timedelta(minutes=1)
_SEALED = ("given_name", "family_name", "phone", "birth_on")


@dataclass(frozen=True, slots=True)
class Known:
    """One patient as a search sees them. `spelt`: every word of the name with a blank before it."""

    id: UUID
    order: tuple[str, str]
    spelt: str
    digits: str
    born: str  # "1990-01-31", or nothing
    is_put_away: bool
    print: int  # of what it was made from: the same again is not opened again


@dataclass
class _Clinic:
    known: dict[UUID, Known] = field(default_factory=dict)
    looked_at: datetime | None = None  # machine time
    lock: threading.Lock = field(default_factory=threading.Lock)
    view: "Directory | None" = None


class Listed:
    """People in order, and all they are called as one text: that is looked through quickest."""

    def __init__(self, people: list[Known]) -> None:
        self.people = people
        self._text = "\n".join(f"{each.spelt} " for each in people)
        self._starts = [0, *accumulate(len(each.spelt) + 2 for each in people)]

    def having(self, beginning: str) -> Iterator[int]:
        """The places of everybody who has a word that begins so, in order."""
        at = self._text.find(f" {beginning}")
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            yield place
            at = self._text.find(f" {beginning}", self._starts[place + 1])

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that anybody is called by."""
        return frozenset(self._text.split())


class Directory:
    """Everybody of one clinic, as it stood when it was asked for."""

    def __init__(self, people: Collection[Known]) -> None:
        self._people = people

    @cached_property
    def in_order(self) -> list[Known]:
        """By first name, then last; of the same name who came first."""
        return sorted(self._people, key=lambda each: (each.order, each.id))

    @cached_property
    def everybody(self) -> Listed:
        """Also those put away."""
        return Listed(self.in_order)

    @cached_property
    def listed(self) -> Listed:
        """Those on the clinic's list."""
        return Listed([each for each in self.in_order if not each.is_put_away])

    @cached_property
    def alike(self) -> list[tuple[UUID, ...]]:
        """Those on the list who share name and birth date, in whichever order the name stands."""
        groups: dict[tuple[str, ...], list[UUID]] = {}
        for each in self.in_order:
            if each.born and not each.is_put_away:
                groups.setdefault(likeness(*each.order, each.born), []).append(each.id)
        return [tuple(ids) for ids in groups.values() if len(ids) > 1]


def likeness(given: str, family: str, born: str) -> tuple[str, ...]:
    """What two records of one person have in common, most likely."""
    return (*sorted(names.words(f"{given} {family}")), born)


_clinics: "OrderedDict[UUID, _Clinic]" = OrderedDict()
_lock = threading.Lock()


def of(db: Session, clinic_id: UUID) -> Directory:
    """The clinic's directory as it is now. One statement; opens only what is new to it.

    Not inside a transaction that has just changed a patient: it may yet be rolled back.
    """
    clinic = _kept(clinic_id)
    with clinic.lock:
        now = clock.machine_now()
        rows = db.execute(_changed(clinic_id, clinic.looked_at)).all()
        taken = sum(_take(clinic, row) for row in rows)
        clinic.looked_at = now
        if taken or clinic.view is None:
            clinic.view = Directory(list(clinic.known.values()))
        return clinic.view


def forget() -> None:
    """Let go of every name."""
    with _lock:
        _clinics.clear()


def _kept(clinic_id: UUID) -> _Clinic:
    with _lock:
        clinic = _clinics.setdefault(clinic_id, _Clinic())
        _clinics.move_to_end(clinic_id)
        if len(_clinics) > _MOST_CLINICS:
            _clinics.popitem(last=False)
        return clinic


def _changed(clinic_id: UUID, looked_at: datetime | None) -> Any:
    wanted = select(
        Patient.id,
        Patient.clinic_id,
        *(getattr(Patient, f"{name}_sealed") for name in _SEALED),
        Patient.archived_at,
        Patient.merged_into_id,
    ).where(Patient.clinic_id == clinic_id)
    return wanted if looked_at is None else wanted.where(Patient.changed_at > looked_at - _OVERLAP)


def _take(clinic: _Clinic, row: Row[Any]) -> bool:
    """Note one row. Whether it is another than before."""
    if row.merged_into_id is not None:
        return clinic.known.pop(row.id, None) is not None
    sealed = tuple(getattr(row, f"{name}_sealed") for name in _SEALED)
    print_ = hash((sealed, row.archived_at))
    before = clinic.known.get(row.id)
    if before is not None and before.print == print_:
        return False
    given, family, phone, born = (_opened(row, name) for name in _SEALED)
    clinic.known[row.id] = Known(
        id=row.id,
        order=names.sorted_by(given, family),
        spelt="".join(f" {word}" for word in names.spellings(given, family)),
        digits="".join(filter(str.isdigit, phone)),
        born=born,
        is_put_away=row.archived_at is not None,
        print=print_,
    )
    return True


def _opened(row: Row[Any], name: str) -> str:
    sealed = getattr(row, f"{name}_sealed")
    if sealed is None:
        return ""
    where = b"patient." + name.encode() + b"." + row.id.bytes + row.clinic_id.bytes
    return keyring.ring().unseal(row.clinic_id, sealed, where).decode()
