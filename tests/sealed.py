"""What rests sealed in a database, read through the models as the clinic reads it."""

import importlib
import pkgutil

from sqlalchemy import select

import app
from app.db.base import Model, Sealed


def know_every_table():
    """Import every model there is."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.endswith((".models", ".keys", "_keys")):
            importlib.import_module(module.name)


def opened(database):
    """Everything that rests sealed, in clear: `{(table, row, name): value}`."""
    know_every_table()
    found = {}
    with database.session(write=False) as db:
        for kind in _kinds():
            names = [name for each in kind.__mro__ for name in _seals(each)]
            for row in db.scalars(select(kind)) if names else ():
                for name in names:
                    found[kind.__tablename__, row.id, name] = getattr(row, name)
    return {where: value for where, value in found.items() if value not in ("", None)}


def _kinds():
    return [mapper.class_ for mapper in Model.registry.mappers]


def _seals(kind):
    return [name for name, value in vars(kind).items() if isinstance(value, Sealed)]
