"""What a change of the configuration costs a month, against what is deployed."""

from collections.abc import Mapping

from infra.planning import cost

Parts = Mapping[str, float | None]

# The output of a stack that has `cost.parts` of what is deployed.
PARTS = "monthly_cost_by_part"


def difference(before: Parts, now: Parts) -> str | None:
    """In one line, by part as `cost.parts` has them; None where no part's cost changes."""
    both = {part: (before.get(part, 0.0), now.get(part, 0.0)) for part in dict.fromkeys((*now, *before))}
    changed = {part: pair for part, pair in both.items() if cost.usd(pair[0]) != cost.usd(pair[1])}
    if not changed:
        return None
    known = {part: new - old for part, (old, new) in changed.items() if old is not None and new is not None}
    told = [f"{part} {amount:+.2f}" for part, amount in known.items()]
    told += [f"{part} not known here" for part in changed if part not in known]
    return f"{sum(known.values()):+.2f} USD a month in us-east-1 without traffic: {', '.join(told)}"
