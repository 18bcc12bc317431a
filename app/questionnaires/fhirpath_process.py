"""The process in which a form's expressions and patterns run, started and ended by its parent.

Run as a file, never imported by the rest: it knows nothing of the house. One job is a line of JSON
on standard input, each task of it is answered by a line at once, in order, so that the parent
knows which one hung. Words of a person pass through here and are written nowhere.
"""

import contextlib
import functools
import json
import re
import resource
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, cast

MEMORY = 768 * 1024 * 1024
MOST_RESULTS = 200
MOST_LINE = 200_000
ORPHAN_SECONDS = 20  # a job that outlives its parent by this much is ended by the kernel

_ITEM = "QuestionnaireResponse.item"


def main() -> None:
    """Answer jobs until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    evaluator = _Evaluator()
    kept: dict[str, Any] = {}  # Questionnaires by the key their parent gave them
    _say({"ready": True})
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_REAL, ORPHAN_SECONDS)
        job = json.loads(line, parse_float=Decimal)
        if "forget" in job:
            kept.clear()
        kept.update(job.get("keep", {}))
        if "fits" in job:
            for pattern, text in job["fits"]:
                _say(_told(functools.partial(_fits, pattern, text)))
        elif "reads" in job:
            for path in job["reads"]:
                _say(_told(functools.partial(evaluator.reads, path)))
        else:
            evaluator.open(job, kept.get(job.get("questionnaire", "")))
            for task in job["tasks"]:
                _say(_told(functools.partial(evaluator.work_out, task)))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _told(work: Any) -> dict[str, Any]:
    try:
        return {"values": work()}
    except Exception as error:  # noqa: BLE001 - an expression may break in any way; its kind is told
        return {"error": type(error).__name__}


def _say(answer: dict[str, Any]) -> None:
    line = json.dumps(answer, default=_plain)
    if len(line) > MOST_LINE:
        line = '{"error": "TooMuch"}'
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _fits(pattern: str, text: str) -> list[bool]:
    return [re.fullmatch(pattern, text) is not None]


def _strict_reader() -> Callable[[str], Any]:
    """Reads a whole expression or raises; the library's own reader takes what it understands."""
    antlr: Any = import_module("antlr4")
    own = "fhirpathpy.parser"
    lexer_of: Any = import_module(f"{own}.generated.FHIRPathLexer").FHIRPathLexer
    parser_of: Any = import_module(f"{own}.generated.FHIRPathParser").FHIRPathParser
    listener_of: Any = import_module(f"{own}.ASTPathListener").ASTPathListener
    strict: Any = import_module("antlr4.error.ErrorListener").ErrorListener()
    strict.syntaxError = _not_readable

    def read(path: str) -> Any:
        lexer = lexer_of(antlr.InputStream(path))
        parser = parser_of(antlr.CommonTokenStream(lexer))
        for part in (lexer, parser):
            part.removeErrorListeners()
            part.addErrorListener(strict)
        tree = parser.expression()
        if parser.getCurrentToken().type != antlr.Token.EOF:
            raise SyntaxError
        listener = listener_of()
        antlr.ParseTreeWalker().walk(listener, tree)
        return listener.parentStack[0]

    return read


def _not_readable(*_about: Any) -> None:
    raise SyntaxError


class _Evaluator:
    """Expressions over one response. Read once, they are kept for the next job."""

    def __init__(self) -> None:
        from fhirpathpy import apply_parsed_path  # here: after the limit of memory is set
        from fhirpathpy.engine.invocations.constants import constants, systemtime
        from fhirpathpy.engine.nodes import ResourceNode
        from fhirpathpy.models import models

        self._node: Any = ResourceNode.create_node
        self._system_time: Any = systemtime
        self._apply: Any = apply_parsed_path
        self._model = models["r4"]
        self._read = functools.lru_cache(maxsize=1000)(_strict_reader())
        self._constants = cast(Any, constants)
        self._constants.reset = self._reset_time
        self._now: datetime | None = None

    def reads(self, path: str) -> list[Any]:
        """Only read an expression. Raises when that cannot be done."""
        self._read(path)
        return []

    def open(self, job: dict[str, Any], questionnaire: Any) -> None:
        """Take the response that the tasks of a job are about."""
        self._now = datetime.fromisoformat(job["now"]) if job.get("now") else None
        self._resource = self._node(job["resource"])
        self._names: dict[str, Any] = {
            **job.get("names", {}),
            "resource": self._resource,
            "rootResource": self._resource,
            "questionnaire": questionnaire,
        }
        self._places: dict[str, Any] = {}
        self._variables: dict[tuple[str, str], Any] = {}

    def work_out(self, task: dict[str, Any]) -> list[Any]:
        """What an expression gives: a list of plain values."""
        place = self._place(task["at"])
        names = {**self._names, "context": place}
        for name, path, at in task["variables"]:
            key = (json.dumps(at), name)
            if key not in self._variables:
                there = self._place(at)
                self._variables[key] = self._evaluate(path, there, {**names, "context": there})
            names[name] = self._variables[key]
        found = self._evaluate(task["path"], place, names)
        return [_plain(value) for value in found[:MOST_RESULTS]]

    def _evaluate(self, path: str, place: Any, names: dict[str, Any]) -> list[Any]:
        root = self._resource if _starts_at_the_top(path, place) else place
        options = {"returnRawData": True}
        found = self._apply(root, self._read(path), names, self._model, options)
        return found if isinstance(found, list) else [found]

    def _place(self, at: list[Any] | None) -> Any:
        """The node of an item in the response, an empty one where nothing is answered."""
        if at is None:
            return self._node({}, _ITEM)
        if not at:
            return self._resource
        key = json.dumps(at)
        if key not in self._places:
            node = self._resource.data
            for step in at:
                node = node[step]
            self._places[key] = self._node(node, _ITEM)
        return self._places[key]

    def _reset_time(self) -> None:
        constants = self._constants
        constants.today = constants.now = constants.timeOfDay = None
        constants.localTimezoneOffset = None
        if self._now is None:
            self._system_time.reset()
        else:
            self._system_time.expressionExecutionDateTime = self._now


def _starts_at_the_top(path: str, place: Any) -> bool:
    """Whether an expression means the whole response, though it stands on an item.

    Many forms write `item.where(…)` or `QuestionnaireResponse.item` on a question, which itself
    never has items.
    """
    start = path.lstrip()
    if start.startswith("QuestionnaireResponse"):
        return True
    return start.startswith("item") and "item" not in (getattr(place, "data", None) or {})


def _plain(value: Any) -> Any:
    value = getattr(value, "data", value)
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, float):
        return {"decimal": repr(value)}
    if hasattr(value, "unit") and hasattr(value, "value"):
        return {"value": str(value.value), "unit": str(value.unit).strip("'")}
    for name in ("asStr", "timeAsStr"):
        with contextlib.suppress(AttributeError):
            return str(getattr(value, name)).lstrip("T@")
    return value if isinstance(value, bool | int | str | dict | list) else str(value)


if __name__ == "__main__":
    main()
