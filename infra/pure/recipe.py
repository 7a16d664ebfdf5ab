"""What survives a destroy: the three ways to hold a stack's data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`locked`: database and bucket refuse to be destroyed. `keeps_data`: their data outlives them when they are."""

    locked: bool
    keeps_data: bool
    notice: str


RECIPES = {
    "disposable": Recipe(
        locked=False,
        keeps_data=False,
        notice="`pulumi destroy` removes everything: the database, the files and the images.",
    ),
    "protected": Recipe(
        locked=True,
        keeps_data=True,
        notice="`pulumi destroy` is refused: the database and the bucket are protected. To lift it, set recipe to"
        " released (or to disposable, to lose the data) in the stack's file, run `pulumi up`, then `pulumi destroy`.",
    ),
    "released": Recipe(
        locked=False,
        keeps_data=True,
        notice="`pulumi destroy` removes everything but the bucket with its files, and leaves a final snapshot and the"
        " automatic backups of the database. To lose them too, set recipe to disposable and run `pulumi up` before.",
    ),
}
