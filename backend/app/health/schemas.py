"""Model of the health responses."""

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """Nothing more: whoever is not signed in learns only that it is up."""

    status: Literal["ok"] = "ok"
