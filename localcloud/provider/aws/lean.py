"""Import this before all else: it keeps the provider's process small."""

import contextlib
import ctypes
import sys
import types

_M_ARENA_MAX = -8  # of glibc's mallopt: how many heaps threads may have of their own; 8 per processor otherwise

with contextlib.suppress(OSError, AttributeError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)

# Pulumi's Automation API, 9 MB that the SDK imports and nothing here uses: an empty module takes its place.
sys.modules.setdefault("pulumi.automation", types.ModuleType("pulumi.automation"))
