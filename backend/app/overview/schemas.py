"""Models of the overview. A part that is down is reported in the response and does not make it an error."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.health.schemas import JobFound, Judged, ServiceFound


class Part(Judged):
    milliseconds: float = Field(description="How long the check took.")


class DatabasePart(Part):
    version: str | None = Field(description="Version of PostgreSQL.")
    migration: str | None = Field(description="The migration that the database has.")
    expected_migration: str = Field(description="The migration that this version of the code needs.")


class BucketPart(Part):
    name: str


class MailPart(Part):
    address: str = Field(description="The sender.")
    verified: bool | None = Field(description="Whether the address, or its domain, is verified with SES.")
    sandbox: bool | None = Field(description="Whether SES sends to verified addresses alone.")
    daily_quota: int | None = Field(description="Most mails that SES sends for the account in 24 hours.")
    sent_today: int | None = Field(description="Mails that it has sent in the last 24 hours.")
    advice: str | None = Field(description="How to leave the sandbox.")


class CachePart(Part):
    last_reset_at: datetime | None = Field(description="When CloudFront's cache was last told to forget all.")
    status: str | None = Field(description="CloudFront's word for that reset: InProgress or Completed.")


class StackPart(Part):
    services: list[ServiceFound]
    jobs: list[JobFound]


class Overview(BaseModel):
    checked_at: datetime
    version: str = Field(description="Image tag of the back end.")
    task: str = Field(description="Id of the ECS task that answered, or the host's name where there is no ECS.")
    zone: str | None = Field(description="Availability zone of the task, where ECS tells it.")
    started_at: datetime = Field(description="When the process started.")
    database: DatabasePart
    bucket: BucketPart
    mail: MailPart
    cache: CachePart
    stack: StackPart | None = Field(description="What runs in the stack; null where the back end is not told of it.")
