"""Keeps the provider's process small where the C library is glibc; elsewhere both functions do nothing.

Measured with the 14 clients that the table needs: 72 MB with both, 78 MB without `limit_heaps`, 82 MB without
`give_back`.
"""

import contextlib
import ctypes
import gc

_M_ARENA_MAX = -8  # of mallopt: how many heaps threads may have of their own; without it, 8 per processor


def limit_heaps() -> None:
    """One heap for all threads. To be called before the first thread starts."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return to the system what loading a service model took for a moment."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
