"""Signs requests to AWS's APIs where importing an AWS SDK would take longer than the request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Credentials":
        """Those of the variables that AWS's SDKs read."""
        return cls(access_key=environment["AWS_ACCESS_KEY_ID"], secret_key=environment["AWS_SECRET_ACCESS_KEY"])


def signed(
    credentials: Credentials, *, host: str, body: bytes, service: str, region: str, headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers of a POST to `/`, complete with its signature (Signature Version 4)."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    complete = {**headers, "Host": host, "X-Amz-Date": moment}
    lines = sorted(f"{name.lower()}:{value.strip()}" for name, value in complete.items())
    names = ";".join(sorted(name.lower() for name in complete))
    request = "\n".join(["POST", "/", "", *lines, "", names, hashlib.sha256(body).hexdigest()])
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = ("AWS4" + credentials.secret_key).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    given = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**complete, "Authorization": f"{ALGORITHM} {given}"}
