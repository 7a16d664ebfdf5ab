"""The session's cookie: its expiry time and a signature. Nothing is stored, so each task can check every cookie."""

import hmac
import re
from dataclasses import dataclass

# With this prefix a browser accepts the cookie only over TLS and only from this host, not from a subdomain.
SECURE_NAME = "__Host-session"
PLAIN_NAME = "session"
SIGNED = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


def name(*, secure: bool) -> str:
    return SECURE_NAME if secure else PLAIN_NAME


@dataclass(frozen=True, kw_only=True)
class AccessSecret:
    """The app's password, and the key that signs the cookies."""

    password: bytes
    key: bytes

    def __repr__(self) -> str:
        return "AccessSecret(…)"

    @classmethod
    def parse(cls, secret: dict[str, str]) -> "AccessSecret":
        """From `password` and `signing_key` (32 bytes in hexadecimal digits).

        A person who sets another password may leave the key out; then it follows from the password, for all tasks.
        """
        password = secret["password"].encode()
        signing_key = (
            bytes.fromhex(secret["signing_key"])
            if "signing_key" in secret
            else hmac.digest(password, b"signing key", "sha256")
        )
        if not password or len(signing_key) != 32:
            raise ValueError
        # The password is part of the key, so that a new password ends all sessions of the old one.
        return cls(password=password, key=hmac.digest(signing_key, b"session:" + password, "sha256"))

    def is_password(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.password)

    def issue(self, expires_at: int) -> str:
        """A cookie that is valid until `expires_at`, in seconds since 1970."""
        return f"{expires_at}.{hmac.digest(self.key, str(expires_at).encode(), 'sha256').hex()}"

    def is_valid(self, cookie: str, now: float) -> bool:
        """False when the cookie has expired, was not issued with this secret, or is any other text."""
        signed = SIGNED.fullmatch(cookie)
        return signed is not None and self._is_signed(cookie, int(signed[1])) and now < int(signed[1])

    def _is_signed(self, cookie: str, expires_at: int) -> bool:
        return hmac.compare_digest(cookie.encode(), self.issue(expires_at).encode())
