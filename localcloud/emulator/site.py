"""What is open to everybody, as on AWS: the host names of CloudFront's distributions and of load balancers.

MiniStack alone would first look whether the path is one of its own APIs', whatever the host name is.
"""

from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import responses
from ministack.core.sigv4 import decode_header_value
from ministack.services import alb, cloudfront

from localcloud.emulator.pages import Receive, Send


def is_served_at(host: str) -> bool:
    label = app._parse_cloudfront_dataplane_host(host)
    return bool(label and cloudfront.find_distribution_for_label(label)) or bool(alb.find_lb_for_host(host))


async def serve(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = joined(scope["headers"])
    try:
        body = await app._read_request_body(receive, scope["method"], headers)
    except app._RequestBodyDisconnected:
        return
    except app._IncompleteRequestBody as incomplete:
        body = incomplete.body
    client = (scope.get("client") or ("127.0.0.1",))[0]
    responses.set_request_client_ip(client)
    raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    raw_query = scope["query_string"].decode("utf-8", "replace")
    query = parse_qs(raw_query, keep_blank_values=True)
    asked = headers.get("host", ""), scope["path"]
    answer = await app._handle_cloudfront_dataplane_request(
        *asked, raw_path, raw_query, scope["method"], headers, body, query, client
    ) or await app._handle_alb_request(*asked, scope["method"], headers, body, query, raw_query, raw_path)
    await app._send_if_handled(app._with_date_header(send), answer, receive)


def joined(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """One value for each name: https://www.rfc-editor.org/rfc/rfc9110#section-5.2, for cookies RFC 9113."""
    found: dict[str, str] = {}
    for raw, value in headers:
        name, text = raw.decode("latin-1").lower(), decode_header_value(value)
        found[name] = f"{found[name]}{'; ' if name == 'cookie' else ', '}{text}" if name in found else text
    return found
