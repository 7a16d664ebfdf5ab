"""Where things are in a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def image_folder(context: str) -> Path:
    """The folder that an image is built from. States hold `context` alone, so that a checkout may be anywhere."""
    return ROOT / context
