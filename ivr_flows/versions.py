"""Which flow is this? A short name that only its content makes, so that two files that mean the same have the same one."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from ivr_flows.flow import Flow

LENGTH: Final = 12
"""Of a version, in hexadecimal digits: among a million versions of a flow two are alike once in five hundred centres."""


def version_of(flow: Flow) -> str:
    """12 hexadecimal digits of the SHA-256 of what the flow says.

    Comments, formatting, the order of steps and of entries, and defaults that are written out change nothing. The order within a
    step does: variables are computed one after the other.
    """
    written = json.dumps(_canonical(flow), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:LENGTH]


def _canonical(flow: Flow) -> dict[str, Any]:
    plain = flow.model_dump(mode="json", exclude_defaults=True)
    return plain | {part: dict(sorted(plain[part].items())) for part in ("entries", "steps")}
