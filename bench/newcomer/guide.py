"""The guide's own words: nothing of them is written down a second time."""

import re
from dataclasses import dataclass
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "deploy.md"
_PIECES = re.compile(r"^(#{2,3}) ([^\n]*)$|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of commands, and the heading it stands under. `kind` is what follows the fence."""

    heading: str
    kind: str
    words: str


def blocks(part: str, *, kinds: tuple[str, ...] = ("sh",)) -> list[Block]:
    """The blocks of these kinds under a heading of the second order, in their order."""
    found, big, small = [], "", ""
    for level, title, kind, words in _PIECES.findall(GUIDE.read_text()):
        if level == "##":
            big, small = title, title
        elif level:
            small = title
        elif big == part and kind in kinds:
            found.append(Block(small, kind, words))
    return found


def filled(words: str, own: dict[str, str]) -> str:
    """The guide with one's own put in where it asks. KeyError: it asks for what is not given."""
    return re.sub(r"^export (\w+)=.*$", lambda found: f"export {found[1]}={own[found[1]]}", words,
                  flags=re.MULTILINE)  # fmt: skip


def script(parts: list[Block]) -> str:
    """One shell from top to bottom; says under which heading it is."""
    return "\n".join(f"echo '=== {block.heading}'\n{block.words}" for block in parts)
