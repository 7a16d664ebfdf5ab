"""What the provider takes from inside its libraries is still there: their private names, and how they load models."""

import inspect

import pytest
from botocore.loaders import Loader
from pulumi import _types
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime import rpc

from localcloud.provider import values
from localcloud.provider.aws.lean_models import LeanLoader
from localcloud.provider.protocol import server
from tests.provider.pure.scripted import models

WRAPPED = [name for name, method in vars(server.Servicer).items() if getattr(method, "__name__", "") == "method"]


def test_all_that_the_engine_asks_passes_through_our_server() -> None:
    assert {*WRAPPED} == {
        "CheckConfig", "DiffConfig", "Configure", "Invoke", "Check", "Diff", "Create", "Read", "Update", "Delete",
    }  # fmt: skip


@pytest.mark.parametrize("name", WRAPPED)
def test_each_method_that_is_wrapped_is_the_sdks_own(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(ProviderServicer, name))


def test_the_marks_of_unknown_values_are_the_sdks() -> None:
    marks = {value for name, value in vars(rpc).items() if name.startswith("UNKNOWN") and isinstance(value, str)}
    assert rpc.UNKNOWN in values._UNKNOWN_MARKS and marks <= values._UNKNOWN_MARKS
    assert values.plain(PropertyValue(rpc.UNKNOWN)) is values.UNKNOWN


@pytest.mark.parametrize(
    "name",
    [
        "is_input_type", "is_output_type", "input_type_py_to_pulumi_names", "input_type_types", "output_type_types",
        "resource_types",
    ],
)  # fmt: skip
def test_the_schemas_generator_finds_pulumis_inner_tools(name: str) -> None:
    assert callable(getattr(_types, name))


def test_a_lean_model_has_what_is_called_and_nothing_else() -> None:
    lean = LeanLoader(["describe_vpcs"]).load_service_model("ec2", "service-2")
    whole = Loader().load_service_model("ec2", "service-2")
    assert [*lean["operations"]] == ["DescribeVpcs"] and len(whole["operations"]) > 500
    assert 0 < len(lean["shapes"]) < len(whole["shapes"]) / 20
    assert lean["metadata"] == whole["metadata"] and "documentation" not in str(lean["shapes"])


def test_a_lean_client_works() -> None:
    assert models().shape("sts", "get_caller_identity").members == {}
    assert models().client("sts") is models().client("sts")
