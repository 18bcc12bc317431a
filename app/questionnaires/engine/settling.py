"""In which order it can be told which items are asked.

An item waits for the one it stands in and for the questions its conditions name; a total waits
for the questions it adds up. Items that wait
for each other, a cycle, are settled together; how, `enablement` says. The order is that of the
form wherever conditions leave it open.
"""

from collections.abc import Iterator, Mapping, Sequence

from app.questionnaires.engine.items import Item


def order(
    in_order: Sequence[Item], parents: Mapping[str, str], summed: Mapping[str, Sequence[Item]]
) -> tuple[tuple[Item, ...], ...]:
    """Items that wait for each other together, and each such part after those it waits for."""
    tarjan = _Tarjan({item.link_id: item for item in in_order}, parents, summed)
    for item in in_order:
        if item.link_id not in tarjan.numbers:
            tarjan.follow(item.link_id)
    return tuple(tarjan.parts)


class _Tarjan:
    """Strongly connected components, without recursion: a form may be one long chain."""

    def __init__(
        self,
        items: Mapping[str, Item],
        parents: Mapping[str, str],
        summed: Mapping[str, Sequence[Item]],
    ) -> None:
        self.items, self.parents, self.summed = items, parents, summed
        self.numbers: dict[str, int] = {}
        self.lowest: dict[str, int] = {}
        self.open: dict[str, None] = {}  # in the order of their numbers
        self.parts: list[tuple[Item, ...]] = []

    def follow(self, start: str) -> None:
        path = [self._begin(start)]
        while path:
            link_id, waiting = path[-1]
            deeper = self._next(link_id, waiting)
            if deeper is not None:
                path.append(self._begin(deeper))
                continue
            path.pop()
            if path:
                above = path[-1][0]
                self.lowest[above] = min(self.lowest[above], self.lowest[link_id])
            if self.lowest[link_id] == self.numbers[link_id]:
                self._close(link_id)

    def _begin(self, link_id: str) -> tuple[str, Iterator[str]]:
        self.numbers[link_id] = self.lowest[link_id] = len(self.numbers)
        self.open[link_id] = None
        return link_id, self._waits_for(link_id)

    def _waits_for(self, link_id: str) -> Iterator[str]:
        if link_id in self.parents:
            yield self.parents[link_id]
        for condition in self.items[link_id].enable_when:
            yield condition.question
        for question in self.summed.get(link_id, ()):
            yield question.link_id

    def _next(self, link_id: str, waiting: Iterator[str]) -> str | None:
        for other in waiting:
            if other not in self.numbers:
                return other
            if other in self.open:
                self.lowest[link_id] = min(self.lowest[link_id], self.numbers[other])
        return None

    def _close(self, link_id: str) -> None:
        part: list[Item] = []
        while not part or part[-1].link_id != link_id:
            part.append(self.items[self.open.popitem()[0]])
        self.parts.append(tuple(sorted(part, key=lambda item: item.index)))
