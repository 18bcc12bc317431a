"""Doing something for show: in a transaction of its own inside the caller's, then taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app import live


@contextmanager
def rehearse(db: Session) -> Iterator[None]:
    """Whatever is done inside the block has not been done after it, and nobody is woken for it."""
    db.flush()  # what the caller did before stays done
    with live.unheard(db):
        savepoint = db.begin_nested()
        try:
            yield
            db.flush()
        finally:
            savepoint.rollback()
