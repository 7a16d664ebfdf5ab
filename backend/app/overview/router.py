"""Endpoint of the overview."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request

from app.overview.schemas import Overview
from app.overview.service import OverviewService

router = APIRouter(prefix="/overview", tags=["overview"])


async def overview(request: Request) -> OverviewService:
    return cast(OverviewService, request.state.overview)


@router.get("")
async def get_overview(overview: Annotated[OverviewService, Depends(overview)]) -> Overview:
    """Look at every part; one that is down is told in the answer, which is 200 all the same."""
    return await overview.get()
