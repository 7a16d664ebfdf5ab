"""Creates the app from its parts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import contract, problems
from app.aws import THREADS, Aws
from app.credentials import CredentialStore
from app.database import Database
from app.errors import SignInRequired, TooManyRequests, Unavailable, declare
from app.files.router import router as files
from app.guard import GuardMiddleware
from app.health.router import health_router
from app.items.router import router as items
from app.mail.events import EventReader
from app.mail.router import router as mail
from app.mail.service import Mailer
from app.middleware import HeadMiddleware, PrefixMiddleware, RequestMiddleware
from app.overview.router import router as overview
from app.overview.service import OverviewService
from app.resources import Resources, database_answers
from app.session.router import router as session
from app.session.service import Access
from app.settings import Settings

# How long a browser remembers that a page may ask. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age
PREFLIGHT_SECONDS = 7200

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]


def lifespan_of(settings: Settings) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        # boto3 blocks a thread for each call: there must be threads left for other services while one of them hangs.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        # In a thread: boto3 reads its large service models from disk.
        clients = await asyncio.to_thread(Aws, settings)
        database = Database(settings, CredentialStore(clients, settings.database_secret_arn))
        await database.open()
        url, pause = settings.mail_events_queue_url, settings.mail_events_seconds
        events = asyncio.create_task(EventReader(clients, database, url, pause).run()) if url else None
        try:
            yield {
                "resources": Resources(settings=settings, aws=clients, database=database),
                "access": Access(clients, settings),
                "mailer": Mailer(clients, settings, database),
                "overview": OverviewService(settings, clients, database),
            }
        finally:
            if events:
                events.cancel()
            await database.close()

    return lifespan


def create_app(settings: Settings) -> FastAPI:
    """The app for these settings. It opens no connection before the first request that needs one."""
    app = FastAPI(
        title="API",
        version="1",
        description="Items, files and mail behind one sign-in. Every error is a problem document (RFC 9457).",
        lifespan=lifespan_of(settings),
        openapi_url=f"{settings.api_prefix}/openapi.json",
        # FastAPI's documentation pages load scripts from other sites, which the site's security headers forbid.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    guarded = declare(SignInRequired, TooManyRequests, Unavailable)
    for router in (overview, items, files, mail):
        app.include_router(router, prefix=settings.api_prefix, responses=guarded)
    app.include_router(session, prefix=settings.api_prefix)
    health = health_router(database_answers, declare(TooManyRequests, Unavailable))
    app.include_router(health, prefix=settings.health_path)
    problems.install(app)
    # The load balancer asks this one. The other asks the database, so it has a limit.
    live, ready = f"{settings.health_path}/live", f"{settings.health_path}/ready"
    public = frozenset({f"{settings.api_prefix}/session", ready})
    contract.install(app, public | {live})
    # What is added last runs first.
    app.add_middleware(HeadMiddleware)
    app.add_middleware(GuardMiddleware, settings=settings, unlimited=frozenset({live}), public=public)
    if settings.page_origin:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[settings.page_origin],
            allow_credentials=True,
            allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
            allow_headers=["Content-Type", "X-Request-Id"],
            expose_headers=["X-Request-Id", "Retry-After"],
            max_age=PREFLIGHT_SECONDS,
        )
    app.add_middleware(RequestMiddleware, health_path=settings.health_path)
    if settings.former_prefix:
        app.add_middleware(PrefixMiddleware, prefix=settings.former_prefix)
    return app
