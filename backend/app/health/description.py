"""What the stack is meant to run, as the variable STACK_DESCRIPTION tells a service that has `uses: [stack]`."""

from pydantic import BaseModel, ConfigDict


class Described(BaseModel):
    model_config = ConfigDict(frozen=True)


class DescribedJob(Described):
    schedule: str
    timezone: str


class Description(Described):
    """`project` and `stack`: their names, for people; an app of somebody else may have none.

    `services`: the family of each one's task definitions. `job_log_group`: where runs' ends are written.
    """

    project: str = ""
    stack: str = ""
    cluster: str
    services: dict[str, str]
    jobs: dict[str, DescribedJob] = {}
    job_log_group: str | None = None
