"""What an interrupted run left behind is taken over; data is never deleted, and no password is written down."""

from pathlib import Path
from unittest.mock import patch

import pytest

from localcloud.provider.errors import InitError, ProviderError
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.protocol.creations import Creations
from localcloud.provider.protocol.journal import Journal
from localcloud.provider.types import TYPES
from localcloud.provider.values import Props
from tests.provider.pure.scripted import ScriptedCloud

VPC, BUCKET = "aws:ec2/vpc:Vpc", "aws:s3/bucket:Bucket"
URN = "urn:pulumi:s::p::t::n"


class Remembering(Handler):
    """A handler whose cloud is a dictionary."""

    def __init__(self, token: str) -> None:
        super().__init__(TYPES[token], ScriptedCloud(), "subject")
        self.cloud: dict[str, Props] = {}
        self.made = 0
        self.refuses: BaseException | None = None
        self.killed = False

    def create(self, inputs: Props) -> tuple[str, Props]:
        if self.refuses:
            raise self.refuses
        resource_id = f"id-{self.made}"
        self.made += 1
        self.cloud[resource_id] = inputs
        self.born(resource_id, {})
        if self.killed:
            raise SystemExit
        return resource_id, {**inputs, "arn": "made"}

    def finish(self, resource_id: str, inputs: Props, remembered: Props) -> Props:
        return {**inputs, "arn": "finished"}

    def read(self, resource_id: str, state: Props) -> Props | None:
        return {**self.cloud[resource_id], "arn": "found"} if resource_id in self.cloud else None

    def delete(self, resource_id: str, state: Props) -> None:
        del self.cloud[resource_id]


@pytest.mark.parametrize("token", [VPC, BUCKET])
def test_a_creation_that_the_engine_did_not_see_is_taken_over(token: str, tmp_path: Path) -> None:
    cloud = Remembering(token)
    Creations(Journal(tmp_path / "journal")).create(cloud, URN, {"tags": {"a": "b"}})
    again = Creations(Journal(tmp_path / "journal"))  # another process
    assert again.create(cloud, URN, {"tags": {"a": "b"}}) == ("id-0", {"tags": {"a": "b"}, "arn": "found"})
    assert again.create(cloud, URN, {"tags": {"a": "b"}})[0] == "id-0"  # it is still noted
    assert again.create(cloud, URN + "2", {"tags": {"a": "b"}})[0] == "id-1"


@pytest.mark.parametrize(("token", "left"), [(VPC, ("id-1", "made")), (BUCKET, ("id-0", "finished"))])
def test_one_that_was_killed_before_it_was_ready_leaves_no_orphan(
    token: str, left: tuple[str, str], tmp_path: Path
) -> None:
    cloud, file = Remembering(token), tmp_path / "journal"
    with patch.object(Journal, "forget"), pytest.raises(SystemExit):  # a process that is killed forgets nothing
        cloud.killed = True
        Creations(Journal(file)).create(cloud, URN, {"tags": {"a": "b"}})
    cloud.killed = False
    made, state = Creations(Journal(file)).create(cloud, URN, {"tags": {"a": "b"}})
    assert (made, state["arn"]) == left and [*cloud.cloud] == [made]


@pytest.mark.parametrize(("token", "left"), [(VPC, {"id-1"}), (BUCKET, {"id-0", "id-1"})])
def test_one_that_is_not_what_is_wanted_goes_unless_it_holds_data(token: str, left: set[str]) -> None:
    cloud, creations = Remembering(token), Creations(Journal())
    creations.create(cloud, URN, {"tags": {"a": "b"}})
    assert creations.create(cloud, URN, {"tags": {"a": "changed"}})[0] == "id-1"
    assert {*cloud.cloud} == left


def test_what_holds_data_is_never_deleted_as_a_leftover() -> None:
    assert {token for token, kind in TYPES.items() if kind.holds_data} == {
        BUCKET,
        "aws:rds/instance:Instance",
        "aws:ecr/repository:Repository",
        "aws:dynamodb/table:Table",
    }


def test_a_leftover_that_is_gone_is_made_anew() -> None:
    cloud, creations = Remembering(VPC), Creations(Journal())
    creations.create(cloud, URN, {"cidrBlock": "10.0.0.0/16"})
    cloud.cloud.clear()
    assert creations.create(cloud, URN, {"cidrBlock": "10.0.0.0/16"})[1]["arn"] == "made"


def test_a_creation_that_failed_is_forgotten_and_one_half_made_is_kept() -> None:
    cloud, journal = Remembering(VPC), Journal()
    cloud.refuses = ProviderError("no")
    with pytest.raises(ProviderError):
        Creations(journal).create(cloud, URN, {})
    assert journal.find(URN) is None
    cloud.refuses = InitError("half", "id-7", {}, {})
    with pytest.raises(InitError):
        Creations(journal).create(cloud, URN, {"a": 1})
    entry = journal.find(URN)
    assert entry is not None and (entry.resource_id, entry.inputs) == ("id-7", {"a": 1})


def test_the_journal_outlives_its_process_and_forgets_what_the_engine_has_seen(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    journal = Journal(file)
    journal.write("one", "", {"x": 1})
    assert not (entry := Journal(file).find("one")) or not entry.resource_id
    journal.write("one", "id-1", {"x": 1})
    journal.write("two", "id-2", {})
    journal.seen("one", "another id")
    journal.seen("none", "id-1")
    assert Journal(file).find("one") is not None
    journal.seen("one", "id-1")
    assert Journal(file).find("one") is None and Journal(file).find("two") is not None
    journal.forget("two")
    assert Journal(file).find("two") is None
    assert not file.with_suffix(".new").exists()


def test_no_password_is_written_to_the_journal(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    inputs = {
        "password": "hunter2", "secretString": "hunter2", "username": "app", "size": 3, "on": True, "none": None,
        "part": {"password": "hunter2", "k": ["v", {"secretString": "hunter2"}]}, "archive": object(),
    }  # fmt: skip
    journal = Journal(file)
    journal.write(URN, "id", inputs)
    assert "hunter2" not in file.read_text()
    entry = Journal(file).find(URN)
    wanted = {"username": "app", "size": 3, "on": True, "part": {"k": ["v", {}]}}
    assert entry is not None and entry.inputs == wanted
    assert (kept := journal.find(URN)) is not None and kept.inputs == wanted
