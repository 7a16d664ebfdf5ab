"""Commands about a stack that runs."""

from tests.e2e.checkout import Checkout


def test_psql_asks_the_database_read_only_unless_it_is_told_to_write(running: Checkout) -> None:
    counted = running.ops("psql", "--", "-tAc", "select count(*) >= 0 from items")
    assert (counted.returncode, counted.stdout) == (0, "t\n"), counted.stderr
    change = "create table made_by_hand (id int); drop table made_by_hand"
    refused = running.ops("psql", "--", "-c", change)
    assert refused.returncode == 1 and "read-only transaction" in refused.stderr
    assert running.ops("psql", "--write", "--", "-c", change).returncode == 0


def test_status_tells_of_every_part(running: Checkout) -> None:
    told = running.ops("status")
    assert told.returncode == 0, told.stdout + told.stderr
    assert {line.split()[0] for line in told.stdout.splitlines()} == {"backend", "frontend", "database", "site", "mail"}
