"""Whether this process can do its work."""

from app.database import Database


async def check_database(database: Database) -> None:
    """Raises Unavailable (or the database's own errors) when it does not answer."""
    async with database.connection() as connection:
        await connection.execute("SELECT 1")
