"""What is this life of the controller built from? The rules and operators as the core takes them, and the journal's header."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable

from ari_app.centre import Centre
from ari_app.contract import timestamp
from queues.journal import Header, fingerprint
from queues.rules import OperatorProfile, QueueRules

SEED_BITS = 53
"""As many as any reader of JSON keeps exactly."""


def rules_of(centre: Centre) -> tuple[QueueRules, ...]:
    """The rules of all queues."""
    return tuple(queue.rules for queue in centre.queues)


def profiles_of(centre: Centre) -> tuple[OperatorProfile, ...]:
    """All operators, as the ACD knows them."""
    return tuple(OperatorProfile(person.code, person.memberships, person.skills) for person in centre.operators)


def chance_of(seed: int) -> Callable[[], float]:
    """The numbers that the ACD draws: the same seed gives the same, on any machine."""
    return random.Random(seed).random  # noqa: S311  (whom a call goes to is no secret)


def new_life(centre: Centre, now: float) -> Header:
    """The header of a life that begins ``now``, with a seed of its own."""
    queues, operators = rules_of(centre), profiles_of(centre)
    return Header(
        at=now,
        life=f"{timestamp(now)}-{secrets.token_hex(2)}",
        fingerprint=fingerprint(queues, operators),
        seed=secrets.randbits(SEED_BITS),
        time_zone=centre.time_zone,
        queues=queues,
        operators=operators,
    )
