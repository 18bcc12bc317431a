"""Many people and machines at once: each act in a thread of its own, over and over."""

import random
import threading
import time
from collections.abc import Sequence
from types import TracebackType

from bench.reliability.acts import Act
from bench.reliability.browser import UNHEARD
from bench.reliability.ledger import Ledger


class Crowd:
    """Keeps every act going while the block runs. `pause`: seconds between two of one act.

    Who gets no answer tries another app process, as a proxy in front of them sees to.
    """

    def __init__(
        self, acts: Sequence[Act], ledger: Ledger, urls: Sequence[str], *, pause: float, seed: str
    ) -> None:
        self._ledger, self._urls, self._pause = ledger, list(urls), pause
        self._stopping = threading.Event()
        self._done = [0] * len(acts)
        self.crashes: list[BaseException] = []
        self._threads = [
            threading.Thread(
                target=self._go_on, args=(number, act, random.Random(f"{seed} {number}"))
            )
            for number, act in enumerate(acts)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def done(self) -> int:
        """Acts that came to an end."""
        return sum(self._done)

    def _go_on(self, number: int, act: Act, chance: random.Random) -> None:
        kind = type(act).__name__.lower()
        while not self._stopping.is_set():
            try:
                act.once()
                self._done[number] += 1
                time.sleep(chance.uniform(0, 2 * self._pause))
            except UNHEARD:
                self._ledger.answered(kind, "nobody")
                act.browser.go_to(chance.choice(self._urls))
                time.sleep(0.05)
            except Exception as error:  # noqa: BLE001  told at the end, and the others go on
                self.crashes.append(error)
                time.sleep(self._pause)
