"""Health endpoints: `live` tells whether the process must be restarted, `ready` whether it can do its work."""

from fastapi import APIRouter

from app.errors import TooManyRequests, Unavailable, declare
from app.health import service
from app.health.schemas import Health
from app.resources import DatabaseDep

router = APIRouter(tags=["health"])


@router.get("/live")
async def get_liveness() -> Health:
    """Never asks the database: a restart would not bring that back."""
    return Health()


@router.get("/ready", responses=declare(TooManyRequests, Unavailable))
async def get_readiness(database: DatabaseDep) -> Health:
    await service.check_database(database)
    return Health()
