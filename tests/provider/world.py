"""The resources that cases refer to, made when first needed."""

from collections.abc import Mapping
from typing import Any

from tests.provider.case_tables import CASES
from tests.provider.cases import Ref
from tests.provider.engine import Engine, Resource


class World:
    """The resources that others refer to, made when first needed and shared by all tests."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.made: dict[str, Resource] = {}

    def resource(self, name: str) -> Resource:
        if name not in self.made:
            case = CASES[name]
            self.made[name] = self.engine.create(
                case.token, f"shared-{name}"[:24], self.filled(case.inputs, shared=True)
            )
        return self.made[name]

    def filled(self, value: Any, *, shared: bool = False) -> Any:
        """The value with its references resolved. A shared resource takes no name that a case takes."""
        if isinstance(value, Ref) and value.case == "prefix-list":
            name = "com.amazonaws.global.cloudfront.origin-facing"
            return self.engine.invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", name=name)["id"]
        if isinstance(value, Ref):
            resource = self.resource(value.case)
            return resource.id if value.output == "id" else resource.state[value.output]
        if isinstance(value, Mapping):
            taken = SHARED if shared else {}
            return {key: taken.get(str(item), self.filled(item, shared=shared)) for key, item in value.items()}
        return [self.filled(item, shared=shared) for item in value] if isinstance(value, list) else value


# Values that may exist once, for the shared resource beside the case's own.
SHARED = {
    "10.20.0.0/24": "10.20.100.0/24", "10.20.1.0/24": "10.20.101.0/24", "/provider/test": "/provider/shared",
    "test": "shared", "provider-test": "provider-shared", "someone@mail.example": "shared@mail.example",
}  # fmt: skip
