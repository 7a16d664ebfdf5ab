"""The files of the page that outlive its tasks."""

from collections.abc import Mapping

from infra.components.assets import Assets, AssetsArgs
from infra.components.image import Image
from infra.config.services import ImageKey
from infra.pure.page_assets import places
from infra.pure.paths import image_folder
from infra.stack.setting import Setting


def assets(s: Setting, built: Mapping[ImageKey, Image]) -> Assets | None:
    """None without a page that has such files. There is one page at most: it has the route `/`."""
    for name, one in s.config.services.items():
        found = places(image_folder(one.dockerfile_path).parent, one.assets) if one.page else {}
        if found:
            args = AssetsArgs(
                service=name,
                image=built[one.image],
                places=found,
                region=s.config.region,
                recipe=s.recipe,
                sleep=s.config.sleep.told if s.config.sleep else None,
            )
            return Assets("assets", args, s.opts)
    return None
