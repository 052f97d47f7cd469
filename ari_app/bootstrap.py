"""How do the parts fit together? The only wiring: settings and the centre's files in, a running engine out."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import structlog

from ari_app.centre import Centre
from queues.acd import Acd
from queues.rules import OperatorProfile, QueueRules

log = structlog.get_logger(__name__)
TICK_S = 1.0


def new_call_id(now: float) -> str:
    """An id of our own: the UTC second and 32 random bits, e.g. ``20261124-042201-7f3a9c01``."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(4)


def build_acd(centre: Centre) -> Acd:
    """The ACD under the centre's rules."""
    queues = [
        QueueRules(
            name=queue.name,
            ring_timeout_s=queue.ring_timeout_s,
            wrap_up_s=queue.wrap_up_s,
            service_level_s=queue.service_level_s,
            refusal_pause_s=queue.refusal_pause_s,
            max_misses=queue.max_misses,
            skill_wait_s=queue.skill_wait_s,
        )
        for queue in centre.queues
    ]
    operators = [OperatorProfile(o.code, tuple(o.queues), frozenset(o.skills)) for o in centre.operators]
    return Acd(queues, operators)
