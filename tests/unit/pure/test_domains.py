"""Which zone holds a name, and how the addresses of names are written."""

import pytest

from infra.pure.domains import address, host_of, zone_of


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (["example.com"], "example.com"),
        (["example.com", "shop.example.com"], "shop.example.com"),
        (["op.example.com", "www.shop.example.com", "com.example"], None),
        ([], None),
    ],
)
def test_the_longest_zone_that_a_name_ends_with_holds_it(zones: list[str], expected: str | None) -> None:
    assert zone_of("shop.example.com", zones) == expected


def test_a_name_has_the_port_of_the_distribution_where_that_has_one() -> None:
    assert address("https", "shop.example.com", "d1.cloudfront.net") == "https://shop.example.com"
    assert address("http", "shop.localhost", "d1.cloudfront.localhost:4566") == "http://shop.localhost:4566"


def test_a_record_leads_to_the_name_alone() -> None:
    assert [host_of(name) for name in ("d1.cloudfront.net", "d1.cloudfront.localhost:4566")] == [
        "d1.cloudfront.net",
        "d1.cloudfront.localhost",
    ]
