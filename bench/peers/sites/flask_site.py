"""The page on Flask with SQLAlchemy's ORM and Jinja, as its guide says.

Run as a program it makes the tables and their rows.
"""

import sys
from pathlib import Path

from flask import Flask, abort, render_template, request
from material import OPTIONS, QUESTIONS, SESSION, STEM, TITLE, filled_in
from sqlalchemy import JSON, ForeignKey, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

_folder = Path(__file__).parent
engine = create_engine(f"sqlite:///{_folder / 'flask.sqlite'}")
app = Flask(__name__, template_folder=str(_folder))


@event.listens_for(engine, "connect")
def _careful(connection, _record) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class Base(DeclarativeBase):
    """The tables."""


class User(Base):
    """A patient."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class SignedIn(Base):
    """A patient's browser."""

    __tablename__ = "session"
    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship()


class Question(Base):
    """One question of the form."""

    __tablename__ = "question"
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int]
    words: Mapped[str]
    choices: Mapped[list["Option"]] = relationship(lazy="selectin")


class Option(Base):
    """One of its answers."""

    __tablename__ = "option"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    value: Mapped[int]
    words: Mapped[str]


class Response(Base):
    """What a patient has answered so far."""

    __tablename__ = "response"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    revision: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, int]] = mapped_column(JSON)


@app.get("/form/<int:count>")
def show(count: int) -> str:
    """The first so many questions, for a signed-in patient."""
    with Session(engine) as db:
        signed_in = db.get(SignedIn, request.cookies.get("session", ""))
        if signed_in is None:
            abort(403)
        wanted = select(Response).where(Response.user_id == signed_in.user.id)
        response = db.scalars(wanted).one()
        asked = db.scalars(select(Question).order_by(Question.place).limit(count))
        questions = [filled_in(each, each.choices, response.answers) for each in asked]
        values = {"title": TITLE, "clinic": "Northside Clinic", "stem": STEM, "token": "t" * 32}
        values |= {"response": response.id, "revision": response.revision}
        return render_template("page.html", questions=questions, **values)


def fill() -> str:
    """Make everything anew; the cookie of the patient who is signed in."""
    Base.metadata.create_all(engine)
    with Session(engine) as db, db.begin():
        user = User(name="Patient")
        db.add(SignedIn(token=SESSION, user=user))
        db.flush()
        db.add(Response(user_id=user.id, answers={"q2": 1}))
        for place, words in enumerate(QUESTIONS, 1):
            choices = [Option(value=value, words=said) for value, said in OPTIONS]
            db.add(Question(place=place, words=words, choices=choices))
    return f"session={SESSION}"


if __name__ == "__main__":
    sys.stdout.write(fill() + "\n")
