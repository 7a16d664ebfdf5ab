"""Which member of an operation's shape a property means, and how AWS's services name the two halves of a tag."""

from collections.abc import Iterable

TAG_KEYS = ("Key", "key", "TagKey", "tagKey")
TAG_VALUES = ("Value", "value", "TagValue", "tagValue")


def match(names: Iterable[str], wanted: str) -> str | None:
    """The member that means `wanted`: the same letters in any case, singular or plural."""
    by_lower = {name.lower(): name for name in names}
    low = wanted.lower()
    for form in (low, low.removesuffix("s"), low + "s", low.removesuffix("es"), low.removesuffix("ies") + "y"):
        if form in by_lower:
            return by_lower[form]
    return None
