"""Which key does SDP give for encrypted sound? (RFC 4568, one suite: the one that every phone with SDES knows)"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SUITE: Final = "AES_CM_128_HMAC_SHA1_80"
KEY_BYTES: Final = 30  # 16 of the key, 14 of the salt
OFFERED_TAG: Final = 1
_CRYPTO = re.compile(r"crypto:([0-9]{1,9}) +(\S+) +inline:([A-Za-z0-9+/=]+)(?:\|(?:2\^)?[0-9]+)?((?: +\S+)*)")


@dataclass(frozen=True, slots=True)
class Crypto:
    """Whoever gives this ``key`` encrypts with it what it sends; an answer repeats the ``tag`` of what it takes."""

    tag: int
    key: bytes

    @property
    def attribute(self) -> str:
        return f"crypto:{self.tag} {SUITE} inline:{base64.b64encode(self.key).decode()}"


def crypto_in(attributes: Iterable[str]) -> Crypto | None:
    """The first ``a=crypto`` of our suite that asks for nothing unusual: no MKI, no parameter that must be understood (6.3)."""
    for attribute in attributes:
        found = _CRYPTO.fullmatch(attribute)
        if not found or found[2] != SUITE or any(not word.startswith("-") for word in found[4].split()):
            continue
        key = _key(found[3])
        if key is not None:
            return Crypto(int(found[1]), key)
    return None


def _key(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES else None
