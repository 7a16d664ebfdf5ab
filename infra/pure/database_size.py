"""How many connections a database takes.

RDS sets `max_connections` to the memory that is left for PostgreSQL, divided by 9,531,392 bytes, at most 5,000:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html. What is left is well below the class's memory:
on a db.t4g.small 181 connections were measured, 80 % of what its 2 GiB would give.
"""

BYTES_A_CONNECTION = 9_531_392
MOST = 5000
LEFT = 0.8
RESERVED = 3  # PostgreSQL keeps them for its superuser
GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32, "4xlarge": 64, "8xlarge": 128}
# Of the families that are known here, how much memory a size has against the table.
FAMILIES = {"t": 1, "m": 1, "r": 2}


def usable_connections(instance_class: str) -> int | None:
    """Of a class such as `db.t4g.micro`; None for one whose memory is not known here."""
    _, family, size = instance_class.split(".")
    if size not in GIB or family[0] not in FAMILIES:
        return None
    gib = GIB[size] * FAMILIES[family[0]]
    return min(MOST, int(gib * 2**30 * LEFT / BYTES_A_CONNECTION)) - RESERVED
