"""What do the API's requests and answers look like? The shapes that OpenAPI shows; the statuses themselves are contract.py's."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ari_app.asked import RecordAction
from ari_app.callback_desk import CallbackStatus
from ari_app.commands import WantedState
from ari_app.contract import CallStatus, OperatorStatus, QueueStatus
from ari_app.permissions import Permission, Reach, Role
from ari_app.supervision import SupervisionMode, SupervisionStatus
from ari_app.voicemail_desk import VoicemailStatus


class LoginBody(BaseModel):
    """Who logs in."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=32)
    secret: str = Field(min_length=1, max_length=256, json_schema_extra={"format": "password"})


class StateBody(BaseModel):
    """The state that an operator is to go into; ``reason`` is the pause's. ``queues`` (with ready): log into these only."""

    model_config = ConfigDict(extra="forbid", strict=True)
    state: WantedState
    reason: str | None = Field(None, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    queues: list[str] | None = Field(None, min_length=1, max_length=500)


class ServeBody(BaseModel):
    """The queues that an operator is to serve, each with a penalty; a lower one is rung first."""

    model_config = ConfigDict(extra="forbid", strict=True)
    queues: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(max_length=500)


class WrapUpBody(BaseModel):
    """How much longer a wrap-up is to last (s)."""

    model_config = ConfigDict(extra="forbid", strict=True)
    extend_s: float = Field(gt=0, le=3600, allow_inf_nan=False)


class DispositionBody(BaseModel):
    """The outcome of a call, as the queue names it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")


class MoveBody(BaseModel):
    """Where a waiting caller is to wait from now on, and with which priority."""

    model_config = ConfigDict(extra="forbid", strict=True)
    queue: str | None = Field(None, min_length=1, max_length=64)
    priority: int | None = Field(None, ge=0, le=99)


class TargetBody(BaseModel):
    """Whom: exactly one of an operator's (or supervisor's) code, a queue, a number outside."""

    model_config = ConfigDict(extra="forbid", strict=True)
    operator: str | None = Field(None, pattern=r"^[0-9]{3,8}$")
    queue: str | None = Field(None, min_length=1, max_length=64)
    number: str | None = Field(None, pattern=r"^\+?[0-9]{3,15}$")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.operator, self.queue, self.number)) != 1:
            raise ValueError("give one of operator, queue and number")
        return self


Ticket = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ConsultBody(BaseModel):
    """Who is consulted, and the reference that goes along: opaque text, shown to whom the call is passed on."""

    model_config = ConfigDict(extra="forbid", strict=True)
    to: TargetBody
    ticket: Ticket | None = None


class TransferBody(ConsultBody):
    """Where the caller goes; ``keep_place``: a queue sees the first time of arrival."""

    keep_place: bool = True


class RecordingBody(BaseModel):
    """What is asked of the conversation's recording."""

    model_config = ConfigDict(extra="forbid", strict=True)
    action: RecordAction


class SuperviseBody(BaseModel):
    """How: hear both; be heard by the operator alone; by both; in the operator's place."""

    model_config = ConfigDict(extra="forbid", strict=True)
    mode: SupervisionMode


class SupervisionsBody(BaseModel):
    """The supervisions that go on."""

    items: list[SupervisionStatus]


class Login(BaseModel):
    """A token, for the header ``Authorization: Bearer TOKEN``, good for ``expires_s``."""

    token: str
    token_type: Literal["bearer"]
    code: str
    name: str
    role: Role
    expires_s: int


class PersonBody(BaseModel):
    """Somebody with an account: ``queues`` served or looked after, ``team``: which he or she is in, or leads."""

    code: str
    name: str
    role: Role
    queues: list[str]
    team: str | None


class People(BaseModel):
    """Everybody with an account."""

    items: list[PersonBody]


class Me(PersonBody):
    """Who asks: what the role may (``permissions``), and how far each of these reaches; until when the token is good (ISO 8601);
    the ``language`` in which he or she is told things."""

    permissions: list[Permission]
    reach: dict[Permission, Reach]
    expires: str
    language: str | None


class TeamBody(BaseModel):
    """A team: its name by language, and codes."""

    id: str
    names: dict[str, str]
    leaders: list[str]
    operators: list[str]


class Teams(BaseModel):
    """All teams."""

    items: list[TeamBody]


class CentreQueue(BaseModel):
    """What pages show of a queue. ``service_level_goal``: the share (0..1) that is to be answered within ``service_level_s``."""

    name: str
    titles: dict[str, str]
    service_level_s: float
    service_level_goal: float
    short_abandon_s: float
    dispositions: list[str]
    wrap_up_s: float
    wrap_up_until_disposition: bool
    may_skip_disposition: bool


class CentrePause(BaseModel):
    """A reason to pause."""

    code: str
    names: dict[str, str]
    productive: bool


class CentreBody(BaseModel):
    """What pages show of the centre. ``version`` changes when anything of it does."""

    name: str
    languages: list[str]
    default_language: str
    time_zone: str
    queues: list[CentreQueue]
    pauses: list[CentrePause]
    pause_reason_required: bool
    version: str


class NumberBody(BaseModel):
    """A caller's whole number."""

    number: str


class Queues(BaseModel):
    """All queues."""

    items: list[QueueStatus]


class Operators(BaseModel):
    """The operators that you may see."""

    items: list[OperatorStatus]


class Calls(BaseModel):
    """The calls that you may see."""

    items: list[CallStatus]


class ReloadedBody(BaseModel):
    """What a reload changed, what only a restart brings, and what is worth knowing, in words."""

    changed: list[str]
    needs_restart: list[str]
    warnings: list[str]


class Callbacks(BaseModel):
    """The callbacks that you may see, in the order of the callers' arrival."""

    items: list[CallbackStatus]


class Voicemails(BaseModel):
    """The messages of your queues that nobody has dealt with, the oldest first."""

    items: list[VoicemailStatus]


class Fault(BaseModel):
    """What is wrong."""

    code: str
    message: str
    field: str | None = None
    problems: list[str] | None = None


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
