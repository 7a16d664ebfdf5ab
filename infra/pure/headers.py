"""Security headers of the site as pure data."""

from collections.abc import Iterable, Mapping

HSTS_SECONDS = 365 * 24 * 3600
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
# What a page may load without any setting. Vite makes small images part of the code, as `data:`.
LOADED = {
    "script": ("'self'",),
    "style": ("'self'",),
    "font": ("'self'",),
    "image": ("'self'", "data:", "blob:"),
    "media": ("'self'", "blob:"),
    "connect": ("'self'",),
    "frame": ("'self'",),
}
OF_FILES = ("image", "media", "connect")
DIRECTIVES = {"image": "img-src"}
REST = ("form-action 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")


def content_security_policy(file_origins: Iterable[str], allowed: Mapping[str, Iterable[str]]) -> str:
    """What a page may load: everything from the site itself, files by presigned requests, and what is `allowed`.

    `allowed` holds further sources for each kind of `LOADED`.
    """
    files = tuple(file_origins)
    directives = [
        " ".join(
            [DIRECTIVES.get(kind, f"{kind}-src"), *own, *(files if kind in OF_FILES else ()), *allowed.get(kind, ())]
        )
        for kind, own in LOADED.items()
    ]
    return "; ".join(["default-src 'self'", *directives, *REST])
