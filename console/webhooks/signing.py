"""How does a receiver know that a request is ours, and which one? As the Standard Webhooks specification says. Pure.

``webhook-id`` names the message, the same at each attempt; ``webhook-timestamp`` is when this attempt was made (Unix seconds);
``webhook-signature`` holds ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``, once for each secret in force.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def secret_of(random: bytes) -> str:
    """The secret as people copy it: ``random`` is of SECRET_BYTES."""
    return PREFIX + base64.b64encode(random).decode("ascii")


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """For one secret. Raises ValueError for one that is not as ``secret_of`` makes them."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a webhook's secret begins with {PREFIX}")
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(signed).decode("ascii")


def headers(secrets: Sequence[str], id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt."""
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, id_, timestamp, body) for secret in secrets),
    }
