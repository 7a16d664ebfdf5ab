"""Security headers of the site as pure data."""

from collections.abc import Iterable

HSTS_SECONDS = 365 * 24 * 3600
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def content_security_policy(file_origins: Iterable[str]) -> str:
    """What a page may load: everything from the site itself, and files by presigned requests from `file_origins`."""
    files = " ".join(("'self'", *file_origins))
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src {files}",
            f"img-src {files} blob:",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
