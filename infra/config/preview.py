"""A preview environment: a stack of its own on what another one has, its base."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from infra.config.section import Section

# What a preview has not: an owner's domain and its logs, people who are told, and hours of work.
OFF = ("accessLogs", "alarms", "budget", "domain", "jobs", "sleep")
# One task each, of what is in the folder, at the preview's own address.
SERVICE = {"desiredCount": 1, "hosts": None, "scaling": None, "version": None}
# A destroy takes all of it; mail is sent with the base's identity, data is never the base's.
OWN = {
    "recipe": "disposable",
    "mail": {"identity": "existing"},
    "database": {"restore": None, "snapshotIdentifier": None},
    "storage": {"existingBucket": None},
}


class PreviewConfig(Section):
    base: str = Field(
        description="The stack whose network, instances, load balancer and database server it runs on, and whose file"
        " its settings come from. `make up PREVIEW=pr-12` writes it.",
        examples=["dev"],
    )


def settings_on(base: Mapping[str, Any], app: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A preview's settings, each over those before it. `base`: what its base's file says; `app`: app.yaml."""
    services = {**(app.get("services") or {}), **(base.get("services") or {})}
    yield base
    yield {key: value for key, value in OWN.items() if key in base or key == "recipe"}
    yield dict.fromkeys(OFF)
    yield {"services": dict.fromkeys(services, SERVICE)}
