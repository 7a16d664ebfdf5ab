"""The ARNs by which policies name what a request is about, where MiniStack finds others.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import iam, kms, ses, ses_v2

from localcloud.emulator.mail_events import default_set

Parameters = Mapping[str, Any]

IDENTITIES = {"instance-profile": iam._instance_profiles, "role": iam._roles, "user": iam._users}
# What a parameter of ECS names; of a request with several, the first that it has.
IN_CLUSTER = {"service": "service", "services": "service", "serviceName": "service", "task": "task", "tasks": "task"}
STARTS = ("ecs:RunTask", "ecs:StartTask")


def named(action: str, arn: str, asked: Parameters, region: str) -> list[str]:
    """All that the policies must allow; `arn`: what MiniStack found, `asked`: the request's parameters."""
    service, _, operation = action.partition(":")
    match service:
        case "ecs":
            return of_ecs(action, arn, asked, region)
        case "iam":
            return [of_iam(arn, asked)]
        case "kms":
            return [behind_alias(arn)]
        case "ses" if operation.startswith("Send"):
            sender = str(asked.get("FromEmailAddress") or asked.get("Source", ""))
            return of_mail(sender, asked.get("ConfigurationSetName")) or [arn]
        case "logs" if ":log-group:" in arn and "Tag" not in operation and not arn.endswith(":*"):
            return [f"{arn}:*"]  # the group with its streams
    return [arn]


def of_ecs(action: str, arn: str, asked: Parameters, region: str) -> list[str]:
    base = f"arn:aws:ecs:{region}:{get_account_id()}"
    if action in STARTS:
        definition = str(asked.get("taskDefinition"))
        return [definition if definition.startswith("arn:") else f"{base}:task-definition/{definition}"]
    for name, kind in IN_CLUSTER.items():
        if name in asked:
            cluster = str(asked.get("cluster") or "default").rpartition("/")[2]
            found = asked[name] if isinstance(asked[name], list) else [asked[name]]
            return [one if one.startswith("arn:") else f"{base}:{kind}/{cluster}/{one}" for one in found]
    return [arn]


def of_mail(sender: str, configuration_set: str | None) -> list[str]:
    """The identity that a mail is sent by, its address's or its domain's, and the configuration set."""
    address = parseaddr(sender)[1]
    known = (address, *ses._domain_and_parents(address.rpartition("@")[2].lower()))
    found = [("identity", name) for name in known if name in ses_v2._identities][:1]
    if wanted := configuration_set or default_set(sender):
        found.append(("configuration-set", wanted))
    return [ses_v2._resource_arn(*one) for one in found]


def of_iam(arn: str, asked: Parameters) -> str:
    """With the path. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
    if arn == "*" and (profile := asked.get("InstanceProfileName")):
        arn = f"arn:aws:iam::{get_account_id()}:instance-profile/{profile}"
    account, _, rest = arn.rpartition(":")
    kind, _, name = rest.partition("/")
    if kind not in IDENTITIES or not account.endswith(f":iam::{get_account_id()}"):
        return arn
    there = IDENTITIES[kind].get(name)
    return str(there["Arn"]) if there else f"{account}:{kind}{asked.get('Path', '/')}{name}"


def behind_alias(arn: str) -> str:
    """The key's own. https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html"""
    key = kms._aliases.get(arn)
    return f"{arn.rpartition(':')[0]}:key/{key}" if key else arn
