"""Who is connected to a process, how long it waits for them, and whether it leaves."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from uvicorn.server import ServerState


@dataclass(frozen=True)
class Patience:
    """How much and how long a client may owe us. Seconds and bytes."""

    connections: int = 4096
    largest_head: int = 32 * 1024
    head: float = 10.0  # until it is whole
    body: float = 10.0  # a window, in which at least so much must come:
    least_body: int = 4096  # a phone with one bar sends ten times that
    answer: float = 300.0  # until it is taken whole
    unread: float = 15.0  # how long it may wait unmoved for its reader
    linger: float = 3.0  # how long we hear on after our last word
    handshake: float = 10.0
    farewell: float = 12.0  # of a socket, whose own takes up to ten
    look_every: float = 1.0


PATIENT = Patience()
_AT_ONCE = 64  # so many make room together: not each newcomer has to look for one


class Crowd(ServerState):
    """All connections of a process."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self.leaving = False
        self.patience = patience

    def make_room(self) -> bool:
        """Whether a newcomer may stay. When it is full, those go who have held a place for
        nothing the longest; without any such the newcomer does.
        """
        if len(self.connections) <= self.patience.connections:
            return True
        resting: list[Any] = [
            each for each in self.connections if getattr(each, "idle_since", None) is not None
        ]
        resting.sort(key=lambda each: float(each.idle_since))
        for each in islice(resting, min(_AT_ONCE, max(0, len(resting) - 1))):
            each.transport.abort()
        return len(resting) > 1
