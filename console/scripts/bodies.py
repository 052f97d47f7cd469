"""What may be sent about scripts? The bodies of the routes, each with its limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from ari_app.centre_scripts import LONGEST
from console.scripts.answers import Move
from ivr_flows.scripts.running import LONGEST_PATH


def _storable(text: str) -> str:
    """Validator: what no database takes is refused here."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("a character in it cannot be kept")
    return text


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Version = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(_storable)]
Why = Annotated[str, Field(min_length=3, max_length=500), AfterValidator(_storable)]
Answer = Annotated[StrictStr, Field(max_length=2000)] | StrictBool | StrictInt | StrictFloat | None


class Body(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class CheckBody(Body):
    """A text to be looked at, as the script ``name``."""

    name: Name
    text: Text


class TryBody(Body):
    """A text to be followed on trial: where one stands (``at`` None: nowhere yet), all that was answered so far, and the move."""

    name: Name
    text: Text
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    queue: Annotated[str, Field(max_length=64)] = ""
    known: bool = False
    at: Name | None = None
    path: Annotated[list[Name], Field(max_length=LONGEST_PATH)] = Field(default_factory=list)
    objection: Name | None = None
    answers: Annotated[dict[Name, Answer], Field(max_length=400)] = Field(default_factory=dict)
    move: Move = "stay"
    to: Name | None = None


class DraftBody(Body):
    """What is being written, over the version ``over`` (None: a new script)."""

    text: Text
    over: Version | None = None


class PublishBody(Body):
    """A text to be put into force, why, and the version that is in force until then."""

    text: Text
    why: Why
    over: Version | None = None


class RollbackBody(Body):
    """The version to be put back into force, why, and the one that is in force until then."""

    version: Version
    why: Why
    over: Version | None = None


class SaveBody(Body):
    """See answers.Saved. ``answers``: null takes one back."""

    revision: Annotated[int, Field(ge=1, le=1_000_000)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    answers: Annotated[dict[Name, Answer], Field(max_length=40)] = Field(default_factory=dict)
    move: Move = "stay"
    objection: Name | None = None
    version: Version | None = None
    known: bool = False
