"""What is a whole flow? Entries where callers come in, and the steps that they are taken through, as in ``flows/<name>.yaml``.

A new kind of step is a class in steps.py or steps_outside.py, a member of ``AnyStep``, and a case in the interpreter.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from ivr_flows.shapes import Name, NoOtherKeys, Shape, SomeSeconds
from ivr_flows.steps import Branch, Collect, Menu, OfferCallback, Record, Return, Say, Set, SetLanguage, SubFlow, Survey
from ivr_flows.steps_outside import Agi, End, Enqueue, Hours, LookUp, Payment, Transfer, Voicemail

GIVEN: Final = ("caller", "number", "language")
"""Variables that every flow has: who calls (empty: withheld), what was dialled, the language spoken now."""

AnyStep = (
    Say | Menu | Survey | OfferCallback | Collect | Payment | SetLanguage | Set | Branch | Record
    | Hours | LookUp | Agi | SubFlow | Return | Transfer | Voicemail | Enqueue | End
)  # fmt: skip


class Flow(Shape):
    """A whole flow. ``parameters`` are the variables that it is given by a flow that goes through it; ``max_s`` is how long a
    caller may be in it, not counting queues, conversations and messages; ``record``: whether what follows is recorded."""

    description: str = ""
    parameters: tuple[Name, ...] = ()
    max_s: Annotated[SomeSeconds, Field(le=7200)] = 1800.0
    record: Literal["never", "on_demand", "all", "forced"] | None = None
    entries: Annotated[dict[Name, Name], Field(min_length=1), NoOtherKeys()]
    steps: Annotated[dict[Name, Annotated[AnyStep, Field(discriminator="kind")]], Field(min_length=1), NoOtherKeys()]
