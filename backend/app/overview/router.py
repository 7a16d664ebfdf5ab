"""Endpoint of the overview."""

from fastapi import APIRouter

from app.overview.schemas import Overview
from app.resources import ResourcesDep

router = APIRouter(prefix="/overview", tags=["overview"])


@router.get("")
async def get_overview(resources: ResourcesDep) -> Overview:
    """Look at every part; one that is down is told in the answer, which is 200 all the same."""
    return await resources.overview.get()
