import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import app.demo.models  # noqa: F401  the demo's table is in the same schema
from app.db import migrate
from app.db.base import Model
from tests import databases


def test_a_new_database_is_not_current_until_it_is_migrated(worker_id):
    with databases.fresh_database(worker_id, migrated=False) as url:
        assert not migrate.is_current(url)

        migrate.upgrade(url)

        assert migrate.is_current(url)


def test_migrating_twice_changes_nothing(database):
    url = database.engine.url.render_as_string(hide_password=False)

    migrate.upgrade(url)

    assert migrate.is_current(url)


def test_migrations_make_exactly_the_tables_of_the_models(database):
    engine = create_engine(database.engine.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Model.metadata)
    engine.dispose()

    assert difference == []


@pytest.mark.parametrize("table", Model.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_has_a_whole_word_in_the_singular_and_moments_end_alike(table):
    assert not table.name.endswith("s") or table.name == "staffed_hours"
    for column in table.columns:
        if "DateTime" in repr(column.type):
            assert column.name.endswith(("_at", "_until", "_before")), column.name
