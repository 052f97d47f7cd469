"""What does a field of another system's answer hold? Walked to by names and places, and only plain values are taken."""

from __future__ import annotations

from ivr_flows.expressions import Value, bounded


def field_of(body: object, path: str) -> Value:
    """The value at ``path`` (``account.balance``, ``items.0.name``) in parsed JSON; None if there is none, or no plain value."""
    for name in path.split("."):
        if isinstance(body, dict):
            body = body.get(name)
        elif isinstance(body, list) and name.isdecimal() and len(name) < 6 and int(name) < len(body):
            body = body[int(name)]
        else:
            return None
    return bounded(body)
