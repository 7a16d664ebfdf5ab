"""Order between resources where no value of one is an input of the other."""

from typing import Any, TypeVar

import pulumi

T = TypeVar("T")


def after(first: pulumi.Output[Any], then: pulumi.Output[T]) -> pulumi.Output[T]:
    """`then`, known only when `first` is: what takes it is made after `first`, and removed before it."""
    return pulumi.Output.all(first, then).apply(lambda values: values[1])
