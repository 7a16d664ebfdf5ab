"""What survives a destroy: the three ways to hold a stack's data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`locked`: nothing may be deleted. `keeps_data`: bucket and database outlive a destroy, see `notice_of`."""

    locked: bool
    keeps_data: bool

    @property
    def secret_recovery_days(self) -> int:
        """In which a deleted secret can be taken back: the fewest that Secrets Manager has, or none."""
        return 7 if self.keeps_data else 0


RECIPES = {
    "disposable": Recipe(locked=False, keeps_data=False),
    "protected": Recipe(locked=True, keeps_data=True),
    "released": Recipe(locked=False, keeps_data=True),
}


def notice_of(recipe: Recipe, *, project: str, bucket: str | None, final_snapshot: str | None) -> str:
    """What a destroy would do now, and how a later stack gets the data that it leaves; None for what is not there."""
    if recipe.locked:
        return (
            "`pulumi destroy` is refused and deletes nothing. To lift that, set recipe to released (or to disposable,"
            " to lose the data) in the stack's file, run `pulumi up`, then `pulumi destroy`."
        )
    if not recipe.keeps_data or not (bucket or final_snapshot):
        return "`pulumi destroy` removes everything: the database, the files and the images."
    kept, settings = [], []
    if bucket:
        kept.append(f"the bucket {bucket} with its files")
        settings.append(f"`pulumi config set --path '{project}:storage.existingBucket' {bucket}`")
    if final_snapshot:
        kept.append(f"the snapshot {final_snapshot} of the database and its automatic backups")
        settings.append(f"`pulumi config set --path '{project}:database.snapshotIdentifier' {final_snapshot}`")
    return (
        f"`pulumi destroy` removes everything but {', and '.join(kept)}. A new stack has this again after"
        f" {' and '.join(settings)}, before its first `pulumi up`. To lose the data, set recipe to disposable and run"
        " `pulumi up` before."
    )
