"""Starts a program so that the engine is asked about its sockets: `python launcher.py FD PROGRAM ARGUMENT …`.

It asks the kernel to hold each `bind` and `connect` of the program, and of all that it starts, until the engine has
answered (seccomp's user notifications). The file descriptor on which the engine hears of them goes to the engine
through the socket FD. A kernel that cannot do this runs the program as if nothing were asked.

It runs with the standard library alone, and imports little, because every container begins with it.
"""

import ctypes
import os
import platform
import socket
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
NOT_FOUND = 127  # a shell's exit code for a program that it cannot run
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
RETURN_ASK, RETURN_ALLOW = 0x7FC00000, 0x7FFF0000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
CALL_AT, MACHINE_AT = 0, 4  # where the kernel's record of a call has these
# A machine's number, and of the calls bind, connect and seccomp.
CALLS = {"x86_64": (0xC000003E, 49, 42, 317), "aarch64": (0xC00000B7, 200, 203, 277)}


def instruction(code: int, value: int, if_equal: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_equal, otherwise, value)


def ask_engine() -> int:
    """The descriptor on which the calls of this process are told from now on; -1 where the kernel has none."""
    if platform.machine() not in CALLS:
        return -1
    machine, bind, connect, seccomp = CALLS[platform.machine()]
    program = b"".join(
        (
            instruction(LOAD_WORD, MACHINE_AT),
            instruction(JUMP_IF_EQUAL, machine, otherwise=4),
            instruction(LOAD_WORD, CALL_AT),
            instruction(JUMP_IF_EQUAL, bind, if_equal=1),
            instruction(JUMP_IF_EQUAL, connect, otherwise=1),
            instruction(RETURN, RETURN_ASK),
            instruction(RETURN, RETURN_ALLOW),
        )
    )
    kept = ctypes.create_string_buffer(program)
    described = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(kept))
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # without it only root may install a filter
    descriptor: int = libc.syscall(
        seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, ctypes.c_char_p(described)
    )
    return descriptor


def main() -> None:
    channel, program = int(sys.argv[1]), sys.argv[2:]
    with socket.socket(fileno=channel) as engine:
        descriptor = ask_engine()
        if descriptor >= 0:
            socket.send_fds(engine, [b"."], [descriptor])
            os.close(descriptor)
    try:
        os.execvp(program[0], program)  # noqa: S606 # the container's program
    except OSError as error:
        print(f"cannot run {program[0]}: {error.strerror}", file=sys.stderr, flush=True)
        sys.exit(NOT_FOUND)


if __name__ == "__main__":
    main()
