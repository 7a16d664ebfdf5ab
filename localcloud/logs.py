"""Follows the log groups of the services, as `aws logs tail --follow` does."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from localcloud import gateway
from localcloud.errors import LocalCloudError
from localcloud.gateway import ApiError, GatewayError
from localcloud.place import Place

POLL_SECONDS = 1.0
PAST_MS = 10 * 60 * 1000
# Several streams write to one group, so an event may arrive after others that carry a later time.
LATE_MS = 5_000
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
EVENTS_PER_ANSWER = 10_000

Event = dict[str, Any]
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
    so it stays small however long the group is followed.
    """

    name: str
    newest: int
    seen: Counter[Identity] = field(default_factory=Counter)

    def read(self, place: Place) -> list[Event]:
        """The events that were not returned before, oldest first."""
        since = self.newest - LATE_MS
        return self.unseen(self.events(place, since), since)

    def events(self, place: Place, since: int) -> list[Event]:
        """All events since then. The emulator gives no token for what does not fit into one answer."""
        events: list[Event] = []
        while True:
            action = "Logs_20140328.FilterLogEvents"
            answer = gateway.call(place, action, logGroupName=self.name, startTime=since, limit=EVENTS_PER_ANSWER)
            page = answer["events"]
            events = [event for event in events if event["timestamp"] < since] + page
            if len(page) < EVENTS_PER_ANSWER or page[-1]["timestamp"] == since:
                return events
            since = page[-1]["timestamp"]

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


def group_names(place: Place) -> Iterator[str]:
    token: dict[str, str] = {}
    while True:
        page = gateway.call(place, "Logs_20140328.DescribeLogGroups", **token)
        yield from (group["logGroupName"] for group in page["logGroups"])
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


def short(group: str) -> str:
    """The name of the service, or of the function, that writes to a log group."""
    return group.rpartition("/")[2]


class Follower:
    """Reads log groups of one local cloud again and again: the last ten minutes, then what is new.

    `service`: the one whose group is read; None for all.
    """

    def __init__(self, place: Place, service: str | None = None) -> None:
        self.place, self.service = place, service
        self.start = now_ms() - PAST_MS
        self.groups: dict[str, Group] = {}

    def poll(self) -> list[tuple[str, str]]:
        """(log group, message) of each new event, oldest first."""
        found: list[tuple[int, str, str]] = []
        for name in [name for name in group_names(self.place) if self.service in (None, short(name))]:
            group = self.groups.setdefault(name, Group(name=name, newest=self.start))
            try:
                found += [(event["timestamp"], name, event["message"].rstrip()) for event in group.read(self.place)]
            except ApiError as error:
                if error.code != "ResourceNotFoundException":  # deleted since it was listed
                    raise
        return [(name, message) for _, name, message in sorted(found, key=lambda row: row[0])]


def follow(place: Place, service: str | None) -> None:
    """Print the last ten minutes of a service, or of all, and what follows, until interrupted.

    Waits for an emulator that restarts.
    """
    if not gateway.answers(place.port):
        raise LocalCloudError(f"logs: no local cloud answers on port {place.port}; run `make up`")
    if service and service not in (known := sorted(map(short, group_names(place)))):
        there = f"those of {', '.join(known)}" if known else "none"
        raise LocalCloudError(f"SERVICE: must be one that has a log, got {service!r}; there are {there}")
    follower = Follower(place, service)
    reachable = True
    while True:
        try:
            for group, message in follower.poll():
                click.echo(f"{short(group):<24} {message}")
            if not reachable:
                click.echo("logs: the emulator answers again", err=True)
            reachable = True
        except GatewayError as error:
            if reachable:
                click.echo(f"logs: {error}; waiting for it, Ctrl-C ends", err=True)
            reachable = False
        time.sleep(POLL_SECONDS)
