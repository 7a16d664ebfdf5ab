"""Follows the log groups of the services, as `aws logs tail --follow` does."""

import time
from collections.abc import Iterator

import boto3
import click
from botocore.config import Config

from localcloud.place import Place

POLL_SECONDS = 1.0


def new_lines(logs: object, since: dict[str, int], seen: set[str]) -> Iterator[tuple[str, str]]:
    """(log group, message) of each event not printed before, oldest first within a group."""
    for page in logs.get_paginator("describe_log_groups").paginate():  # type: ignore[attr-defined]
        for group in page["logGroups"]:
            name = group["logGroupName"]
            events = logs.filter_log_events(logGroupName=name, startTime=since.get(name, 0))["events"]  # type: ignore[attr-defined]
            for event in events:
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    since[name] = event["timestamp"]
                    yield name, event["message"].rstrip()


def follow(place: Place) -> None:
    """Print the services' last ten minutes and what follows, until interrupted."""
    environment = place.aws_environment
    logs = boto3.client(
        "logs", endpoint_url=place.endpoint, region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 3}),
    )  # fmt: skip
    since: dict[str, int] = {}
    seen: set[str] = set()
    while True:
        for group, message in new_lines(logs, since, seen):
            click.echo(f"{group.rsplit('/', 1)[-1]:<24} {message}")
        time.sleep(POLL_SECONDS)
