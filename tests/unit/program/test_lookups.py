"""What the program asks before it starts, it asks only for what changed since the last deployment."""

import pytest

from infra.stack import lookups
from tests.unit.stack_files import stack_config


def test_an_image_is_looked_at_when_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    config, asked, lines = stack_config("dev"), list[str](), list[str]()

    def misfit(_region: str, image: str, _kind: str, _architecture: str) -> str:
        asked.append(image)
        return "cluster.amiId: does not fit"

    monkeypatch.setattr(lookups, "misfit", misfit)
    monkeypatch.setattr("pulumi.log.error", lines.append)
    lookups.start_at_all(config, {"machine": lookups.machine(config)})
    assert asked == []
    with pytest.raises(SystemExit):
        lookups.start_at_all(config, {"machine": {"type": "t3.micro", "image": config.cluster.ami_id}})
    assert asked == [config.cluster.ami_id]
    assert "nothing was changed:\n  cluster.amiId: does not fit" in lines[0]
