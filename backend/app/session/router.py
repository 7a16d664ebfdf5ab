"""Endpoints of the session: besides health, the only ones that work without a session."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from app.client import client_of
from app.errors import InvalidRequest, TooManyRequests, Unavailable, WrongPassword, declare
from app.resources import ResourcesDep
from app.session.schemas import SessionState, SignIn
from app.session.service import Access

router = APIRouter(prefix="/session", tags=["session"], responses=declare(TooManyRequests))


async def access(request: Request) -> Access:
    return cast(Access, request.state.access)


AccessDep = Annotated[Access, Depends(access)]


def set_cookie(response: Response, access: Access, value: str, seconds: int) -> None:
    """Scripts cannot read the cookie, and a browser does not send it with requests from other sites' pages."""
    response.set_cookie(
        access.cookie_name, value, max_age=seconds, secure=access.secure, httponly=True, samesite="strict"
    )


@router.get("", responses=declare(Unavailable))
async def get_session(request: Request, access: AccessDep, resources: ResourcesDep) -> SessionState:
    signed_in = await access.is_signed_in(request.cookies.get(access.cookie_name))
    told = resources.settings.stack_description
    project, stack = (told.project, told.stack) if told else ("", "")
    return SessionState(access=access.mode, signed_in=signed_in, project=project, stack=stack)


@router.post("", status_code=204, responses=declare(InvalidRequest, WrongPassword, Unavailable))
async def sign_in(
    request: Request, response: Response, resources: ResourcesDep, access: AccessDep, given: SignIn
) -> None:
    """Give the password, and get the cookie."""
    client = client_of(request.scope, resources.settings.trusted_proxies)
    if issued := await access.sign_in(given.password, client):
        set_cookie(response, access, issued, access.seconds)


@router.delete("", status_code=204)
async def sign_out(response: Response, access: AccessDep) -> None:
    """Forget the cookie; also without one."""
    set_cookie(response, access, "", 0)
