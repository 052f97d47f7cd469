"""How do statuses become the API's JSON without holding up calls? Long lists are encoded in parts, the loop runs between.

UTF-8, so that names read well; a lone surrogate, which no UTF-8 can hold, becomes ``?``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from ari_app.contract import Subject, as_json

PART: Final = 200
"""Statuses encoded in one go: about 3 ms."""


def json_bytes(value: Any) -> bytes:
    """``value`` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``body`` as an answer."""
    return Response(json_bytes(body), status, headers, "application/json")


def status_bytes(status: Subject) -> bytes:
    """One status as the contract's JSON object."""
    return json_bytes(as_json(status))


async def list_bytes(statuses: Sequence[Subject]) -> bytes:
    """A JSON array of ``statuses``."""
    parts = []
    for start in range(0, len(statuses), PART):
        parts.append(b",".join(map(status_bytes, statuses[start : start + PART])))
        await asyncio.sleep(0)
    return b"[" + b",".join(parts) + b"]"
