"""Whether this process can do its work."""

from app.database import Database


async def check_database(database: Database) -> None:
    """Raises Unavailable (or asyncpg's errors) when the database does not answer."""
    async with database.connection() as connection:
        await connection.execute("SELECT 1")
