"""Models of the session in requests and responses."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SessionState(BaseModel):
    access: Literal["password", "open"] = Field(description="`open`: everyone may use the app without a password.")
    signed_in: bool = Field(description="Always true where access is open.")
    project: str = Field(description="What the site is called; empty where the back end is not told.")
    stack: str = Field(description="The stack's name, such as prod; empty where the back end is not told.")


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=1, max_length=200)
