"""All cases by name."""

from collections.abc import Mapping

from tests.provider.case_tables import (
    compute,
    data,
    delivery,
    edge,
    identity,
    messages,
    names,
    network,
    scaling,
    services,
)
from tests.provider.cases import Case

CASES: Mapping[str, Case] = {
    **network.CASES,
    **compute.CASES,
    **services.CASES,
    **delivery.CASES,
    **identity.CASES,
    **data.CASES,
    **edge.CASES,
    **messages.CASES,
    **names.CASES,
    **scaling.CASES,
}
