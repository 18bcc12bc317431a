"""The wrapped keys of clinics and of the house, and which of them a number is looked for under."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Model
from app.security.keyring import INDEX


class ClinicKey(Model):
    """One key of a clinic, wrapped by a master key. From 0 down they index phones, 1 … seal data.

    Machine time. `settled_at`: on the newest of its kind, since when nothing is known to stand
    under an older one.
    """

    __tablename__ = "clinic_key"
    __table_args__ = (UniqueConstraint("clinic_id", "number"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    number: Mapped[int]
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class HouseKey(Model):
    """One key of the house, for what belongs to no clinic yet; numbered as a clinic's are."""

    __tablename__ = "house_key"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[int]
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def index_numbers(db: Session, clinic_ids: Collection[UUID]) -> Iterator[tuple[UUID, int]]:
    """Every index key that the clinics have at this moment: what is looked for may be under each.

    Asked in the database, not in memory: while an index key turns, a process that looked under the
    old one alone would find nobody.
    """
    rows = db.execute(
        select(ClinicKey.clinic_id, ClinicKey.number)
        .where(ClinicKey.clinic_id.in_(clinic_ids), ClinicKey.number <= INDEX)
        .order_by(ClinicKey.number)
    )
    yield from rows


def index_to_write(db: Session, clinic_id: UUID) -> int:
    """The index key that a new value has to stand under. It stays the newest until the commit.

    So nobody writes under an older one once a newer exists, and the unique constraint still holds.
    """
    hold(db, clinic_id, exclusive=False)
    return min((number for _, number in index_numbers(db, [clinic_id])), default=INDEX)


def hold(db: Session, clinic_id: UUID, *, exclusive: bool) -> None:
    """Wait for, then keep out whoever makes an index key (`exclusive`: also who writes under one).

    Until the end of the transaction. SQLite has one writer anyway.
    """
    if db.get_bind().dialect.name == "sqlite":
        return
    first = (ClinicKey.clinic_id == clinic_id, ClinicKey.number == INDEX)
    db.execute(select(ClinicKey.id).where(*first).with_for_update(read=not exclusive))
