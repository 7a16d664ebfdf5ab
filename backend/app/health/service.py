"""Whether this process can do its work."""

from sqlalchemy import text

from app.database import Database


async def check_database(database: Database) -> None:
    """Raises Unavailable (or the database's own errors) when it does not answer."""
    async with database.begin() as session:
        await session.execute(text("SELECT 1"))
