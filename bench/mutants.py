"""Small faults, one at a time, in a module's syntax tree: what its tests must notice.

A comparison moved by one, a condition of a query dropped, a refusal that is not raised, a constant
one higher. Left out by rule, for no behaviour hangs on them: docstrings, annotations, imports,
asserts (they state what the types cannot say), log lines, words inside gettext, and whether a
record is frozen.
"""

import ast
import difflib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench import mutant_kinds

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Spot:
    """A node of the tree and what it stands in."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt | None = None
    function: str = ""  # the outermost one: "f" or "Class.f"; "" at a module's or class's own level
    top: ast.stmt | None = None
    when: str = "import"  # body: when the function runs; default: of one of its arguments

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True)
class Mutant:
    """One fault. `before` and `after` are the lines that differ."""

    path: str
    function: str
    line: int
    kind: str
    before: str
    after: str
    key: str
    when: str
    spot: Spot
    fault: ast.AST

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The tree, which all mutants of a module share, with this fault in it."""
        self.spot.put(self.fault)
        try:
            yield
        finally:
            self.spot.put(self.spot.node)

    def diff(self) -> str:
        """The fault as somebody reads it."""
        lost = "".join(f"\n- {line}" for line in self.before.splitlines())
        won = "".join(f"\n+ {line}" for line in self.after.splitlines())
        return f"{self.path}:{self.line} {self.function}{lost}{won}"


class Source:
    """A module's text, its tree, and every fault there is for it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = path.removesuffix(".py").replace("/", ".")
        self.file = str(ROOT / path)
        self.text = (ROOT / path).read_text()
        self.tree = ast.parse(self.text, self.file)

    def mutants(self) -> list[Mutant]:
        found: dict[str, Mutant] = {}
        for spot in _spots(self.tree, Spot(self.tree, self.tree, "", None)):
            for kind, fault in mutant_kinds.faults(spot):
                ast.fix_missing_locations(ast.copy_location(fault, spot.node))
                mutant = self._mutant(spot, kind, fault)
                if mutant.before != mutant.after:
                    found.setdefault(mutant.key, mutant)
        return list(found.values())

    def _mutant(self, spot: Spot, kind: str, fault: ast.AST) -> Mutant:
        assert spot.statement is not None
        assert spot.top is not None
        sound = ast.unparse(spot.top)
        mutant = Mutant(
            self.path,
            spot.function or _named(spot.top),
            spot.statement.lineno,
            kind,
            "",
            "",
            "",
            spot.when,
            spot,
            fault,
        )
        with mutant.applied():
            top = fault if spot.node is spot.top else spot.top
            faulty = ast.unparse(top)
        before, after = _differing(sound.splitlines(), faulty.splitlines())
        key = hashlib.sha256(f"{self.path}\n{faulty}".encode()).hexdigest()[:20]
        return replace(mutant, before=before, after=after, key=key)


def _differing(before: list[str], after: list[str]) -> tuple[str, str]:
    """The lines of each that the other lacks."""
    # By whole lines alone: a table of two hundred names is one line, and nobody asks where in it.
    parts = difflib.SequenceMatcher(None, before, after).get_opcodes()
    lost = [line for kind, a, b, _, _ in parts if kind != "equal" for line in before[a:b]]
    won = [line for kind, _, _, a, b in parts if kind != "equal" for line in after[a:b]]
    return "\n".join(map(str.strip, lost)), "\n".join(map(str.strip, won))


def _named(statement: ast.stmt) -> str:
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if isinstance(targets[0], ast.Name):
        return targets[0].id
    return getattr(statement, "name", "")


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _spots(node: ast.AST, around: Spot, prefix: str = "") -> Iterator[Spot]:
    """Every node below, but for what is left out by rule."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_params", "bases"):
            continue
        several = isinstance(value, list)
        for index, child in enumerate(value if several else [value]):
            if not isinstance(child, ast.AST) or mutant_kinds.is_left_out(node, child):
                continue
            spot = _spot(child, node, field, index if several else None, around, prefix)
            yield spot
            inner = f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix
            yield from _spots(child, spot, inner)


def _spot(
    child: ast.AST, node: ast.AST, field: str, index: int | None, around: Spot, prefix: str
) -> Spot:
    is_statement = isinstance(child, ast.stmt)
    spot = replace(
        around,
        node=child,
        parent=node,
        field=field,
        index=index,
        statement=child if is_statement else around.statement,
        top=around.top or (child if is_statement else None),
    )
    if around.when != "body" and isinstance(node, _FUNCTIONS):
        when = {"body": "body", "args": "default"}.get(field, "import")
        return replace(spot, function=f"{prefix}{node.name}", when=when)
    return spot
