"""What do the API's requests and answers look like? The shapes that OpenAPI shows; the statuses themselves are contract.py's."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ari_app.accounts import Role
from ari_app.commands import WantedState
from ari_app.contract import CallStatus, OperatorStatus, QueueStatus


class LoginBody(BaseModel):
    """Who logs in."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=32)
    secret: str = Field(min_length=1, max_length=256, json_schema_extra={"format": "password"})


class StateBody(BaseModel):
    """The state that an operator is to go into; ``reason`` is the pause's."""

    model_config = ConfigDict(extra="forbid", strict=True)
    state: WantedState
    reason: str | None = Field(None, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")


class Login(BaseModel):
    """A token, for the header ``Authorization: Bearer TOKEN``, good for ``expires_s``."""

    token: str
    token_type: Literal["bearer"]
    role: Role
    expires_s: int


class Queues(BaseModel):
    """All queues."""

    items: list[QueueStatus]


class Operators(BaseModel):
    """The operators that you may see."""

    items: list[OperatorStatus]


class Calls(BaseModel):
    """The calls that you may see."""

    items: list[CallStatus]


class Fault(BaseModel):
    """What is wrong."""

    code: str
    message: str
    field: str | None = None


class ErrorBody(BaseModel):
    """Every refusal has this shape."""

    error: Fault


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": why}
    for status, why in {
        400: "The body is not JSON",
        401: "No token, or a bad or old one",
        403: "Your role may not",
        404: "There is no such thing",
        422: "A field is wrong",
    }.items()
}
