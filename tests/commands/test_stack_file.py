"""What is told of a stack file that is not YAML: file, line and column, in words."""

from pathlib import Path

import pytest
import yaml

from localcloud import stack_file
from localcloud.errors import LocalCloudError
from localcloud.place import ROOT

BROKEN = [
    (
        "config:\n  a: [b\n  c: d\n",
        "Pulumi.local.yaml:3:4: while parsing a flow sequence that begins in line 2, did not find expected",
    ),
    ("config:\n\ta: b\n", "Pulumi.local.yaml:2:1: while scanning for the next token that begins in line 2, found"),
    (
        "config:\n  a: {b: 1\n",
        "Pulumi.local.yaml:3:1: while parsing a flow mapping that begins in line 2, did not find expected",
    ),
    ("config:\n  a: 1\n b: 2\n", "Pulumi.local.yaml:3:2: while parsing a block mapping that begins in line 1, did not"),
    ("config:\n  a: 1\n  b: 2\n  a: 3\n", "Pulumi.local.yaml:4:3: the key a is there twice"),
    ("config:\n  a:\n    - {b: 1, b: 2}\n", "Pulumi.local.yaml:3:14: the key b is there twice"),
    ("config: \0\n", "Pulumi.local.yaml: "),
]


@pytest.mark.parametrize(("text", "told"), BROKEN)
def test_a_file_that_is_not_yaml_is_told_with_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "Pulumi.local.yaml").write_text(text)
    with pytest.raises(LocalCloudError) as caught:
        stack_file.check(tmp_path)
    first, second = str(caught.value).splitlines()
    assert first == "these files must be YAML, nothing was changed:"
    assert second.strip().startswith(told)


def test_each_of_the_two_files_is_told(tmp_path: Path) -> None:
    for name in stack_file.FILES:
        (tmp_path / name).write_text("a: [")
    with pytest.raises(LocalCloudError, match=r"(?s)Pulumi\.yaml:2:1: .*Pulumi\.local\.yaml:2:1: "):
        stack_file.check(tmp_path)


def test_the_shipped_files_an_empty_one_and_none_are_fine(tmp_path: Path) -> None:
    stack_file.check(ROOT)
    stack_file.check(tmp_path)
    (tmp_path / "Pulumi.local.yaml").write_text("# nothing yet\n")
    stack_file.check(tmp_path)


BASE = """
secretsprovider: awskms://alias/shop-state?region=us-east-1
encryptedkey: abc
config:
  pulumi:disable-default-providers: [aws]
  shop:region: us-east-1
"""


def test_a_previews_file_names_its_base_and_has_the_encryption_of_its_state(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(BASE)
    stack_file.write_preview("dev-pr-12", "dev", "shop", tmp_path)
    file = tmp_path / "Pulumi.dev-pr-12.yaml"
    assert yaml.safe_load(file.read_text()) == {
        "secretsprovider": "awskms://alias/shop-state?region=us-east-1",
        "encryptedkey": "abc",
        "config": {"pulumi:disable-default-providers": ["aws"], "shop:preview": {"base": "dev"}},
    }
    file.write_text("config: {shop:preview: {base: dev}, shop:shell: false}")
    stack_file.write_preview("dev-pr-12", "dev", "shop", tmp_path)
    assert "shop:shell" in file.read_text()
    assert stack_file.secrets_provider("dev", tmp_path) == "awskms://alias/shop-state?region=us-east-1"
    assert stack_file.secrets_provider("dev-pr-12", tmp_path) is None
