import importlib
import pkgutil
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, create_engine, text
from sqlalchemy.exc import IntegrityError

import app
from app import clock
from app.db import migrate
from app.db.base import Model
from tests import databases

# Every table there is, also those that nothing else of these tests reaches.
for module in pkgutil.walk_packages(app.__path__, "app."):
    if module.name.endswith((".models", ".keys")):
        importlib.import_module(module.name)


def test_a_new_database_is_not_current_until_it_is_migrated(worker_id):
    with databases.fresh_database(worker_id, migrated=False) as url:
        assert not migrate.is_current(url)

        migrate.upgrade(url)

        assert migrate.is_current(url)


def test_migrating_twice_changes_nothing(database):
    url = database.engine.url.render_as_string(hide_password=False)

    migrate.upgrade(url)

    assert migrate.is_current(url)


def test_revisions_are_known_by_the_numbers_of_their_files():
    scripts = ScriptDirectory.from_config(migrate.config(""))

    assert migrate.revisions() == {script.revision for script in scripts.walk_revisions()}
    assert migrate.newest() == scripts.get_current_head()


def test_migrations_make_exactly_the_tables_of_the_models(database):
    engine = create_engine(database.engine.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Model.metadata)
    engine.dispose()

    assert difference == []


def test_what_waits_while_the_clinic_changes_over_leaves_when_it_would_have_left(worker_id):
    with databases.fresh_database(worker_id, migrated=False) as url:
        command.upgrade(migrate.config(url), "0006")
        engine = create_engine(url)
        clinic = _row(engine, "clinic", name="Northside", slug="n", zone="America/Chicago")
        queued = {"clinic_id": clinic, "direction": "outbound", "status": "queued"}
        for purpose in ("code", "safety", "join", "confirm"):
            _row(engine, "message", purpose=purpose, **queued)

        migrate.upgrade(url)

        with engine.connect() as connection:
            rows = connection.execute(text("SELECT purpose, at_any_hour FROM message"))
            kept = {purpose: bool(at_any_hour) for purpose, at_any_hour in rows}
            with pytest.raises(IntegrityError):
                connection.execute(text("UPDATE message SET purpose = 'whim'"))
        engine.dispose()

    assert kept == {"code": True, "safety": True, "join": False, "confirm": False}


@pytest.mark.parametrize("table", Model.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_has_a_whole_word_in_the_singular_and_moments_end_alike(table):
    assert not table.name.endswith("s") or table.name == "staffed_hours"
    for column in table.columns:
        if "DateTime" in repr(column.type):
            assert column.name.endswith(("_at", "_until", "_before")), column.name


def _row(engine, of, /, **values):
    """A row of a table as it was then, with something in every column that needs it."""
    table = Table(of, MetaData(), autoload_with=engine)
    needed = {column.name: column for column in table.columns if not column.nullable}
    for column_name, column in needed.items():
        kind = column.type.python_type
        if column_name == "id":
            values["id"] = uuid4() if kind is UUID else uuid4().hex  # SQLite's are plain words
        elif column_name not in values:
            values[column_name] = clock.now() if kind is datetime else kind()
    with engine.begin() as connection:
        connection.execute(table.insert(), values)
    return values["id"]
