"""Puts a fault into the running application, and nowhere else: no file is written.

A function's fault goes in where it stands: every live function made from its text gets the faulty
code, whoever has imported it. So does a plain constant. What only counts while a module is read
(decorators, classes, routes) needs a process that reads the faulty module from the start:

    MUTANT=app/access/codes.py:6a0f… python -m pytest -p bench.mutated …
"""

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import CodeType, FunctionType, ModuleType

from bench.mutants import ROOT, Mutant, Source

Live = dict[tuple[str, int], list[FunctionType]]
_PLAIN = (str, bytes, int, float, bool, tuple, frozenset, dict, set, timedelta, datetime)


def live_functions(source: Source) -> Live:
    """Every function there is of this module's text, by its name and first line."""
    found: Live = defaultdict(list)
    gc.unfreeze()  # what tests/conftest.py froze would be missed
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == source.file:
            found[_place(thing.__code__)].append(thing)
    return found


def has_functions(source: Source) -> bool:
    """Whether the module has any at its own level."""
    return any(isinstance(each, ast.FunctionDef) for each in source.tree.body)


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code within a module's code, at every depth."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes(constant)


def compiled(source: Source) -> CodeType:
    return compile(source.tree, source.file, "exec", dont_inherit=True)


def swap(live: Live, code: CodeType, function: str = "") -> None:
    """Give the live functions the code of the same place: of one function, or of all."""
    for new in codes(code):
        if not function or f"{new.co_qualname}.".startswith(f"{function}."):
            for one in live.get(_place(new), ()):
                one.__code__ = new


def put_in(source: Source, live: Live, mutant: Mutant) -> bool:
    """Let the fault take effect in this process. False: it cannot, once everything is imported."""
    try:
        if mutant.when == "body":
            with mutant.applied():
                code = compiled(source)
            swap(live, code, mutant.function)
            for statement in made_by(source, mutant.function):
                _make_anew(sys.modules[source.name], statement)
            return True
        if mutant.when == "default":
            return _new_defaults(live, mutant)
        return _rebind(sys.modules[source.name], source.tree, mutant)
    except ValueError:  # it uses other names of the function around it
        return False


def forget(source: Source) -> None:
    """Let nothing that the module's functions keep of earlier calls speak for them."""
    for value in vars(sys.modules[source.name]).values():
        if callable(clear := getattr(value, "cache_clear", None)):
            clear()


def fits(module: ModuleType, mutant: Mutant) -> bool:
    """Whether `put_in` reaches everything that this fault touches."""
    if mutant.when != "import":
        return True
    names = assigned(mutant.spot.top)
    return bool(names) and all(_is_plain(name, vars(module)[name]) for name in names)


def _is_plain(name: str, value: object) -> bool:
    """What nothing has kept a copy of: a plain value, or one that only its module knows."""
    if isinstance(value, _PLAIN):
        return True
    return name.startswith("_") and not isinstance(value, (type, list, FunctionType))


def made_by(source: Source, function: str) -> list[ast.stmt]:
    """The module's own plain values that this function makes while the module is read."""
    module = sys.modules[source.name]
    return [
        statement
        for statement in source.tree.body
        if (names := assigned(statement))
        and any(isinstance(n, ast.Name) and n.id == function for n in ast.walk(statement))
        and all(_is_plain(name, vars(module)[name]) for name in names)
    ]


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def assigned(statement: ast.stmt | None) -> list[str]:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    else:
        return []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _new_defaults(live: Live, mutant: Mutant) -> bool:
    name = mutant.function.rpartition(".")[2]
    for (qualified, _line), functions in live.items():
        if qualified == mutant.function:
            with mutant.applied():
                node = next(
                    node
                    for node in ast.walk(mutant.spot.top)
                    if getattr(node, "name", "") == name and hasattr(node, "args")
                )
                _set_defaults(functions, node.args)
            return True
    return False


def _set_defaults(functions: list[FunctionType], arguments: ast.arguments) -> None:
    def value(node: ast.expr, function: FunctionType) -> object:
        return eval(compile(ast.Expression(node), "default", "eval"), function.__globals__)

    for function in functions:
        function.__defaults__ = tuple(value(node, function) for node in arguments.defaults) or None
        function.__kwdefaults__ = {
            each.arg: value(node, function)
            for each, node in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if node is not None
        } or None


def _rebind(module: ModuleType, tree: ast.Module, mutant: Mutant) -> bool:
    """Give a constant its other value, and those that are made of it; wherever it was imported."""
    changed = set(assigned(mutant.spot.top))
    with mutant.applied():
        for statement in tree.body:
            names = assigned(statement)
            read = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            if names and (statement is mutant.spot.top or read & changed):
                _make_anew(module, statement)
                changed |= set(names)
    return True


def _make_anew(module: ModuleType, statement: ast.stmt) -> None:
    former = {name: vars(module)[name] for name in assigned(statement)}
    part = ast.Module([statement], [])
    exec(compile(part, module.__file__ or "", "exec"), vars(module))
    for name, value in former.items():
        _pass_on(name, value, vars(module)[name])


def _pass_on(name: str, former: object, value: object) -> None:
    for other in list(sys.modules.values()):
        file = getattr(other, "__file__", None) or ""
        if file.startswith(str(ROOT)) and vars(other).get(name) is former:
            vars(other)[name] = value


class _Loader(importlib.machinery.SourceFileLoader):
    wanted = ""

    def get_code(self, fullname: str) -> CodeType:
        source = Source(f"{fullname.replace('.', '/')}.py")
        mutant = next(each for each in source.mutants() if each.key == self.wanted)
        with mutant.applied():
            return compiled(source)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, with one fault in it."""

    def __init__(self, source: Source, key: str) -> None:
        self.source = source
        _Loader.wanted = key

    def find_spec(self, fullname, _path, _target=None):
        if fullname != self.source.name:
            return None
        loader = _Loader(fullname, self.source.file)
        return importlib.util.spec_from_file_location(fullname, self.source.file, loader=loader)


if os.environ.get("MUTANT"):
    _path, _, _key = os.environ["MUTANT"].partition(":")
    sys.meta_path.insert(0, _Finder(Source(_path), _key))
