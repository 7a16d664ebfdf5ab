"""Whether the database answers."""

from sqlalchemy import text

from app.core.db import engine

with engine.connect() as connection:
    connection.execute(text("select 1"))
