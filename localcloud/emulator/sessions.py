"""Temporary credentials of a role, which STS knows from now on."""

from collections.abc import Mapping

from ministack.services import sts

from localcloud.emulator.secret import derived


def lasting(purpose: str, role: str, name: str) -> dict[str, str]:
    """Keys of a session, until a restart: the same for the same purpose, so that who asks often makes no new ones."""
    keys = {
        "AccessKeyId": f"ASIA{derived(f'{purpose} key')[:16].upper()}",
        "SecretAccessKey": derived(f"{purpose} secret"),
        "Token": derived(f"{purpose} token"),
    }
    begin(role, name, keys)
    return keys


def begin(role: str, name: str, keys: Mapping[str, str], ends: float | None = None) -> None:
    """`role` is an ARN, `keys` has AccessKeyId, SecretAccessKey and Token; without `ends` they hold until a restart."""
    account, path = role.split(":")[4], role.partition(":role/")[2]
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{path.rpartition('/')[2]}/{name}",
        "AccountId": account,
        "SecretAccessKey": keys["SecretAccessKey"],
        "SessionToken": keys["Token"],
        **({"Expiration": ends} if ends else {}),
    }
    sts.register_session(keys["AccessKeyId"], session)
