"""Which digits does a step ask for, and what must they be? One question for ``collect``, up to three for a payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ivr_flows.digits import Must
from ivr_flows.said import Items
from ivr_flows.steps import Collect, ReadBack
from ivr_flows.steps_outside import Payment

SHORTEST_CARD: Final = 12
LONGEST_CARD: Final = 19
"""ISO/IEC 7812-1: a primary account number has at most 19 digits."""


@dataclass(frozen=True, slots=True)
class Question:
    """Ask for ``min_digits`` to ``max_digits`` and keep them as ``variable``."""

    variable: str
    prompts: Items
    min_digits: int
    max_digits: int
    terminator: str | None
    must: Must
    read_back: ReadBack | None = None


def question_of(step: Collect) -> Question:
    """What a ``collect`` asks."""
    return Question(
        step.variable, step.prompts, step.min_digits, step.max_digits, step.terminator, step.must, step.read_back
    )


def questions_of(step: Payment) -> list[Question]:
    """What a payment asks for, in this order."""
    questions = [
        Question("card", step.card, SHORTEST_CARD, LONGEST_CARD, "#", Must(luhn=True)),
        Question("expiry", step.expiry, 4, 4, "#", Must(date="mmyy")),
    ]
    return questions + ([Question("code", step.code, 3, 4, "#", Must())] if step.code else [])
