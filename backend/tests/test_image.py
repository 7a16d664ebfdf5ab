"""What the Dockerfile and its context guarantee."""

import datetime
import hashlib
import json
import re
import tomllib

from cryptography import x509
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from tests.backend import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
FINAL_STAGE = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]


def line(instruction: str) -> str:
    (found,) = [line for line in FINAL_STAGE.splitlines() if line.startswith(f"{instruction} ")]
    return found.removeprefix(f"{instruction} ")


def test_the_commands_are_in_json_form_so_that_signals_reach_the_process() -> None:
    assert json.loads(line("CMD")) == ["python", "-m", "app"]
    assert line("STOPSIGNAL") == "SIGTERM"


def test_it_does_not_run_as_root() -> None:
    assert line("USER") == "app"


def test_the_context_admits_what_the_stages_copy_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text().split()
    assert rules[0] == "*"
    admitted = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == admitted


def fitting(python: tuple[int, int]) -> set[Tag]:
    """The tags of the wheels that pip installs on Debian (glibc), on the hosts' processors (x86_64)."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 37)] + ["manylinux2014_x86_64", "linux_x86_64"]
    return {*cpython_tags(python, platforms=platforms), *compatible_tags(python, platforms=platforms)}


def test_every_package_has_a_wheel_for_the_images_python_which_has_no_compiler() -> None:
    (version,) = re.findall(r"^FROM python:3\.(\d+)-slim(?:@\S+)? AS base$", DOCKERFILE, re.MULTILINE)
    tags = fitting((3, int(version)))
    packages = tomllib.loads((ROOT / "poetry.lock").read_text())["package"]
    production = [package for package in packages if "main" in package["groups"]]
    assert len(production) > 20
    for package in production:
        wheels = [file["file"] for file in package["files"] if file["file"].endswith(".whl")]
        assert any(parse_wheel_filename(wheel)[3] & tags for wheel in wheels), package["name"]


def test_the_bundle_of_authorities_is_the_file_that_its_readme_names() -> None:
    bundle = (ROOT / "rds/global-bundle.pem").read_bytes()
    assert hashlib.sha256(bundle).hexdigest() in (ROOT / "rds/README.md").read_text()


def test_the_authorities_are_roots_of_rds_that_python_accepts_for_years() -> None:
    """Python 3.13 checks authorities as RFC 5280 asks: a root is marked as one, critically."""
    authorities = x509.load_pem_x509_certificates((ROOT / "rds/global-bundle.pem").read_bytes())
    in_ten_years = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3650)
    for authority in authorities:
        constraint = authority.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraint.critical
        assert constraint.value.ca
        authority.verify_directly_issued_by(authority)
        assert authority.not_valid_after_utc > in_ten_years
    names = {authority.subject.rfc4514_string() for authority in authorities}
    assert len(names) == 108
    assert any("CN=Amazon RDS us-east-1 Root CA RSA2048 G1" in name for name in names)
