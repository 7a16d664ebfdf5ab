"""Runs MiniStack in its own environment, and saves its state while it runs.

MiniStack saves only when it is stopped; after a power cut Pulumi's state would describe resources that are gone.
So a thread saves whatever changed every few seconds, with MiniStack's own functions (its version is pinned).
"""

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import cloudfront, imds, sts

from localcloud.emulator.mailbox import with_mailbox

SAVE_INTERVAL_SECONDS = 2.0
CREDENTIALS_SECONDS = 3600


def always(value: Any) -> Callable[[], Any]:
    return lambda: value


def changed_states(seen: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """The services whose state differs from what `seen` remembers; remembers it."""
    changed: dict[str, Callable[[], Any]] = {}
    for service, get_state in app._build_persistence_save_dict().items():
        # A state that changes while it is read is read again in the next round.
        with contextlib.suppress(RuntimeError):
            state = get_state()
            text = json.dumps(state, default=persistence._json_default, sort_keys=True)
            digest = hashlib.sha256(text.encode()).hexdigest()
            if seen.get(service) != digest:
                seen[service] = digest
                changed[service] = always(state)
    return changed


def save_forever() -> None:
    seen: dict[str, str] = {}
    while True:
        time.sleep(SAVE_INTERVAL_SECONDS)
        persistence.save_all(changed_states(seen))


def save_once_loaded() -> None:
    """Begin to save only when the saved state was loaded: before, each service would save that it has nothing."""
    load = app._load_persisted_state

    def loaded() -> None:
        load()
        threading.Thread(target=save_forever, name="save-state", daemon=True).start()

    app._load_persisted_state = loaded


def know_task_credentials() -> None:
    """Let STS know the credentials that tasks are given: S3 refuses presigned requests by unknown ones.

    MiniStack invents them and forgets them at once.
    """
    invent = imds._ecs_task_credentials_doc

    def known() -> dict[str, str]:
        document: dict[str, str] = invent()
        account, role = document["RoleArn"].split(":")[4], document["RoleArn"].rsplit("/", 1)[1]
        session = {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/task",
            "AccountId": account,
            "SecretAccessKey": document["SecretAccessKey"],
            "SessionToken": document["Token"],
            "Expiration": time.time() + CREDENTIALS_SECONDS,
        }
        sts.register_session(document["AccessKeyId"], session)
        return document

    imds._ecs_task_credentials_doc = known


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
    app.app = with_mailbox(app.app)
    know_task_credentials()
    pass_accept_encoding_on()
    save_once_loaded()
    app.main()
