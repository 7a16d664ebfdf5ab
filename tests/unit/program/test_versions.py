"""Versions that are written in two files, because each of them is read by another tool."""

import re

from infra.pure.paths import ROOT
from tests.unit.program.recorder import Recorded


def test_lambda_functions_run_the_python_version_of_the_back_ends_image(prod: Recorded) -> None:
    dockerfile = (ROOT / "backend/Dockerfile").read_text()
    (version,) = re.findall(r"^FROM python:([\d.]+)\S* AS base$", dockerfile, re.MULTILINE)
    functions = prod.of("aws:lambda/function:Function")
    assert {function.inputs["runtime"] for function in functions} == {f"python{version}"}
