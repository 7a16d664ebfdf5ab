"""Lets roles and users do what their policies allow, and nothing else, as IAM does.

MiniStack evaluates policies once it is told to. The local cloud's own credentials are those of the account's root.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region

from localcloud.emulator.passed_roles import ACTIONS, PASSED_TO, passed
from localcloud.emulator.resources import Parameters, named

logger = logging.getLogger(__name__)

DENIED = "AccessDeniedException"
# Condition keys of which MiniStack knows nothing: by service, the key and the request's parameter that it is.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
KEYS = {
    "application-autoscaling": {"application-autoscaling:service-namespace": "ServiceNamespace"},
    "cloudwatch": {"cloudwatch:namespace": "Namespace"},
    "ecs": {"ecs:account-setting": "name", "ecs:cluster": "cluster"},
    "ses": {"ses:FromAddress": "FromEmailAddress"},
}


def enforce_policies() -> None:
    """Before the first request. What is refused stands in the log: who asked may not tell of it."""
    app.AUTH = True
    # The gateway speaks HTTP in place of AWS's addresses, which speak HTTPS: policies that refuse HTTP mean others.
    pin_origin = app.pin_request_origin
    app.pin_request_origin = lambda address, _is_secure: pin_origin(address, True)
    enforce = iam_evaluator.enforce

    def enforced(
        access_key_id: str, action: str, service: str, region: str, resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        if iam_evaluator.is_root_access_key(access_key_id):  # all is allowed, and nothing more to find out
            return enforce(access_key_id, action, service, region, resource_arn, service_context)
        asked = parameters(action)
        context = {**condition_keys(action, region, asked), **(service_context or {})}
        for arn in named(action, resource_arn, asked, region):
            refused = enforce(access_key_id, action, service, region, arn, context)
            if isinstance(refused, iam_evaluator.EvalResult):
                logger.warning("%s may not do %s on %s", refused.principal_arn, action, arn)
            if refused:
                return refused
        for role, to in passed(action, asked):
            if text := refusal(access_key_id, "iam:PassRole", role, {PASSED_TO: to}):
                logger.warning("%s", text)
                return iam_evaluator.AuthError("UnauthorizedOperation" if service == "ec2" else DENIED, text)
        return None

    iam_evaluator.enforce = enforced


def refusal(access_key_id: str, action: str, resource: str, keys: Mapping[str, str]) -> str:
    """Why an action that comes with no request of its own is refused, in AWS's words; `keys` are condition keys."""
    who = iam_evaluator.resolve_principal(access_key_id, get_account_id())
    if isinstance(who, iam_evaluator.AuthError):
        return str(who.message)
    context = iam_evaluator.EvalContext(
        principal_arn=who.arn, principal_type=who.type, principal_account=who.account, action=action,
        resource_arn=resource, region=get_region(), principal_keys=who.keys,
        service_context={name.lower(): value for name, value in keys.items()},
    )  # fmt: skip
    # The account's root has no policies.
    if who.policies is None or iam_evaluator.evaluate(context, who.policies, *who.limits).decision == "Allow":
        return ""
    return f"User: {who.arn} is not authorized to perform: {action} on resource: {resource}"


def condition_keys(action: str, region: str, asked: Parameters) -> dict[str, str]:
    """What the request says for the keys of its service."""
    keys = KEYS.get(action.partition(":")[0], {})
    found = {key: str(asked[name]) for key, name in keys.items() if name in asked}
    cluster = found.get("ecs:cluster", "arn:")
    if not cluster.startswith("arn:"):  # by its name alone
        found["ecs:cluster"] = f"arn:aws:ecs:{region}:{get_account_id()}:cluster/{cluster}"
    return found


def parameters(action: str) -> Parameters:
    """Of the request that is being answered, in JSON or else as a form, where they say what policies name."""
    says = action in ACTIONS or action.partition(":")[0] in ("iam", *KEYS)
    request = iam_evaluator._signed_request.get() if says else None
    body = request.body if request else b""
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    return said if isinstance(said, Mapping) else {}
