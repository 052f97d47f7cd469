"""How many examples do the property tests try? Few by default; ``HYPOTHESIS_PROFILE=deep`` for a long look."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_COMMON = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("quick", _COMMON, max_examples=200, stateful_step_count=40)
settings.register_profile("deep", _COMMON, max_examples=3000, stateful_step_count=100)
