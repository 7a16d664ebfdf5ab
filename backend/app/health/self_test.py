"""A self-test: uses each part of the app once, which no health check may. For those alone who run the app."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response

from .schemas import SelfTest, SelfTestStep

# What the step saw, in a few words; it raises where its part does not work, and takes away again what it made.
Step = Callable[[], Awaitable[str]]

LIMIT_SECONDS = 20

logger = logging.getLogger(__name__)


async def outcome(name: str, step: Step) -> SelfTestStep:
    """The error itself goes to the log: its words may hold what is secret."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            state, seen = True, await step()
    except Exception as error:
        logger.exception("self-test: %s failed", name)
        state, seen = False, f"{type(error).__name__}: the log tells more"
    return SelfTestStep(name=name, passed=state, seen=seen, milliseconds=round((time.perf_counter() - began) * 1000, 1))


def self_test_router(steps: Mapping[str, Step]) -> APIRouter:
    """POST runs all steps, one after the other, and answers 503 where one failed; two at once wait for each other."""
    router = APIRouter(tags=["health"])
    turn = asyncio.Lock()

    @router.post("", responses={503: {"model": SelfTest}})
    async def run_self_test(response: Response) -> SelfTest:
        async with turn:
            found = [await outcome(name, step) for name, step in steps.items()]
        works = all(one.passed for one in found)
        if not works:
            response.status_code = 503
        return SelfTest(passed=works, steps=found)

    return router
