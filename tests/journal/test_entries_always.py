"""Whatever the line does and however often somebody writes on: nothing lost, nothing doubled."""

from dataclasses import replace
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock
from app.journal import entries
from app.journal.entries import Conflict, Posted
from app.journal.models import JournalEntry

WORDS = st.sampled_from(["a bell", "the sea", "cold", "my hands", "a wide field"])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("write on"), WORDS),
        st.tuples(st.just("write anew"), WORDS),
        st.tuples(st.just("send"), st.booleans()),  # whether the answer arrives
        st.tuples(st.just("late copy"), st.integers(0, 20)),
    ),
    max_size=14,
)


class Phone:
    """Keeps one entry as the store of a phone does, and sends it over a bad line."""

    def __init__(self, db, patient):
        self._db, self._patient = db, patient
        self.held = Posted(uuid4(), 1, clock.now(), "begun")
        self.sent: list[Posted] = []
        self.mine = {self.held.uuid}

    def write(self, words):
        self.held = replace(self.held, words=words, revision=self.held.revision + 1)

    def send(self, *, is_answered=True):
        self.sent.append(self.held)
        try:
            accepted = entries.accept(self._db, self._patient, self.held)
        except Conflict:
            if is_answered:
                apart = self.held.uuid
                self.held = replace(self.held, uuid=uuid4(), revision=1, base=0, apart_from=apart)
                self.mine.add(self.held.uuid)
                self.send()
            return
        if is_answered:
            self.held = replace(self.held, base=accepted.entry.revision)

    def send_late(self, number):
        """The network brings an old request once more; nobody waits for its answer."""
        if self.sent:
            try:
                entries.accept(self._db, self._patient, self.sent[number % len(self.sent)])
            except Conflict:
                return


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_what_is_on_the_phone_at_the_end_stands_here_once(db, here, acts):
    phone = Phone(db, here.maya)
    for act, what in acts:
        if act == "write on":
            phone.write(f"{phone.held.words} {what}")
        elif act == "write anew":
            phone.write(what)
        elif act == "send":
            phone.send(is_answered=what)
        else:
            phone.send_late(what)
    phone.send()
    phone.send_late(0)

    stored = db.scalars(select(JournalEntry).where(JournalEntry.uuid.in_(phone.mine))).all()
    last = next(entry for entry in stored if entry.uuid == phone.held.uuid)
    assert last.words == phone.held.words
    if all(act != "write anew" for act, _ in acts):  # who only writes on never sees two versions
        assert len(stored) == 1
