"""Alembic's way in: the address comes from the caller, never from a file."""

from alembic import context
from sqlalchemy import create_engine

from app.db.base import Model

url = context.config.attributes["url"]
engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=engine.dialect.name == "sqlite",
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
