"""Secrets that need not be kept, because they follow from the one that the local cloud was started with."""

import hashlib
import hmac
import os


def derived(purpose: str) -> str:
    """The same for the same purpose, also after a restart."""
    return hmac.digest(os.environ["AWS_SECRET_ACCESS_KEY"].encode(), purpose.encode(), hashlib.sha256).hex()


def is_derived(purpose: str, given: str) -> bool:
    return hmac.compare_digest(derived(purpose).encode(), given.encode())
