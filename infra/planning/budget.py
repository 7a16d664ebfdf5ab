"""Whether a stack keeps its budget."""

from infra.config.load import ConfigError
from infra.config.stack import StackConfig
from infra.planning.cost import month, most, rows, usd


def warning(config: StackConfig) -> str | None:
    """That the budget is not kept with all instances; raises ConfigError where it is not kept at all."""
    least = month(config)
    if config.budget is None:
        return None
    if least > config.budget:
        largest = sorted(rows(config), key=lambda row: -(row.usd or 0))[:2]
        parts = " and ".join(f"{row.what.replace('`', '')} ({usd(row.usd)})" for row in largest)
        raise ConfigError(
            f"budget: must be what a month costs or more, {least:.2f} USD without traffic, got {config.budget};"
            f" raise it, or make the stack smaller: most of it is {parts}"
        )
    if most(config) > config.budget:
        most_of = "the services' scaling.maxCount" if config.cluster.on_fargate else "cluster.maxInstances"
        return (
            f"budget: with all of {most_of} a month costs {most(config):.2f} USD, more than {config.budget};"
            f" lower {most_of.rpartition('.')[2]} if that must not be"
        )
    return None
