"""`make rename`: the project's name, in every file that holds it."""

import json
from pathlib import Path

import pytest
import yaml

from infra.config.load import app_settings, parse
from localcloud.stack import project
from tests.unit.stack_files import PROJECT, filled_in, raw_of, stack_config
from toolchain.rename import files, rename
from toolchain.steps import ROOT, SetupError


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for file in files(ROOT):
        (tmp_path / file.relative_to(ROOT)).write_text(file.read_text())
    return tmp_path


def test_every_stack_means_the_same_under_the_new_name_and_nothing_else_changed(checkout: Path) -> None:
    changed = rename(checkout, "My_Shop.2")
    stacks = [f"Pulumi.{stack}.yaml" for stack in ("dev", "local", "prod")]
    docs = [f"docs/{file.name}" for file in sorted(ROOT.glob("docs/*.md")) if f"{PROJECT}:" in file.read_text()]
    assert changed == ["Pulumi.yaml", *stacks, "app.yaml", *docs, "pyproject.toml"] and docs
    assert project(checkout) == "My_Shop.2"
    assert yaml.safe_load((checkout / "Pulumi.yaml").read_text())["runtime"]["name"] == "python"
    config = raw_of(yaml.safe_load((checkout / "Pulumi.local.yaml").read_text())["config"])
    found = parse(config, namespace="My_Shop.2", app=app_settings(checkout / "app.yaml"))
    assert found == stack_config("local")
    assert "pulumi:disable-default-providers" in config
    assert len(config) == len(filled_in("local"))
    for file in changed:
        back = (checkout / file).read_text().replace("My_Shop.2", PROJECT)
        assert back == (ROOT / file).read_text()


def test_a_second_time_changes_nothing(checkout: Path) -> None:
    rename(checkout, "shop")
    assert rename(checkout, "shop") == []


def test_a_name_of_one_letter_is_one(checkout: Path) -> None:
    rename(checkout, "x")
    assert project(checkout) == "x"


@pytest.mark.parametrize("name", ["", "my shop", "a/b", "x" * 101, "läden", "-shop", "shop."])
def test_a_name_that_pulumi_or_python_does_not_take_is_refused(checkout: Path, name: str) -> None:
    with pytest.raises(
        SetupError, match=r"^NAME: must be 1 to 100 letters, digits, - \. _, and a letter or digit at both ends, got "
    ):
        rename(checkout, name)
    assert project(checkout) == PROJECT


def test_what_is_deployed_here_must_go_first(checkout: Path) -> None:
    state = checkout / f".local/4566/pulumi/.pulumi/stacks/{PROJECT}/local.json"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": [{"type": "x"}]}}}))
    with pytest.raises(SetupError, match="run `PORT=4566 make down` first"):
        rename(checkout, "shop")
    state.write_text(json.dumps({"checkpoint": {"latest": {}}}))
    assert rename(checkout, "shop")
