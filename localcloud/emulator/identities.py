"""SES knows an identity once in an account and region: another creation is refused, as AWS does.

MiniStack would replace the identity. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
"""

import json
from typing import Any

from ministack.services import ses_v2


def refuse_known() -> None:
    handle = ses_v2.handle_request

    async def strict(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if method == "POST" and path.rstrip("/").endswith("/email/identities"):
            name = json.loads(body or b"{}").get("EmailIdentity")
            if name in ses_v2._identities:
                return ses_v2._json_err("AlreadyExistsException", f"Email identity {name} already exist.")
        return await handle(method, path, headers, body, query)

    ses_v2.handle_request = strict
