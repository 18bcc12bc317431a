"""What is known of the copies that were made, and what has changed since the last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Model


class DataCopy(Model):
    """One copy that was made, whole. Machine time."""

    __tablename__ = "data_copy"
    __table_args__ = (Index(None, "made_at"),)

    folder: Mapped[str]
    count: Mapped[int]  # rows
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    began_at: Mapped[datetime]  # the moment that it shows
    made_at: Mapped[datetime]
    followed_until: Mapped[datetime | None]  # up to then every change was written beside it


class CopyChange(Model):
    """A row that was added, changed or removed and is not yet written beside the last copy.

    Triggers write it while a copy is followed; it is part of no copy itself.
    """

    __tablename__ = "copy_change"

    name: Mapped[str]  # of the table
    row_id: Mapped[UUID]
