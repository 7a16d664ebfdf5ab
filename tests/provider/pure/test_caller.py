"""How an operation's arguments come from the table: what is sent, under which names, and what the templates give."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.model import ShapeResolver

from localcloud.provider.aws.sender import NO_PLACE
from localcloud.provider.definition.resource_type import Call, ResourceType, Send, TagStyle, Update
from localcloud.provider.lifecycle.caller import Caller, merged
from localcloud.provider.lifecycle.check import module_of, sending_problems
from localcloud.provider.types import TYPES
from localcloud.provider.values import UNKNOWN, Props
from tests.provider.pure.scripted import ScriptedCloud

WORD = {"shape": "Word"}
SHAPES: Any = {
    "Create": {
        "type": "structure",
        "members": {
            "CidrBlock": WORD, "InstanceTenancy": {"shape": "Tenancy"}, "Part": {"shape": "Part"}, "Id": WORD,
            "Region": WORD, "TagsAll": {"shape": "Tags"}, "Tags": {"shape": "Tags"}, "Specs": {"shape": "Specs"},
            "Parts": {"shape": "Parts"},
        },
    },
    "Modify": {"type": "structure", "members": {"Id": WORD, "Part": {"shape": "Part"}, "CidrBlock": WORD}},
    "Word": {"type": "string"},
    "Tenancy": {"type": "string", "enum": ["default", "dedicated"]},
    "Part": {
        "type": "structure",
        "members": {"CidrBlock": WORD, "InstanceTenancy": {"shape": "Tenancy"}, "More": WORD},
    },
    "Tag": {"type": "structure", "members": {"Key": WORD, "Value": WORD}},
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "Spec": {"type": "structure", "members": {"ResourceType": WORD, "Tags": {"shape": "Tags"}}},
    "Specs": {"type": "list", "member": {"shape": "Spec"}},
    "Parts": {"type": "list", "member": {"shape": "Part"}},
}  # fmt: skip
RESOLVER = ShapeResolver(SHAPES)
CREATE, NONE = Call(operation="create", sends=Send.ALL), Call(operation="create")
GIVEN: Props = {"cidrBlock": "c", "instanceTenancy": "default"}


class Cloud(ScriptedCloud):
    """A service with two operations, `create` and `modify`."""

    def __init__(self) -> None:
        super().__init__(create=lambda **_: {"Made": True}, modify=lambda **_: {})

    def shape(self, service: str, operation: str) -> Any:
        name = operation.capitalize()
        return RESOLVER.get_shape_by_name(name) if name in SHAPES else None


class Renaming(Caller):
    """As types do whose properties AWS takes in another form."""

    def outgoing(self, values: Props) -> Props:
        return {**values, "instanceTenancy": "shared", "made": f"of {values.get('cidrBlock')}"}


def caller(make: type[Caller] = Caller, **more: Any) -> Caller:
    """A caller of a type with the properties of a VPC."""
    entry: dict[str, Any] = {"create": CREATE, "reads": [], "delete": None, "id": "", **more}
    return make(ResourceType(token="aws:ec2/vpc:Vpc", service="s", **entry), Cloud(), "a vpc")


def called(one: Caller, call: Call, values: Props, **more: Any) -> Mapping[str, Any]:
    """The arguments with which the operation was called."""
    answer = one.call(call, values, **{"old": {}, **more})
    assert isinstance(one.context, Cloud) and answer == ({"Made": True} if call.operation == "create" else {})
    return one.context.named(call.operation)[-1]


# What is sent.


def test_every_property_with_a_member_is_sent_but_those_that_others_care_for() -> None:
    others = {"region": "r", "tagsAll": {"a": "b"}, "id": None, "arn": "no member"}
    assert called(caller(), CREATE, {**GIVEN, **others}) == {"CidrBlock": "c", "InstanceTenancy": "default"}
    assert called(caller(handled=["cidrBlock"]), CREATE, GIVEN) == {"InstanceTenancy": "default"}
    tags = {"tags": {"a": "b"}}
    assert called(caller(), CREATE, tags) == {"Tags": [{"Key": "a", "Value": "b"}]}
    style = TagStyle(add=NONE, remove=NONE)
    assert called(caller(tags=style), CREATE, tags) == {}


def test_a_call_may_send_some_properties_or_none() -> None:
    some = Call(operation="create", sends=["cidrBlock", "enableDnsSupport"])
    assert called(caller(), some, GIVEN) == {"CidrBlock": "c"}
    assert called(caller(), NONE, GIVEN) == {}


def test_the_table_may_name_the_member_also_a_nested_one() -> None:
    assert called(caller(names={"cidrBlock": "Part.More"}), CREATE, {"cidrBlock": "c"}) == {"Part": {"More": "c"}}
    assert called(caller(names={"cidrBlock": "Gone"}), CREATE, {"cidrBlock": "c"}) == {}


def test_properties_may_lie_under_one_member() -> None:
    call = Call(operation="create", sends=Send.ALL, root="Part", args={"Id": "{id}"})
    assert called(caller(), call, GIVEN, resource_id="x") == {
        "Part": {"CidrBlock": "c", "InstanceTenancy": "default"},
        "Id": "x",
    }
    assert called(caller(), call, {}, resource_id="x") == {"Id": "x"}


def test_where_the_member_is_a_list_they_are_its_only_element() -> None:
    call = Call(operation="create", sends=["cidrBlock"], root="Parts")
    assert called(caller(), call, GIVEN) == {"Parts": [{"CidrBlock": "c"}]}
    assert called(caller(), call, {}) == {}


# Templates.


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{region}/{account}/{partition}", "us-east-1/123456789012/aws"), ("{id}", "vpc-1"), ("{cidrBlock}", "new"),
        ("{arn}", "of the state"), ("{-tags}", None), ("{none}", None),
    ],
)  # fmt: skip
def test_templates_name_the_properties_the_state_and_the_place(template: str, wanted: str | None) -> None:
    state = {"arn": "of the state", "cidrBlock": "old"}
    call = Call(operation="modify", args={"Id": template})
    found = called(caller(), call, {"cidrBlock": "new"}, state=state, resource_id="vpc-1")
    assert found == ({} if wanted is None else {"Id": wanted})


def test_templates_name_what_changed() -> None:
    call = Call(operation="create", args={"Tags": "{+tagsAll}", "Id": "gone: {-tagsAll}"})
    old, new = {"tagsAll": {"a": "1", "b": "2"}}, {"tagsAll": {"a": "3"}}
    assert called(caller(), call, new, old=old) == {"Tags": [{"Key": "a", "Value": "3"}], "Id": "gone: ['b']"}


def test_templates_see_the_properties_as_they_are_sent_also_the_old_ones() -> None:
    args = {"Id": "{made}", "CidrBlock": "{cidrBlock}"}
    found = called(caller(Renaming), Call(operation="create", args=args), {"cidrBlock": "c"})
    assert found == {"Id": "of c", "CidrBlock": "c"}
    assert dict(caller(Renaming).scope({}, {"cidrBlock": "before"}).old)["made"] == "of before"


class Hiding(Caller):
    """As types do that send a property in another call."""

    def outgoing(self, values: Props) -> Props:
        return {}


def test_templates_see_also_what_is_not_sent() -> None:
    call = Call(operation="create", sends=Send.ALL, args={"Id": "{cidrBlock}"})
    assert called(caller(Hiding), call, {"cidrBlock": "c"}) == {"Id": "c"}


def test_an_argument_lies_over_what_is_sent_part_by_part() -> None:
    args = {"Part": {"More": "m", "InstanceTenancy": "dedicated"}}
    call = Call(operation="create", sends=Send.ALL, args=args)
    one = caller(names={"cidrBlock": "Part.CidrBlock", "instanceTenancy": "Part.InstanceTenancy"})
    assert called(one, call, GIVEN) == {"Part": {"CidrBlock": "c", "InstanceTenancy": "dedicated", "More": "m"}}
    first = {"a": {"x": 1}, "b": 2}
    assert merged(first, {"a": {"y": 3}, "b": {"z": 4}}) == {"a": {"x": 1, "y": 3}, "b": {"z": 4}}
    assert merged(first, {"a": 5}) == {"a": 5, "b": 2} and first == {"a": {"x": 1}, "b": 2}


# What an id tells.


def test_an_id_tells_what_nothing_else_does() -> None:
    one = caller(import_id=r"(?P<cidrBlock>[^/]+)/(?P<arn>[^/]+)(/(?P<more>.+))?")
    assert one.from_id("a/b") == {"cidrBlock": "a", "arn": "b"} and one.from_id("a/b/c")["more"] == "c"
    assert one.from_id("alone") == caller().from_id("a/b") == {}
    values = one.scope({"cidrBlock": "known", "arn": None}, resource_id="a/b").values
    assert (values["id"], values["cidrBlock"], values["arn"]) == ("a/b", "known", "b")
    assert "id" not in one.scope({}).values


# Tags.


def test_tags_go_along_with_the_creation_in_the_services_form() -> None:
    tagged = {"tagsAll": {"a": "b"}}
    row = [{"Key": "a", "Value": "b"}]
    plain = caller(tags=TagStyle(add=NONE, remove=NONE, create="Tags"))
    assert called(plain, NONE, tagged, tags=True) == {"Tags": row}
    named = caller(tags=TagStyle(add=NONE, remove=NONE, create="Specs", resource_type="vpc"))
    assert called(named, NONE, tagged, tags=True) == {"Specs": [{"ResourceType": "vpc", "Tags": row}]}
    later = caller(tags=TagStyle(add=NONE, remove=NONE))
    assert called(later, NONE, tagged, tags=True) == called(plain, NONE, tagged) == {}
    assert called(plain, NONE, {"tagsAll": {}}, tags=True) == called(caller(), NONE, tagged, tags=True) == {}


# What the laptop supports.


def test_a_property_is_accepted_where_anything_is_done_with_it() -> None:
    update = Update(call=Call(operation="modify"), on=["enableDnsSupport"])
    call = Call(operation="create", args={"Id": "x-{ipv6IpamPoolId.part}"})
    more: dict[str, Any] = {"local": ["a"], "handled": ["b"], "updates": [update], "create": call}
    wanted = {"region", "a", "b", "enableDnsSupport", "ipv6IpamPoolId"}
    assert caller(**more).accepted() == wanted
    assert caller(**more, tags=TagStyle(add=NONE, remove=NONE)).accepted() == wanted | {"tags"}
    assert caller().accepted() == {"region", "cidrBlock", "instanceTenancy", "tags"}
    names = {"cidrBlock": "Nowhere", "enableDnsHostnames": "Part.More"}
    assert caller(names=names).accepted() == {"region", "instanceTenancy", "tags", "enableDnsHostnames"}


# What the service's model refuses.


def refusals(one: Caller, inputs: Props) -> list[tuple[str, str]]:
    return list(sending_problems(one, inputs))


BAD: Props = {"instanceTenancy": "shared"}
REFUSED = ("instanceTenancy", "must be one of default, dedicated, got 'shared'")


def test_what_an_update_alone_sends_is_judged_too() -> None:
    assert refusals(caller(create=NONE), BAD) == []
    update = Update(call=Call(operation="modify", sends=["instanceTenancy"], root="Part"), on=["instanceTenancy"])
    assert refusals(caller(create=NONE, updates=[update]), BAD) == [REFUSED]


def test_a_property_needs_a_place_in_the_creation_but_not_in_every_update() -> None:
    update = Update(call=Call(operation="modify", sends=["instanceTenancy"]), on=["instanceTenancy"])
    assert refusals(caller(updates=[update]), {"instanceTenancy": "default"}) == []
    create = Call(operation="modify", sends=["instanceTenancy"])
    assert refusals(caller(create=create), {"instanceTenancy": "default"}) == [("instanceTenancy", NO_PLACE)]


def test_the_program_is_not_told_of_what_it_did_not_write() -> None:
    assert refusals(caller(Renaming), {"cidrBlock": "c"}) == []
    assert refusals(caller(Renaming), {"cidrBlock": "c", **BAD}) == [REFUSED]
    assert refusals(caller(), {"instanceTenancy": UNKNOWN}) == []


def test_the_module_that_a_message_names_holds_types_of_the_service() -> None:
    for kind in TYPES.values():
        module = __import__(f"localcloud.provider.types.{module_of(kind.service)}", fromlist=["TYPES"])
        assert any(one.service == kind.service for one in module.TYPES), kind.token
