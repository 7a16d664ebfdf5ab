"""Versions that are written in two files, because each of them is read by another tool."""

import re

import infra.lazy_aws  # noqa: F401  # before pulumi_aws, as the program does
from infra.pure.paths import ROOT
from tests.unit.program.recorder import record_stack


def test_lambda_functions_run_the_python_version_of_the_back_ends_image() -> None:
    dockerfile = (ROOT / "backend/Dockerfile").read_text()
    (version,) = re.findall(r"^FROM python:([\d.]+)\S* AS base$", dockerfile, re.MULTILINE)
    functions = record_stack("prod").of("aws:lambda/function:Function")
    assert {function.inputs["runtime"] for function in functions} == {f"python{version}"}
