"""The header's values: the load balancer lets in the one that CloudFront sends, and the one that it sends next."""

import re

from infra.steps.origin_secret import OriginSecret


def test_a_rotation_sends_what_was_let_in_before_and_lets_in_what_nobody_knew() -> None:
    made = OriginSecret().create({"version": 1}).outs or {}
    rotated = OriginSecret().update("id", made, {"version": 2}).outs or {}
    assert rotated["version"] == 2
    assert rotated["current"] == made["next"]
    assert len({made["current"], made["next"], rotated["next"]}) == 3


def test_a_value_is_of_256_bits_and_the_same_in_capitals() -> None:
    """A load balancer compares header values without regard to case, takes `*` and `?` as patterns, and 128 of them."""
    made = OriginSecret().create({"version": 1}).outs or {}
    for name in ("current", "next"):
        assert re.fullmatch(r"[0-9a-f]{64}", made[name])
