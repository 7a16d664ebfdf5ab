"""What survives a destroy: the three ways to hold a stack's data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`locked`: nothing may be deleted. `keeps_data`: bucket and database outlive a destroy, see `notice_of`."""

    locked: bool
    keeps_data: bool


RECIPES = {
    "disposable": Recipe(locked=False, keeps_data=False),
    "protected": Recipe(locked=True, keeps_data=True),
    "released": Recipe(locked=False, keeps_data=True),
}


def notice_of(recipe: Recipe, *, project: str, bucket: str, final_snapshot: str) -> str:
    """What a destroy would do now, and how a later stack gets the data that it leaves."""
    if recipe.locked:
        return (
            "`pulumi destroy` is refused and deletes nothing. To lift that, set recipe to released (or to disposable,"
            " to lose the data) in the stack's file, run `pulumi up`, then `pulumi destroy`."
        )
    if not recipe.keeps_data:
        return "`pulumi destroy` removes everything: the database, the files and the images."
    return (
        f"`pulumi destroy` removes everything but the bucket {bucket} with its files, and leaves the snapshot"
        f" {final_snapshot} of the database and its automatic backups. A new stack has both again after"
        f" `pulumi config set --path '{project}:storage.existingBucket' {bucket}` and"
        f" `pulumi config set --path '{project}:database.snapshotIdentifier' {final_snapshot}`, before its first"
        " `pulumi up`. To lose the data, set recipe to disposable and run `pulumi up` before."
    )
