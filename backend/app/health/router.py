"""Health endpoints: `live` tells whether the process must be restarted, `ready` whether it can do its work."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request

from .schemas import Health


def health_router(
    check: Callable[[Request], Awaitable[None]] | None = None, responses: dict[int | str, dict[str, Any]] | None = None
) -> APIRouter:
    """`check` raises, for example HTTPException(503), when the app cannot do its work; `responses`: what that gives."""
    router = APIRouter(tags=["health"])

    @router.get("/live")
    async def get_liveness() -> Health:
        """Never asks the database: a restart would not bring that back."""
        return Health()

    @router.get("/ready", responses=responses)
    async def get_readiness(request: Request) -> Health:
        if check:
            await check(request)
        return Health()

    return router
