"""The checks that run before any route: the client's rate limit, the site that sent the request, and the session."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.client import client_of
from app.errors import ApiError, CrossSite
from app.problems import of_api_error
from app.rate_limits import RateLimit
from app.session.service import Access
from app.settings import Settings

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class GuardMiddleware:
    """Guards every path except those that are listed here, so a new route is guarded without further work."""

    def __init__(self, app: ASGIApp, settings: Settings, unlimited: frozenset[str], public: frozenset[str]) -> None:
        """`unlimited`: paths that skip all checks; `public`: paths that need no session."""
        self.app = app
        self._limit = RateLimit(
            settings.requests_per_minute, detail="This client sent too many requests in the last minute."
        )
        self._trusted_proxies = settings.trusted_proxies
        self._unlimited = unlimited
        self._public = public
        self._page_origin = settings.page_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self._unlimited:
            try:
                await self._check(scope)
            except ApiError as error:
                return await of_api_error(error)(scope, receive, send)
        await self.app(scope, receive, send)

    def _is_of_a_stranger(self, request: HTTPConnection) -> bool:
        """Whether a page of another origin sent it. Names beside ours may be others', and get our cookie sent, too."""
        site = request.headers.get("sec-fetch-site")
        is_known = self._page_origin is not None and request.headers.get("origin") == self._page_origin
        return site == "cross-site" or (site == "same-site" and not is_known)

    async def _check(self, scope: Scope) -> None:
        self._limit.take(client_of(scope, self._trusted_proxies))
        request = HTTPConnection(scope)
        if scope["method"] not in READING and self._is_of_a_stranger(request):
            raise CrossSite("A page of another site sent this.")
        if scope["path"] not in self._public:
            access: Access = scope["state"]["access"]
            await access.check(request.cookies.get(access.cookie_name))
