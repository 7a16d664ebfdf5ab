"""Follows the log groups of a stack's services and functions, as `aws logs tail --follow` does."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from ops.errors import OperationError
from ops.log_lines import Line
from ops.target import Target

POLL_SECONDS = 1.0
# Several streams write to one group, so an event may arrive after others that carry a later time.
LATE_MS = 5_000
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
EVENTS_PER_ANSWER = 10_000

Event = Mapping[str, Any]
Identity = tuple[int, str]


def now_ms() -> int:
    return int(time.time() * 1000)


def identity(event: Event) -> Identity:
    """What an event is counted by. Not by `eventId`: the emulator gives the events of a Lambda function none."""
    return event["timestamp"], event["message"]


@dataclass(kw_only=True)
class Group:
    """How far one log group was read.

    `newest` is the time (ms) of the newest event that was read; `seen` counts the events of the `LATE_MS` before it,
    so it stays small however long the group is followed. `pattern`: what CloudWatch must find in an event.
    """

    name: str
    newest: int
    pattern: str = ""
    seen: Counter[Identity] = field(default_factory=Counter)

    def read(self, logs: Any) -> list[Event]:
        """The events that were not returned before, oldest first."""
        since = self.newest - LATE_MS
        return self.unseen(self.events(logs, since), since)

    def events(self, logs: Any, since: int) -> list[Event]:
        """All events since then. The emulator gives no token for what does not fit into one answer."""
        events: list[Event] = []
        asked = {"logGroupName": self.name, "limit": EVENTS_PER_ANSWER}
        asked |= {"filterPattern": self.pattern} if self.pattern else {}
        while True:
            pages = logs.get_paginator("filter_log_events").paginate(**asked, startTime=since)
            found = [event for page in pages for event in page["events"]]
            events = [event for event in events if event["timestamp"] < since] + found
            if len(found) < EVENTS_PER_ANSWER or found[-1]["timestamp"] == since:
                return events
            since = found[-1]["timestamp"]

    def unseen(self, events: list[Event], since: int) -> list[Event]:
        """Of all events since then, those that are new. Of two that are equal in everything, both count."""
        found: Counter[Identity] = Counter()
        fresh = []
        for event in events:
            found[identity(event)] += 1
            if found[identity(event)] > self.seen[identity(event)]:
                fresh.append(event)
        # An event with a time in the future must not hide the events that are written before that time.
        self.newest = min(now_ms(), max([self.newest, *(event["timestamp"] for event in events)]))
        self.seen = Counter({key: count for key, count in found.items() if key[0] >= self.newest - LATE_MS})
        return fresh


class Follower:
    """Reads log groups of one stack again and again: what is not older than `past_ms`, then what is new.

    `service`: the one whose group is read; None for all. `text`: what an event must contain.
    """

    def __init__(self, target: Target, *, past_ms: int, service: str | None = None, text: str = "") -> None:
        self._logs, self._service = target.client("logs"), service
        self._prefix = f"/{target.project}/{target.name}/"
        self._pattern = '"' + text.replace('"', '\\"') + '"' if text else ""
        self._start = now_ms() - past_ms
        self.groups: dict[str, Group] = {}

    def services(self) -> list[str]:
        """Who has a log group."""
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self._prefix)
        return sorted(group["logGroupName"].removeprefix(self._prefix) for page in pages for group in page["logGroups"])

    def poll(self) -> list[Line]:
        """The new events, oldest first."""
        found = []
        for name in [name for name in self.services() if self._service in (None, name)]:
            group = Group(name=self._prefix + name, newest=self._start + LATE_MS, pattern=self._pattern)
            group = self.groups.setdefault(name, group)
            try:
                events = group.read(self._logs)
                found += [Line(at=one["timestamp"], service=name, text=one["message"].rstrip()) for one in events]
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":  # deleted since it was listed
                    raise
        return sorted(found, key=lambda line: line.at)


def refuse_unknown(service: str | None, known: Sequence[str]) -> None:
    if service and service not in known:
        there = f"those of {', '.join(known)}" if known else "none"
        raise OperationError(f"SERVICE: must be one that has a log, got {service!r}; there are {there}")


def logs(follower: Follower, *, follow: bool) -> Iterator[Line | str]:
    """What the services have printed, and what follows; a text where AWS does not answer, and when it does again."""
    reachable = True
    while True:
        try:
            lines = follower.poll()
            if not reachable:
                yield "logs: the answer is there again"
            reachable = True
            yield from lines
        except (ConnectionError, HTTPClientError) as error:
            if not follow:
                raise
            if reachable:
                yield f"logs: {error}; waiting for it, Ctrl-C ends"
            reachable = False
        if not follow:
            return
        time.sleep(POLL_SECONDS)
