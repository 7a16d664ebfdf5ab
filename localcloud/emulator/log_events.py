"""Keeps the newest log events only, and saves them apart from the log groups.

MiniStack keeps all events for ever, and each of them twice (the second copy is an index of records for Insights, which
it rebuilds when a query needs it), and it saves all of them with the groups. Here the groups are saved without events,
soon after a change, as all resources are. The events are saved every 30 seconds: a crash may lose the last lines, but
no resource.
"""

import copy
import time
from bisect import bisect_left
from typing import Any

from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch_logs

from localcloud.emulator.surplus import MILLISECONDS_PER_DAY, surplus

SERVICE = "log_events"
# More than a day of the built-in app with its overview open, which makes a line every few seconds.
EVENTS_PER_GROUP = 20_000
SAVE_INTERVAL_SECONDS = 30.0


class Groups(AccountRegionScopedDict):  # type: ignore[misc]
    """The log groups; a copy, which MiniStack makes in order to save them, has no events."""

    def __deepcopy__(self, memo: dict[int, Any]) -> AccountRegionScopedDict:
        copied = AccountRegionScopedDict()
        for key, group in list(self._data.items()):
            streams = {name: {**stream, "events": []} for name, stream in list(group["streams"].items())}
            copied._data[key] = copy.deepcopy({**group, "streams": streams}, memo)
        return copied


class Records(AccountRegionScopedDict):  # type: ignore[misc]
    """The index of records; a copy is empty."""

    def __deepcopy__(self, memo: dict[int, Any]) -> AccountRegionScopedDict:
        return AccountRegionScopedDict()


def save_apart() -> None:
    """Before MiniStack loads what was saved."""
    cloudwatch_logs._log_groups = Groups()
    cloudwatch_logs._log_records = Records()


def state() -> AccountRegionScopedDict:
    """What is saved: the events of each stream of each group. Forgets events for which there is no room."""
    forget()
    events = AccountRegionScopedDict()
    for key, group in list(cloudwatch_logs._log_groups._data.items()):
        events._data[key] = {name: stream["events"][:] for name, stream in list(group["streams"].items())}
    return events


def load() -> None:
    """Give the groups that were loaded their events back."""
    saved = persistence.load_state(SERVICE) or AccountRegionScopedDict()
    for key, streams in saved._data.items():
        group = cloudwatch_logs._log_groups._data.get(key, {"streams": {}})
        for name, events in streams.items():
            if name in group["streams"]:
                group["streams"][name]["events"] = events


def forget() -> None:
    """Drop the events that are older than their group's retention, and those beyond its newest ones."""
    for (account, region, _), group in list(cloudwatch_logs._log_groups._data.items()):
        streams = list(group["streams"].values())
        with cloudwatch_logs._log_events_lock:
            for stream, count in zip(streams, expired_or_surplus(group, streams), strict=True):
                # A new list, since a request that is reading events uses the old one.
                dropped, stream["events"] = stream["events"][:count], stream["events"][count:]
                for event in dropped:
                    cloudwatch_logs._log_records.pop_scoped(account, region, event.get("eventId"), None)


def expired_or_surplus(group: dict[str, Any], streams: list[dict[str, Any]]) -> list[int]:
    times = [[event["timestamp"] for event in stream["events"]] for stream in streams]
    days = group.get("retentionInDays")
    oldest = time.time() * 1000 - days * MILLISECONDS_PER_DAY if days else 0
    counts = zip((bisect_left(each, oldest) for each in times), surplus(times, EVENTS_PER_GROUP), strict=True)
    return [max(expired, surplus) for expired, surplus in counts]
