"""What a container definition asks of a Docker engine."""

from localcloud.emulator.task_limits import limits

MEBIBYTE = 2**20
NOTHING = {"init": False, "cpu_shares": 2, "read_only": False, "tmpfs": {}, "cap_drop": []}


def test_a_definition_that_asks_for_nothing_gets_the_least_share_of_the_cpu() -> None:
    assert limits({"name": "web"}) == NOTHING
    assert limits({"cpu": 0, "linuxParameters": {}, "user": "", "memory": None}) == NOTHING
    assert limits({"cpu": 1}) == NOTHING


def test_each_wish_is_passed_on_in_the_engine_s_units() -> None:
    definition = {
        "cpu": 256,
        "memory": 384,
        "memoryReservation": 128,
        "user": "1000:1000",
        "readonlyRootFilesystem": True,
        "linuxParameters": {
            "initProcessEnabled": True,
            "sharedMemorySize": 64,
            "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
            "tmpfs": [
                {"containerPath": "/data", "size": 64},
                {"containerPath": "/run", "size": 8, "mountOptions": ["noexec", "mode=1777"]},
            ],
        },
    }
    assert limits(definition) == {
        "init": True,
        "cpu_shares": 256,
        "mem_limit": 384 * MEBIBYTE,
        "memswap_limit": 384 * MEBIBYTE,
        "mem_reservation": 128 * MEBIBYTE,
        "user": "1000:1000",
        "read_only": True,
        "shm_size": 64 * MEBIBYTE,
        "cap_drop": ["ALL"],  # MiniStack itself passes on what is added
        "tmpfs": {"/data": "size=64m", "/run": "size=8m,noexec,mode=1777"},
    }


def test_a_reservation_alone_is_no_limit() -> None:
    assert limits({"memoryReservation": 128}) == {**NOTHING, "mem_reservation": 128 * MEBIBYTE}
