"""How is what others must not read kept on our own disk? Sealed for a key of this installation (age), which lies apart from it.

What was sealed and is opened again is also whole: a line that was torn off, or changed, does not open.
"""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import pyrage

from ari_app.own_key import make_own_key


class NotOurs(ValueError):
    """It was not sealed for this key, or is not whole."""


class OwnSeal:
    """``key``: the file with the private key, made when first needed. May be used by several threads."""

    def __init__(self, key: Path) -> None:
        self._key = key
        self._making = threading.Lock()
        self._identity: pyrage.x25519.Identity | None = None

    def seal(self, text: str) -> str:
        """``text`` as letters that only ``open`` makes sense of. Raises OSError: the key can be neither made nor read."""
        sealed: bytes = pyrage.encrypt(text.encode(), [self._ours().to_public()])
        return base64.b64encode(sealed).decode("ascii")

    def open(self, sealed: str) -> str:
        """What was sealed. Raises NotOurs, and OSError as ``seal``."""
        identity = self._ours()
        try:
            opened: bytes = pyrage.decrypt(base64.b64decode(sealed, validate=True), [identity])
            return opened.decode()
        except (pyrage.DecryptError, ValueError) as bad:
            raise NotOurs(str(bad)) from bad

    def _ours(self) -> pyrage.x25519.Identity:
        with self._making:
            if self._identity is None:
                make_own_key(self._key)
                text = self._key.read_text(encoding="utf-8").strip()
                try:
                    self._identity = pyrage.x25519.Identity.from_str(text)
                except pyrage.IdentityError:
                    raise OSError(f"{self._key} holds no private key of age; remove it, and its public half") from None
            return self._identity
