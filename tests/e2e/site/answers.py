"""A back end whose answers never change, for pictures of the page: the same names, numbers and times each day."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Route

NOW = "2026-03-04T10:00:00Z"  # what the browser's clock shows
YESTERDAY, LAST_YEAR = "2026-03-03T16:20:00Z", "2025-11-20T08:00:00Z"
BUSY_BEFORE = "2026-03-04T09:59:58Z"
WORKS = {"state": "ok", "problem": None, "milliseconds": 4.2}
DEPLOYMENTS = [
    {"started_at": YESTERDAY, "outcome": "worked"},
    {"started_at": "2026-02-27T09:00:00Z", "outcome": "failed"},
    {"started_at": "2026-02-22T12:00:00Z", "outcome": "worked"},
]


@dataclass(frozen=True)
class Problem:
    """An answer as RFC 9457 has it."""

    status: int
    title: str


def task(number: int, version: str) -> dict[str, Any]:
    return {"id": f"4a9c6479-8e3a-4c11-b28c-00000000000{number}", "version": version, "zone": "us-east-1a",
            "started_at": YESTERDAY}  # fmt: skip


def service(name: str, version: str, *numbers: int) -> dict[str, Any]:
    tasks = [task(number, version) for number in numbers]
    return {"state": "ok", "problem": None, "name": name, "wanted": len(tasks), "deploying": False, "tasks": tasks,
            "deployments": DEPLOYMENTS, "console_url": None}  # fmt: skip


OVERVIEW: dict[str, Any] = {
    "checked_at": NOW, "version": "773dbb33bb8c7d8b", "task": task(1, "")["id"], "zone": "us-east-1a",
    "started_at": YESTERDAY,
    "database": {**WORKS, "version": "18.4", "migration": "0004", "expected_migration": "0004"},
    "bucket": {**WORKS, "name": "storage-bucket-6e6f054"},
    "mail": {**WORKS, "address": "me@example.com", "verified": True, "sandbox": False, "daily_quota": 50_000,
             "sent_today": 12, "advice": None},
    "cache": {**WORKS, "last_reset_at": YESTERDAY, "status": "Completed"},
    "stack": {**WORKS, "services": [service("backend", "773dbb33bb8c7d8b", 1, 2),
                                    service("frontend", "2f8299fe78e78f62", 3)],
              "jobs": []},
}  # fmt: skip
DATABASE_DOWN = {
    **OVERVIEW["database"], "state": "down", "problem": "The database does not answer: connection refused.",
    "milliseconds": None, "version": None, "migration": None,
}  # fmt: skip


def item(number: int, title: str, made: str, description: str = "") -> dict[str, Any]:
    return {"id": f"01a21a0a-c867-70f4-9aa1-0000000000{number:02}", "title": title, "description": description,
            "created_at": made, "updated_at": made}  # fmt: skip


ITEMS = [
    item(1, "Write the report for the meeting", BUSY_BEFORE, "With the figures of last month."),
    item(2, "Repair the blue bicycle", YESTERDAY),
    item(3, "Call the printer about the second sheet, which came out darker than the first one did", LAST_YEAR),
]


def file(number: int, name: str, size: int, content_type: str, deleted: str | None = None) -> dict[str, Any]:
    return {"id": f"01a21a0a-c867-70f4-9aa1-1000000000{number:02}", "name": name, "size": size, "created_at": YESTERDAY,
            "content_type": content_type, "deleted_at": deleted}  # fmt: skip


FILES = [
    file(1, "plan of the house, as the architect drew it on the second of June.pdf", 4_200_000, "application/pdf"),
    file(2, "notes.txt", 812, "text/plain"),
]
DELETED = [file(3, "old notes.txt", 1_024, "text/plain", deleted=BUSY_BEFORE)]


def mail(number: int, subject: str, state: str, reason: str | None = None) -> dict[str, Any]:
    return {"message_id": f"eda93ae9-{number}@email.amazonses.com", "recipient": "me@example.com", "subject": subject,
            "sent_at": YESTERDAY, "state": state, "reason": reason}  # fmt: skip


ANSWERS: dict[str, Any] = {
    "/version.json": {"version": "2f8299fe78e78f62"},
    "/api/session": {"access": "password", "signed_in": True, "project": "fastapi-react-aws", "stack": "local"},
    "/api/overview": OVERVIEW,
    "/api/items": {"items": ITEMS, "total": len(ITEMS)},
    "/api/files": {"items": FILES, "total": len(FILES)},
    "/api/files/limits": {"max_bytes": 209_715_200, "content_types": ["application/pdf", "image/png", "text/plain"]},
    "/api/mail": {"sender": "me@example.com", "recipient": "me@example.com", "mailbox_url": "http://127.0.0.1:1/"},
    "/api/mail/messages": {"mails": [mail(1, "Hello", "delivered"), mail(2, "News", "bounced", "No such mailbox")]},
}


def answer(context: BrowserContext, changed: Mapping[str, Any]) -> None:
    """Answer all that the pages ask for; what has no answer is refused. `changed`: by path, or by method and path."""
    answers = {**ANSWERS, **changed}

    def fulfil(route: Route) -> None:
        path = urlsplit(route.request.url).path
        unknown = Problem(404, "The pictures have no answer for this")
        found = answers.get(f"{route.request.method} {path}", answers.get(path, unknown))
        if route.request.method == "HEAD":
            route.fulfill(headers={"X-Cache": "Hit from cloudfront"})
        elif path == "/":
            route.continue_()
        elif isinstance(found, Problem):
            body = {"type": "about:blank", "title": found.title, "status": found.status}
            route.fulfill(status=found.status, content_type="application/problem+json", body=json.dumps(body))
        else:
            route.fulfill(json=found)

    context.route(re.compile(r"/api/|/version\.json$|:[0-9]+/$"), fulfil)
