"""The PHQ-9 as others render it, as sites of their own on loopback."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.peers.forms import RENDERERS, Renderer
from bench.peers.scratch import NotInstalledError, scratch
from bench.peers.serving import folder_served
from bench.phone import Candidate
from bench.rows import Row, absent


@contextmanager
def sites() -> Iterator[tuple[list[Candidate], list[Row]]]:
    """Every renderer that is to be had here, and a row for each that is not."""
    with ExitStack() as open_ones:
        folder = open_ones.enter_context(scratch())
        found: list[Candidate] = []
        missing: list[Row] = []
        for renderer in RENDERERS:
            try:
                url = open_ones.enter_context(_served(renderer, folder))
            except NotInstalledError as error:
                missing.append(absent(f"question page: {renderer.name}", str(error)))
            else:
                found.append(Candidate(renderer.name, url, waits=True))
        yield found, missing


@contextmanager
def _served(renderer: Renderer, folder) -> Iterator[str]:
    place = folder / "sites" / renderer.name.replace(" ", "-").lower()
    place.mkdir(parents=True, exist_ok=True)
    renderer.build(folder, place)
    with folder_served(place) as url:
        yield url
