"""What of the built-in apps' folders goes into their images."""

import pytest

from infra.pure.dockerignore import admitted_files
from infra.pure.paths import image_folder
from tests.unit.pure.test_image_tag import as_the_sdk_reads_it


@pytest.mark.parametrize("app", ["backend", "frontend"])
def test_the_apps_own_are_read_as_the_docker_sdk_reads_them(app: str) -> None:
    folder = image_folder(app)
    found = admitted_files(folder)
    assert found == as_the_sdk_reads_it(folder, (folder / ".dockerignore").read_text().splitlines())
    assert len(found) > 20
