"""Follows the log groups of the services, as `aws logs tail --follow` does."""

import time
from collections.abc import Iterator
from typing import Any

import click

from localcloud.clients import client
from localcloud.place import Place

POLL_SECONDS = 1.0


def new_lines(logs: Any, since: dict[str, int], seen: set[str]) -> Iterator[tuple[str, str]]:
    """(log group, message) of each event not printed before, oldest first within a group."""
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            events = logs.filter_log_events(logGroupName=name, startTime=since.get(name, 0))["events"]
            for event in events:
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    since[name] = event["timestamp"]
                    yield name, event["message"].rstrip()


def follow(place: Place) -> None:
    """Print the services' last ten minutes and what follows, until interrupted."""
    logs = client(place, "logs")
    since: dict[str, int] = {}
    seen: set[str] = set()
    while True:
        for group, message in new_lines(logs, since, seen):
            click.echo(f"{group.rsplit('/', 1)[-1]:<24} {message}")
        time.sleep(POLL_SECONDS)
