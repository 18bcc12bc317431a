"""A migration only adds: the release before goes on working on what the next one made.

What nobody needs any more is taken away one release after nobody asks for it, and says so here.
"""

import ast
import re
from pathlib import Path

import pytest

from app.db import migrate

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"
FROM = 26  # all before were out in the world when the rule was made
# What the release before had stopped to read and to write: ("0031", "drop_column gone_for_good").
TAKEN_AWAY: set[tuple[str, str]] = set()

_GONE = {"drop_column", "drop_table", "rename_table"}
_NARROWER = {"create_unique_constraint", "create_foreign_key"}
_WORDS = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|RENAME|SET\s+NOT\s+NULL)\b", re.IGNORECASE)


def what_it_takes_away(source):
    """Each thing in `upgrade` and what it calls that the release before would miss."""
    functions = {
        node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)
    }
    made = {_text(call.args[0]) for call in _calls(functions["upgrade"], "create_table")}
    for name, function in functions.items():
        if name == "downgrade":
            continue
        for call in _calls(function):
            found = _found(call, made)
            if found:
                yield found


def _found(call, made):
    name, words = call.func.attr, [_text(each) for each in call.args]
    said = {each.arg: each.value for each in call.keywords}
    if name in _GONE:
        return f"{name} {words[-1]}"
    if name in _NARROWER and not made.intersection(words):
        return f"{name} {words[0]}"
    if name == "alter_column":
        narrower = _is(said.get("nullable"), False) or {"new_column_name", "type_"} & set(said)
        return f"alter_column {words[-1]}" if narrower else None
    if name == "add_column":
        column = next(each for each in call.args if isinstance(each, ast.Call))
        of_column = {each.arg: each.value for each in column.keywords}
        may_be_left_out = _is(of_column.get("nullable"), True) or "server_default" in of_column
        return None if may_be_left_out else f"add_column {_text(column.args[0])}"
    if name == "execute" and _WORDS.search(ast.unparse(call)):
        return f"execute {ast.unparse(call.args[0])}"
    return None


def _calls(function, name=None):
    for node in ast.walk(function):
        is_one = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_one and name in (None, node.func.attr):
            yield node


def _text(node):
    return node.value if isinstance(node, ast.Constant) else ast.unparse(node)


def _is(node, value):
    return isinstance(node, ast.Constant) and node.value is value


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(VERSIONS.glob("0*.py")) if int(p.name[:4]) >= FROM],
    ids=lambda p: p.stem,
)
def test_the_release_before_misses_nothing(path):
    number = path.name[:4]
    missed = {(number, each) for each in what_it_takes_away(path.read_text())}

    assert missed - TAKEN_AWAY == set()


@pytest.mark.parametrize(
    ("line", "missed"),
    [
        ('op.drop_column("patient", "name")', "drop_column name"),
        ('op.drop_table("patient")', "drop_table patient"),
        ('op.rename_table("patient", "person")', "rename_table person"),
        ('op.alter_column("patient", "name", new_column_name="called")', "alter_column name"),
        ('op.alter_column("patient", "name", nullable=False)', "alter_column name"),
        ('op.alter_column("patient", "name", nullable=True)', None),
        ('op.add_column("a", sa.Column("b", sa.String(), nullable=False))', "add_column b"),
        ('op.add_column("a", sa.Column("b", sa.String()))', "add_column b"),
        ('op.add_column("a", sa.Column("b", sa.String(), nullable=True))', None),
        (
            'op.add_column("a", sa.Column("b", sa.Boolean(), nullable=False, server_default="0"))',
            None,
        ),
        ('op.create_unique_constraint("uq_a", "a", ["b"])', "create_unique_constraint uq_a"),
        ('op.execute("ALTER TABLE a DROP COLUMN b")', "execute 'ALTER TABLE a DROP COLUMN b'"),
        ('op.execute("UPDATE a SET b = 1")', None),
        ('op.drop_index("ix_a", table_name="a")', None),
        (
            'with op.batch_alter_table("a") as batch:\n        batch.drop_column("b")',
            "drop_column b",
        ),
    ],
)
def test_what_the_release_before_would_miss_is_seen(line, missed):
    source = f"def upgrade():\n    {line}\n\n\ndef downgrade():\n    op.drop_table('a')\n"

    assert list(what_it_takes_away(source)) == ([missed] if missed else [])
