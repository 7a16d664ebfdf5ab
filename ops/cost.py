"""Tells what a month of a stack costs, and what its files change about that of what is deployed."""

from collections.abc import Iterator

from infra.config.load import ConfigError
from infra.planning import cost as costs
from infra.planning.difference import PARTS, difference
from infra.planning.report import month
from infra.planning.stack import planned
from ops.errors import OperationError
from ops.target import Target


def cost(target: Target) -> Iterator[str]:
    """The lines to show."""
    try:
        config = planned(target.name)
    except ConfigError as error:
        raise OperationError(str(error)) from None
    before = target.told(target.outputs, PARTS)
    yield from month(config)
    yield ""
    told = difference(before, costs.parts(config))
    yield f"The next `{target.up}` changes it: {told}" if told else "That is what is deployed."
