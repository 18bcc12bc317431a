"""Which faults a node of the tree may have: pairs of a fault's kind and the node that shows it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.mutants import Spot

Fault = tuple[str, ast.AST]

_COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COUNTED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult,
}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "and_": "or_", "or_": "and_"}
_METHODS = {
    "is_": "is_not",
    "is_not": "is_",
    "in_": "not_in",
    "not_in": "in_",
    "desc": "asc",
    "asc": "desc",
}
# Steps of a query, or of tidying a word, without which the rest still stands.
_STEPS = {
    *("where", "order_by", "limit", "options", "distinct", "execution_options"),
    *("with_for_update", "having", "filter"),
    *("strip", "lstrip", "rstrip", "lower", "upper", "casefold", "removeprefix", "removesuffix"),
}
_CONDITIONS = ("where", "and_", "or_", "filter", "having")
_WORDS = ("_", "gettext", "ngettext", "lazy_gettext")


def faults(spot: Spot) -> Iterator[Fault]:
    """Every fault of this node."""
    for kind, shown in _BY_NODE.items():
        if isinstance(spot.node, kind):
            yield from shown(spot)
    if spot.field == "test" and not isinstance(spot.parent, ast.Assert):
        yield from _turned(spot)


def is_left_out(parent: ast.AST, child: ast.AST) -> bool:
    """Whether no behaviour hangs on this node, by rule."""
    if isinstance(child, (ast.Import, ast.ImportFrom, ast.Assert, ast.Global, ast.Nonlocal)):
        return True
    if isinstance(parent, ast.Call) and _called(parent) in _WORDS:
        return isinstance(child, ast.Constant)
    if isinstance(child, ast.Call) and _called(child) == "dataclass":
        return True
    if isinstance(child, ast.Expr):
        value = child.value
        is_words = isinstance(value, ast.Constant) and isinstance(value.value, str)
        return is_words or (isinstance(value, ast.Call) and _is_log(value))
    return _is_type(parent, child)


def _is_type(parent: ast.AST, child: ast.AST) -> bool:
    """The right side of `Person = Patient | Practitioner` and of `Choose = Callable[…]`."""
    if not isinstance(parent, ast.Assign) or child is not parent.value:
        return False
    if isinstance(child, ast.Subscript):
        return isinstance(child.value, ast.Name) and child.value.id[0].isupper()
    parts = [child.left, child.right] if isinstance(child, ast.BinOp) else []
    return bool(parts) and all(isinstance(p, ast.Name) and p.id[0].isupper() for p in parts)


def _is_log(call: ast.Call) -> bool:
    asked = call.func
    return (
        isinstance(asked, ast.Attribute)
        and isinstance(asked.value, ast.Name)
        and asked.value.id in ("log", "_log", "logger")
    )


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _without(several: list, index: int) -> list:
    return several[:index] + several[index + 1 :]


def _turned(spot: Spot) -> Iterator[Fault]:
    """A bare condition, the other way round; comparisons and the like have faults of their own."""
    if isinstance(spot.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.NamedExpr)):
        yield "condition", ast.UnaryOp(ast.Not(), spot.node)


def _compare(spot: Spot) -> Iterator[Fault]:
    for index, sign in enumerate(spot.node.ops):
        for other in _COMPARED.get(type(sign), ()):
            signs = [*spot.node.ops]
            signs[index] = other()
            yield "comparison", _changed(spot.node, ops=signs)


def _both_or_either(spot: Spot) -> Iterator[Fault]:
    other = ast.Or() if isinstance(spot.node.op, ast.And) else ast.And()
    yield "and, or", _changed(spot.node, op=other)
    for index in range(len(spot.node.values)):
        left = _without(spot.node.values, index)
        yield "operand", left[0] if len(left) == 1 else _changed(spot.node, values=left)


def _not(spot: Spot) -> Iterator[Fault]:
    if isinstance(spot.node.op, (ast.Not, ast.Invert)):
        yield "not", spot.node.operand


def _arithmetic(spot: Spot) -> Iterator[Fault]:
    other = _COUNTED.get(type(spot.node.op))
    is_words = any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes)))
        or (isinstance(part, ast.Call) and _called(part) in _WORDS)
        for part in ast.walk(spot.node)
    )
    if other and not is_words:
        yield "arithmetic", _changed(spot.node, op=other())


def _constant(spot: Spot) -> Iterator[Fault]:
    value = spot.node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield "constant", ast.Constant(value + 1)
        if value:
            yield "constant", ast.Constant(value - 1)
    elif isinstance(value, str):
        yield "constant", ast.Constant("" if value else "x")
    elif isinstance(value, bytes):
        yield "constant", ast.Constant(b"" if value else b"x")


def _filled(_spot: Spot) -> Iterator[Fault]:
    yield "left out of a string", ast.FormattedValue(ast.Constant(""), -1)


def _return(spot: Spot) -> Iterator[Fault]:
    value = spot.node.value
    if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
        yield "returned", ast.Return(ast.Constant(None))


def _dropped(_spot: Spot) -> Iterator[Fault]:
    yield "statement", ast.Pass()


def _expression(spot: Spot) -> Iterator[Fault]:
    if not isinstance(spot.node.value, (ast.Yield, ast.YieldFrom, ast.Constant)):
        yield "statement", ast.Pass()


def _assignment(spot: Spot) -> Iterator[Fault]:
    """Only what would still run: a column's, or a name's that has another value already."""
    if spot.when != "body":
        return
    for target in spot.node.targets:
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        kept = all(isinstance(part, (ast.Attribute, ast.Subscript)) for part in parts)
        if kept or (isinstance(target, ast.Name) and _is_set_before(spot, target.id)):
            yield "statement", ast.Pass()


def _is_set_before(spot: Spot, name: str) -> bool:
    for node in ast.walk(spot.top):
        if isinstance(node, ast.arg) and node.arg == name:
            return True
        is_stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        if is_stored and node.id == name and node.lineno < spot.node.lineno:
            return True
    return False


def _call(spot: Spot) -> Iterator[Fault]:
    call, name = spot.node, _called(spot.node)
    if _is_log(call):
        return
    for index, keyword in enumerate(call.keywords):
        if keyword.arg:
            yield "argument", _changed(call, keywords=_without(call.keywords, index))
    if name in _CONDITIONS and len(call.args) > 1:
        for index in range(len(call.args)):
            yield "condition of a query", _changed(call, args=_without(call.args, index))
    if name in _STEPS and isinstance(call.func, ast.Attribute):
        yield "step", call.func.value
    yield from _renamed(call)


def _renamed(call: ast.Call) -> Iterator[Fault]:
    if isinstance(call.func, ast.Name) and call.func.id in _NAMES:
        yield "name", _changed(call, func=ast.Name(_NAMES[call.func.id], ast.Load()))
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        other = _changed(call.func, attr=_METHODS[call.func.attr])
        yield "name", _changed(call, func=other)


def _decorators(spot: Spot) -> Iterator[Fault]:
    several = spot.node.decorator_list
    for index in range(len(several)):
        yield "decorator", _changed(spot.node, decorator_list=_without(several, index))


def _handler(spot: Spot) -> Iterator[Fault]:
    if not isinstance(spot.node.body[0], ast.Raise):
        yield "handler", _changed(spot.node, body=[ast.Raise()])


def _filter(spot: Spot) -> Iterator[Fault]:
    for index in range(len(spot.node.ifs)):
        yield "filter", _changed(spot.node, ifs=_without(spot.node.ifs, index))


def _with(spot: Spot) -> Iterator[Fault]:
    if all(item.optional_vars is None for item in spot.node.items):
        yield "with", ast.If(ast.Constant(True), spot.node.body, [])


_BY_NODE: dict[type | tuple[type, ...], Callable[[Spot], Iterator[Fault]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _both_or_either,
    ast.UnaryOp: _not,
    (ast.BinOp, ast.AugAssign): _arithmetic,
    ast.Constant: _constant,
    ast.FormattedValue: _filled,
    ast.Return: _return,
    (ast.Raise, ast.AugAssign, ast.For, ast.Break, ast.Continue, ast.Delete): _dropped,
    ast.Expr: _expression,
    ast.Assign: _assignment,
    ast.Call: _call,
    (ast.FunctionDef, ast.AsyncFunctionDef): _decorators,
    ast.ExceptHandler: _handler,
    ast.comprehension: _filter,
    ast.With: _with,
}
