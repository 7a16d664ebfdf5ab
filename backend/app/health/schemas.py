"""Models of health: what everyone may know, and what runs in the stack, which is for those who run it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

State = Literal["ok", "attention", "down"]


class Health(BaseModel):
    """Nothing more: whoever is not signed in learns only that it is up."""

    status: Literal["ok"] = "ok"


class Judged(BaseModel):
    state: State = Field(
        description="`attention`: it works, but somebody should do something; `down`: it cannot be used."
    )
    problem: str | None = Field(description="What is wrong and what to do about it.")


class TaskFound(BaseModel):
    id: str
    version: str = Field(description="Image tag.")
    zone: str | None
    started_at: datetime | None = Field(description="Null while it starts.")


class DeploymentFound(BaseModel):
    started_at: datetime
    outcome: Literal["worked", "running", "failed"] = Field(
        description="`failed`: it was stopped, or the version before was taken back."
    )


class ServiceFound(Judged):
    name: str = Field(description="As in app.yaml.")
    wanted: int = Field(description="Tasks that should run.")
    deploying: bool = Field(description="Whether ECS replaces its tasks at the moment.")
    tasks: list[TaskFound]
    deployments: list[DeploymentFound] = Field([], description="Those of the last 14 days, newest first.")
    console_url: str | None = Field(None, description="Where AWS's console shows it.")


class RunFound(BaseModel):
    started_at: datetime | None = Field(description="Null where it could not start.")
    ended_at: datetime
    exit_code: int | None


class JobFound(Judged):
    name: str = Field(description="As in app.yaml.")
    schedule: str
    timezone: str
    running: int = Field(description="Runs that have not ended.")
    last: RunFound | None = Field(description="The run that ended last.")


class SelfTestStep(BaseModel):
    name: str
    passed: bool
    seen: str = Field(description="What it saw, or the kind of error.")
    milliseconds: float


class SelfTest(BaseModel):
    passed: bool
    steps: list[SelfTestStep]
