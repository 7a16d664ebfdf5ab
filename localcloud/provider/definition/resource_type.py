"""The words of the table of resource types (`types/`): what one entry says about a type."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from localcloud.provider.values import Props

if TYPE_CHECKING:
    from localcloud.provider.definition.rules import Rule


def names(text: str) -> tuple[str, ...]:
    """A long list of names, written as words with spaces between them."""
    return tuple(text.split())


class Send(enum.Enum):
    """Which properties a call sends beside its `args`."""

    ALL = "every property that the operation has a member for"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation of the type's service, in boto3's name.

    Strings in `args` are templates over the resource's properties, `id`, `region` and `account`: "{vpcId}" is the
    value itself, "{+tagsAll}" what was added or changed, "{-tagsAll}" what was removed. An absent value drops its key.
    """

    operation: str
    args: Mapping[str, Any] = field(default_factory=dict)
    sends: Send | Sequence[str] = Send.NONE
    root: str = ""  # the member under which the sent properties lie; of a list they are the only element


@dataclass(frozen=True, kw_only=True)
class Read:
    """A call that reads, and the JMESPath (a template too) of the resource in its answer; nothing there means gone."""

    operation: str
    args: Mapping[str, Any] = field(default_factory=dict)
    item: str = "@"
    optional: bool = False  # nothing there means that these properties are not set, not that the resource is gone


@dataclass(frozen=True, kw_only=True)
class Update:
    """A call to make when one of the properties `on` changed (unless `after_changes` is false).

    With `settles`, also right after the creation when one of them is set.
    """

    call: Call
    on: Sequence[str]
    settles: bool = False
    after_changes: bool = True
    when: Callable[[Props], bool] = lambda _props: True


@dataclass(frozen=True, kw_only=True)
class TagStyle:
    """How a service takes tags: at creation under the member `create` (empty: only afterwards), later by two calls."""

    add: Call
    remove: Call
    create: str = ""
    read: Read | None = None  # where the tags are not part of the resource's own description
    resource_type: str = ""  # EC2 wants it named beside the tags


@dataclass(frozen=True, kw_only=True)
class AutoName:
    """A name that Pulumi makes when the program gives none: `<logical name>-<7 hex digits>`."""

    name: str = "name"
    limit: int = 255
    lower: bool = False


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One resource type. What it leaves out has a default that fits most types."""

    token: str
    service: str
    create: Call
    reads: Sequence[Read]
    delete: Call | None
    id: str  # template over the creation's answer and the properties
    remembers: Mapping[str, str] = field(
        default_factory=dict
    )  # output -> template: what reading needs and the id lacks
    state_id: str = ""  # template over the state: the id after an import, where `import_id` is another name
    import_id: str = ""  # pattern with named groups: what `pulumi import` takes where it is not the id itself
    updates: Sequence[Update] = ()
    replaces: Sequence[str] = ()  # dotted paths; a change there makes a new resource
    names: Mapping[str, str] = field(default_factory=dict)  # property path -> member, where it is not the same word
    outputs: Mapping[str, str] = field(default_factory=dict)  # output -> template
    defaults: Mapping[str, Any] = field(default_factory=dict)  # dotted paths: only what absence means
    auto_name: AutoName | None = None
    tags: TagStyle | None = None
    local: Sequence[str] = ()  # properties for the provider alone, or that no API gives back: kept in the state
    documents: Sequence[str] = ()  # properties that hold JSON
    handled: Sequence[str] = ()  # properties that the type's handler sends by itself
    gone: Sequence[str] = ()  # error codes that say that the resource is not there
    ready: str = ""  # JMESPath on the resource that is true once it may be used
    failed: str = ""  # JMESPath that is true once it will never be ready
    volatile: Sequence[str] = ()  # outputs that an update changes
    rules: Sequence["Rule"] = ()
    same: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)  # property -> are these equal to AWS?
    waits_gone: bool = True  # False where AWS puts a default in place of what was deleted
    delete_first: bool = False  # the old one is in the new one's way
    holds_data: bool = False  # a resource that an interrupted run left behind is taken over, never deleted
    handler: "HandlerClass | None" = None


class HandlerClass(Protocol):
    """A subclass of `lifecycle.handler.Handler`: what the table alone cannot say of a type."""

    @property
    def operations(self) -> tuple[str, ...]: ...

    def __call__(self, kind: ResourceType, context: Any, subject: str) -> Any: ...
