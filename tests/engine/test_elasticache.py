"""The emulator's ElastiCache on the engine: a real Valkey at an address that stays."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
import valkey
from botocore.exceptions import ClientError

from tests.engine.support import Emulator, Engine, eventually

Client = Callable[[str], Any]
Cloud = tuple[Engine, Emulator]
NAME = "app-cache"


def create(aws: Client, name: str = NAME, **changes: Any) -> Any:
    settings = {"Engine": "valkey", "EngineVersion": "8.1", "CacheNodeType": "cache.t4g.micro", "NumCacheClusters": 1}
    aws("elasticache").create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription="x", **{**settings, **changes}
    )
    return endpoint(aws, name)


def endpoint(aws: Client, name: str = NAME) -> Any:
    (group,) = aws("elasticache").describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    return group["NodeGroups"][0]["PrimaryEndpoint"]


def visits(place: Any) -> int:
    with valkey.Valkey(host=place["Address"], port=place["Port"]) as cache:
        return int(cache.incr("visits"))


def answers(place: Any) -> int:
    """0 while nothing listens."""
    with suppress(valkey.exceptions.ConnectionError):
        return visits(place)
    return 0


def caches(engine: Engine) -> int:
    return len(engine.client.containers.list(filters={"label": "ministack=elasticache"}))


def test_a_group_is_a_real_cache_of_its_own_which_goes_with_it(cloud: Cloud, aws: Client) -> None:
    one, other = create(aws), create(aws, "another")
    assert (visits(one), visits(one), visits(other)) == (1, 2, 1)
    aws("elasticache").delete_replication_group(ReplicationGroupId=NAME)
    assert answers(one) == 0 and visits(other) == 2
    assert create(aws) == one, "the port is free again"
    assert visits(one) == 1, "it is another cache"


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_it_is_started_again_once_at_its_address_before_anybody_asks(cloud: Cloud, aws: Client, end: str) -> None:
    engine, emulator = cloud
    places = [create(aws), create(aws, "another")]
    emulator.wait_until_saved()
    for program in (emulator, engine):
        getattr(program, end)()
    engine.start()
    emulator.start()
    for place in places:
        assert eventually(partial(answers, place)) == 1, "it is empty"
    assert [endpoint(aws), endpoint(aws, "another")] == places
    assert caches(engine) == 2


def test_what_cannot_be_started_is_refused_with_the_reason_and_not_there(cloud: Cloud, aws: Client) -> None:
    with pytest.raises(ClientError, match=r"a cache here speaks no TLS; write `cache: \{tls: false\}`"):
        create(aws, TransitEncryptionEnabled=True)
    with pytest.raises(ClientError, match=r"memcached:1\.6\.17-alpine could not be started: .*No such image"):
        create(aws, Engine="memcached", EngineVersion="1.6.17")
    assert aws("elasticache").describe_replication_groups()["ReplicationGroups"] == []
    assert caches(cloud[0]) == 0
