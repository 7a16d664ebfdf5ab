"""What MiniStack leaves out of SES's identities: it would replace one that it knows, and cannot change one.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
"""

import json
import re
from typing import Any

from ministack.services import ses_v2

from localcloud.emulator import authentication

IDENTITIES = "/email/identities"
IDENTITY = re.compile(rf".*{IDENTITIES}/([^/]+)/?")
PART = re.compile(rf".*{IDENTITIES}/([^/]+)/(mail-from|configuration-set|feedback)/?")


def keep_identities() -> None:
    """Before the first request."""
    handle = ses_v2.handle_request

    async def complete(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked = json.loads(body or b"{}") if method in ("POST", "PUT") else {}
        if method == "GET" and (part := IDENTITY.fullmatch(path)) and part[1] in ses_v2._identities:
            authentication.judge(part[1])
        if method == "PUT" and (part := PART.fullmatch(path)):
            return changed(part[1], part[2], asked)
        if method != "POST" or not path.rstrip("/").endswith(IDENTITIES):
            return await handle(method, path, headers, body, query)
        name = str(asked.get("EmailIdentity"))
        if name in ses_v2._identities:
            return ses_v2._json_err("AlreadyExistsException", f"Email identity {name} already exist.")
        answer = await handle(method, path, headers, body, query)
        if name in ses_v2._identities:
            changed(name, "configuration-set", asked)
        return answer

    ses_v2.handle_request = complete
    authentication.judge_by_dns()


def changed(name: str, part: str, asked: dict[str, Any]) -> Any:
    """The answer to a change of one part of an identity."""
    identity = ses_v2._identities.get(name)
    if identity is None:
        return ses_v2._json_err("NotFoundException", f"Email identity {name} does not exist.", 404)
    if part == "feedback":
        identity["FeedbackForwardingStatus"] = asked.get("EmailForwardingEnabled", False)
    elif part == "configuration-set":
        identity["ConfigurationSetName"] = asked.get("ConfigurationSetName")
    else:
        identity["MailFromAttributes"] = mail_from(asked)
    return ses_v2.json_response({})


def mail_from(asked: dict[str, Any]) -> dict[str, Any]:
    """Judged by DNS when somebody asks."""
    domain = asked.get("MailFromDomain")
    found = {"MailFromDomain": domain, "MailFromDomainStatus": "PENDING"} if domain else {}
    return {**found, "BehaviorOnMxFailure": asked.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE")}
