"""Makes a preview environment's own database, by a task in the network of its base, and drops it again."""

from pulumi.dynamic import CreateResult, UpdateResult

from infra.steps.common import Props, StepProvider
from infra.steps.migration_run import migrate


class OwnDatabase(StepProvider):
    """Inputs: those of a migration run but command and version; database, its name; secretArn, which the task fills.

    Created, the database is there with its role. Deleting drops both. An update runs nothing: it keeps which task
    definition there is for that, since ECS runs none that another has replaced.
    """

    updates = ("taskDefinition", "capacityProvider")
    replaces = ("region", "cluster", "database", "secretArn")

    def create(self, props: Props) -> CreateResult:
        migrate(of("make", props))
        return CreateResult(props["database"], props)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult(_news)

    def delete(self, _id: str, _props: Props) -> None:
        migrate(of("drop", _props))


def of(act: str, props: Props) -> Props:
    return {**props, "subject": "database", "command": ["python", "database.py", act], "version": act}
