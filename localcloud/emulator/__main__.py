"""Runs MiniStack in its own environment: guarded, with its state saved while it runs, and the local cloud's own pages.

MiniStack saves only when it is stopped; after a crash or a power cut Pulumi's state would describe resources that are
gone. It is changed at private names, so its version is pinned; tests/emulator fails when one of them is gone.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import cloudfront

from localcloud.emulator import (
    alarms,
    amis,
    auto_scaling_groups,
    autoscaling,
    caches,
    certificates,
    container_instances,
    creations,
    engine_versions,
    execution_role,
    function_role,
    identities,
    inner_listeners,
    log_events,
    mail_events,
    mailbox,
    object_versions,
    registry,
    rights,
    rotation,
    snapshots,
    stopped_databases,
    suppression,
    task_role,
    tracking,
)
from localcloud.emulator.aliases import serve_aliases
from localcloud.emulator.balancers import stream_balancers
from localcloud.emulator.creations import answered_once
from localcloud.emulator.deployment_alarms import watch_alarms
from localcloud.emulator.failover import fail_over
from localcloud.emulator.guard import guarded
from localcloud.emulator.inner_listeners import with_inner_listeners
from localcloud.emulator.log_patterns import match_json
from localcloud.emulator.name_server import with_names
from localcloud.emulator.origins import stream_origins
from localcloud.emulator.pages import json_page, with_pages
from localcloud.emulator.queries import keep_queries
from localcloud.emulator.rollouts import judge_by_health
from localcloud.emulator.saving import Saver, State
from localcloud.emulator.scheduled_tasks import run_scheduled_tasks
from localcloud.emulator.schedules import keep_time
from localcloud.emulator.service_deployments import keep_deployments
from localcloud.emulator.site import with_session
from localcloud.emulator.smtp import with_smtp
from localcloud.emulator.task_ends import wait_for_ends
from localcloud.emulator.task_events import tell_of_tasks
from localcloud.emulator.task_networks import check_networks
from localcloud.place import HEALTH_PATH, MAILBOX_PATH, TASK_NETWORK


def states() -> dict[str, State]:
    own = {
        log_events.SERVICE: log_events.state,
        autoscaling.SERVICE: autoscaling.state,
        suppression.SERVICE: suppression.state,
        creations.SERVICE: creations.state,  # the last one: it knows what came of all that the others have
    }
    return {**app._build_persistence_save_dict(), **own}


def encode(service: str, state: Any) -> str:
    """A state file's text, as MiniStack reads it."""
    document = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
    return json.dumps(document, default=persistence._json_default)


def save_while_running() -> Saver:
    """Save what changes, from the moment that the saved state is loaded: before, every service would be empty."""
    saver = Saver(
        folder=Path(persistence.STATE_DIR),
        states=states,
        encode=encode,
        intervals={log_events.SERVICE: log_events.SAVE_INTERVAL_SECONDS},
    )
    load = app._load_persisted_state

    def load_and_start() -> None:
        load()
        log_events.load()
        autoscaling.load()
        suppression.load()
        creations.load()
        saver.start()

    app._load_persisted_state = load_and_start
    # At the end MiniStack would save by itself, without the log events, and pass over errors.
    app.save_all = lambda states: saver.finish()
    return saver


def pass_accept_encoding_on() -> None:
    """Let CloudFront ask the origin for compressed answers where the cache policy says so, as AWS does.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
    """
    predicates = cloudfront._policy_predicates

    def with_encoding(behavior: dict[str, Any]) -> tuple[Callable[[str], bool], ...]:
        is_header_passed, *others = predicates(behavior)
        policy = cloudfront.cache_policy_params(behavior["cache_policy_id"]) or {}
        compressed = policy.get("EnableAcceptEncodingGzip") or policy.get("EnableAcceptEncodingBrotli")
        return (lambda name: (compressed and name.lower() == "accept-encoding") or is_header_passed(name)), *others

    cloudfront._policy_predicates = with_encoding


if __name__ == "__main__":
    rights.enforce_policies()
    log_events.save_apart()
    match_json()
    task_role.give_addresses()
    execution_role.ask_for_rights()
    function_role.give_credentials()
    registry.give_password()
    rotation.rotate_for_real()
    object_versions.answer_as_asked()
    amis.tell_newest()
    auto_scaling_groups.keep_policies()
    engine_versions.tell_upgrades()
    stopped_databases.stop_for_real()
    pass_accept_encoding_on()
    judge_by_health()
    watch_alarms()
    if gateway := os.environ.get("TASK_GATEWAY"):
        from localcloud.emulator import docker_engine  # here: it needs MiniStack's parts for a real engine

        docker_engine.use(network=TASK_NETWORK, gateway=gateway, port=int(os.environ["GATEWAY_PORT"]))
        caches.serve(host=gateway, addresses=(caches.LOOPBACK, gateway))
    else:
        snapshots.hold_data()
        caches.serve(host="localhost", addresses=(caches.LOOPBACK,))
    identities.keep_identities()
    certificates.issue_by_dns()
    mail_events.tell_of_mails()
    saver = save_while_running()
    pages = {MAILBOX_PATH: mailbox.page, HEALTH_PATH: lambda _: json_page(saver.health())}
    forms = {MAILBOX_PATH: mailbox.happened}
    run_scheduled_tasks()
    wait_for_ends()
    tell_of_tasks()
    check_networks()
    container_instances.have_instances()
    keep_deployments()
    keep_time()
    autoscaling.serve()
    alarms.judge()
    tracking.follow()
    inner_listeners.name_by_addresses(gateway)
    stream_balancers()
    stream_origins()
    keep_queries()
    serve_aliases()
    fail_over()
    inside = with_inner_listeners(with_pages(answered_once(app.app), pages, forms), int(os.environ["GATEWAY_PORT"]))
    app.app = guarded(with_names(with_smtp(with_session(inside))))
    app.main()
