"""Writes the migration from the newest schema to what the models say.

Usage: new_migration.py "What changes"
"""

import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

from alembic import command

import app
from app.db import migrate


def main() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.endswith((".models", ".keys")):
            importlib.import_module(module.name)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'empty.db'}"
        migrate.upgrade(url)
        command.revision(migrate.config(url), sys.argv[1], autogenerate=True, rev_id=_next_number())


def _next_number() -> str:
    versions = Path(migrate.__file__).parent / "migrations" / "versions"
    return f"{len(list(versions.glob('*.py'))) + 1:04d}"


main()
