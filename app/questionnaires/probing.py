"""What a form's expressions are worth, tried once when it comes in.

One that cannot be read or takes too long is told, not refused: in use it is stopped in time, and
the form goes on without it.
"""

import re
import time
from collections.abc import Iterator, Sequence

from app.questionnaires import expressions, patterns
from app.questionnaires.engine.expressing import WHOLE_FORM, Ask, Trouble, Wanted
from app.questionnaires.engine.findings import Finding
from app.questionnaires.engine.items import Expression, Form, Item
from app.questionnaires.engine.values import EMPTY, Slot
from app.questionnaires.killable import SHARED, Killable

LIMIT = 0.5  # seconds to read, and to work out a handful
_IN_ALL = 2.0  # seconds after which no more is tried: what was not tried is not told
_MOST = 1_000  # expressions that are tried
_MOST_PATTERNS = 30
_HANDFUL = 20
_MATCHES = re.compile(r"(?:[mM]atches|matchesFull)\(\s*'((?:[^'\\]|\\.)*)'")


def doubts(form: Form, *, killable: Killable = SHARED) -> Iterator[Finding]:
    """Each item whose expression cannot be read, or takes too long with no answers at all."""
    found = list(_expressions(form))[:_MOST]
    if not found:
        return
    killable.run({"reads": ["1"]}, 1, limit=LIMIT)  # so that its start is not counted
    until = time.monotonic() + _IN_ALL
    odd = set(_unreadable(list({each.path for _, _, each in found}), killable, until))
    slow = _hostile([each.path for _, _, each in found if each.path not in odd], killable, until)
    asks = [
        Ask(Slot(item.link_id, rows) if item else WHOLE_FORM, wanted, each)
        for item, wanted, each in found
        if wanted is not None and each.path not in odd | slow
        for rows in [(0,) * len(form.repeating_above[item.link_id]) if item else ()]
    ]
    runner = expressions.FormExpressions(killable=killable, limit=LIMIT)
    for start in range(0, len(asks), _HANDFUL):
        if time.monotonic() > until:
            break
        handful = asks[start : start + _HANDFUL]
        for ask, outcome in zip(handful, runner.work_out(form, EMPTY, handful), strict=True):
            if outcome.trouble is Trouble.SLOW:
                slow.add(ask.expression.path)
    for item, _wanted, each in found:
        link_id = item.link_id if item else ""
        if each.path in odd:
            yield Finding("warning", link_id, "odd-expression", "An expression cannot be read.")
        elif each.path in slow:
            yield Finding("warning", link_id, "slow-expression", "An expression takes too long.")


def _expressions(form: Form) -> Iterator[tuple[Item | None, Wanted | None, Expression]]:
    yield from ((None, None, each) for each in form.variables)
    yield from ((None, Wanted.CONSTRAINT, each) for each in form.constraints)
    for item in form.in_order:
        yield from ((item, None, each) for each in item.variables)
        yield from ((item, Wanted.CONSTRAINT, each) for each in item.constraints)
        for wanted, one in (
            (Wanted.ENABLED, item.enable_expression),
            (Wanted.CALCULATED, item.calculated),
            (Wanted.INITIAL, item.initial_expression),
        ):
            if one is not None:
                yield item, wanted, one


def _unreadable(paths: Sequence[str], killable: Killable, until: float) -> Iterator[str]:
    """Those that the reader does not understand, or not in time."""
    waiting = list(paths)
    while waiting and time.monotonic() < until:
        ran = killable.run({"reads": waiting}, len(waiting), limit=LIMIT, patience=3)
        told = zip(waiting, ran.answers, strict=False)
        yield from (path for path, answer in told if "error" in answer)
        yield from waiting[len(ran.answers) :][:1]  # the one that it did not come to the end of
        waiting = waiting[len(ran.answers) + 1 :]


def _hostile(paths: Sequence[str], killable: Killable, until: float) -> set[str]:
    """Those that match texts against a pattern which can be made to take too long."""
    tried: dict[str, bool] = {}
    found: set[str] = set()
    for path in paths:
        for literal in _MATCHES.findall(path):
            pattern = re.sub(r"\\([\\'`\"])", r"\1", literal)
            has_time = len(tried) < _MOST_PATTERNS and time.monotonic() < until
            if pattern not in tried and has_time:
                is_read = patterns.is_readable(pattern)
                tried[pattern] = is_read and patterns.is_hostile(pattern, killable=killable)
            if tried.get(pattern):
                found.add(path)
    return found
