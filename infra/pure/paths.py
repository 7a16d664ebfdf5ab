"""Where things are in a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def image_folder(context: str) -> Path:
    """The folder that an image is built from. The state holds only `context`, so the checkout may be in any folder."""
    return ROOT / context
