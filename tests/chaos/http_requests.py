"""Which HTTP requests does a proper client send, who knows what there is? What odd ones are made of."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.chaos.http_words import ROUTES

HEAD_END: Final = b"\r\n\r\n"


@dataclass(slots=True)
class Known:
    """What a client of the API may know: the ``tokens`` by role ("" for none), and ids by the name that they have in an address."""

    tokens: Mapping[str, str]
    ids: dict[str, list[str]] = field(default_factory=dict)

    def some(self, chance: random.Random, name: str) -> str:
        """An id that there is, mostly, else one that there is not."""
        known = self.ids.get(name, [])
        return chance.choice(known) if known and chance.random() < 0.85 else chance.choice(("x", "0", "nobody", "-1"))


def written(
    method: str,
    target: bytes,
    token: str,
    body: bytes | None,
    headers: Sequence[bytes] = (),
    kind: bytes = b"application/json",
) -> bytes:
    """A request as it is sent."""
    lines = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: 127.0.0.1"]
    lines += [b"Authorization: Bearer " + token.encode()] if token else []
    if body is not None:
        lines += [b"Content-Type: " + kind, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, *headers]) + HEAD_END + (body or b"")


def sensible(chance: random.Random, known: Known) -> tuple[str, bytes, str, Any]:
    """(method, target, token, body) of a request that makes sense."""
    method, target, body = chance.choice(ROUTES)
    for name in ("call", "queue", "operator", "recording", "link"):
        target = target.replace(f"{{{name}}}", known.some(chance, name))
    return method, target.encode(), known.tokens[chance.choice(sorted(known.tokens))], body


def valid(chance: random.Random, known: Known) -> bytes:
    """A request that makes sense, as it is sent."""
    method, target, token, body = sensible(chance, known)
    return written(method, target, token, None if body is None else json.dumps(body).encode())


def with_body(chance: random.Random, known: Known) -> tuple[str, bytes, str, Any]:
    """The same of one that has a body."""
    while True:
        method, target, token, body = sensible(chance, known)
        if body is not None:
            return method, target, token, body
