"""Which lines of a module a test reaches, and which it must have reached to notice a fault.

The modules are read with a word before each statement of their functions, so that nothing escapes:
not what runs while they are read, either.
"""

import ast
import builtins
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import CodeType

from bench import mutated
from bench.mutants import Mutant, Source

Reached = set[tuple[str, int]]


def watch(sources: Sequence[Source]) -> Reached:
    """What the modules say from now on, as (path, line). Before any of them is imported."""
    reached: Reached = set()
    vars(builtins)["__reached__"] = lambda path, line: reached.add((path, line))
    sys.meta_path.insert(0, _Finder(sources))
    return reached


class _Loader(importlib.machinery.SourceFileLoader):
    source: Source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  each has one module
        tree = copy.deepcopy(self.source.tree)
        _tell_each_line(tree, self.source.path)
        return compile(tree, self.source.file, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {source.name: source for source in sources}

    def find_spec(self, fullname, _path, _target=None):
        if fullname not in self._sources:
            return None
        source = self._sources[fullname]
        assert fullname not in sys.modules, fullname
        loader = _Loader(fullname, source.file)
        loader.source = source
        return importlib.util.spec_from_file_location(fullname, source.file, loader=loader)


def of(source: Source, mutant: Mutant) -> set[tuple[str, int]]:
    """Where a test must have been to notice the fault."""
    if mutant.when == "body":
        made = mutated.made_by(source, mutant.function)
        names = {name for statement in made for name in mutated.assigned(statement)}
        return {(source.path, mutant.line)} | (_readers(source, names) if names else set())
    top = mutant.spot.top
    if mutant.when == "default" and top is not None:
        return {(source.path, line) for line in range(top.lineno, (top.end_lineno or 0) + 1)}
    readers = _reading(source, {mutant.function})
    if isinstance(top, (ast.FunctionDef, ast.AsyncFunctionDef)):
        readers = [top]
    return {
        (source.path, line)
        for node in (readers or source.tree.body)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }


def _reading(source: Source, names: set[str]) -> list[ast.stmt]:
    return [
        node
        for node in source.tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and any(getattr(part, "id", "") in names for part in ast.walk(node))
    ]


def _readers(source: Source, names: set[str]) -> set[tuple[str, int]]:
    return {
        (source.path, line)
        for node in _reading(source, names)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }


def _tell_each_line(node: ast.AST, path: str, inside: bool = False) -> None:
    inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(node, name, None)
        if isinstance(statements, list):
            for each in statements:
                _tell_each_line(each, path, inside)
            if inside:
                setattr(node, name, [part for each in statements for part in _told(each, path)])
    for each in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        _tell_each_line(each, path, inside)


def _told(statement: ast.stmt, path: str) -> list[ast.stmt]:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return [statement]  # a docstring stays the first
    where: list[ast.expr] = [ast.Constant(path), ast.Constant(statement.lineno)]
    said = ast.Expr(ast.Call(ast.Name("__reached__", ast.Load()), where, []))
    return [ast.fix_missing_locations(ast.copy_location(said, statement)), statement]
