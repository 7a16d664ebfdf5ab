"""RDS tells to which versions of PostgreSQL a database can be upgraded, which MiniStack leaves empty.

Here they are the newer minor versions of the same major one: the machine has one PostgreSQL, whatever version is noted.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import rds

NAME, NONE = "DescribeDBEngineVersions", b"<ValidUpgradeTarget/>"
TARGET = (
    "<UpgradeTarget><Engine>postgres</Engine><EngineVersion>{version}</EngineVersion><AutoUpgrade>false</AutoUpgrade>"
    "<IsMajorVersionUpgrade>false</IsMajorVersionUpgrade></UpgradeTarget>"
)

Action = Callable[[Any], Any]


def tell_upgrades() -> None:
    rds._ACTION_MAP[NAME] = with_upgrades(rds._ACTION_MAP[NAME])


def with_upgrades(describe: Action) -> Action:
    def described(request: Any) -> Any:
        version = rds._p(request, "EngineVersion")
        if rds._p(request, "Engine") != "postgres" or not version:
            return describe(request)
        _, _, whole = describe({**request, "EngineVersion": [""]})
        known = [part.partition("<")[0] for part in whole.decode().split("<EngineVersion>")[1:]]
        major = version.partition(".")[0]
        newer = [one for one in known if one.partition(".")[0] == major and number(one) > number(version)]
        # A database that the program made has a major version alone, which RDS would have completed.
        asked = version if "." in version or not newer else newer[0]
        status, headers, body = describe({**request, "EngineVersion": [asked]})
        targets = "".join(TARGET.format(version=one) for one in newer)
        return status, headers, body.replace(NONE, f"<ValidUpgradeTarget>{targets}</ValidUpgradeTarget>".encode())

    return described


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
