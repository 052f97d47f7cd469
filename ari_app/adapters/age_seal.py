"""How is a recording encrypted? To age public keys, with pyrage. The only place that knows it.

The worker holds no private key: what it has sealed it cannot open (https://age-encryption.org/v1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyrage

from ari_app.keeping.measured import RememberingSink
from ari_app.keeping.ports import Sink, Source, WrongKey


class AgeSeal:
    """See Seal. Made of at least one public key."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise WrongKey(
                "no key to encrypt recordings for: put an age public key into CENTRALITA_RECORDINGS_RECIPIENTS"
            )
        self._recipients = [_recipient(key, number) for number, key in enumerate(keys, start=1)]
        self.mark = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]

    def seal(self, source: Source, into: Sink) -> None:
        """See Seal."""
        target = RememberingSink(into)
        try:
            pyrage.encrypt_io(source, target, self._recipients)
        except pyrage.EncryptError as failed:
            raise target.failed or OSError(f"could not be encrypted: {failed}") from failed


def keys_of(setting: str) -> list[str]:
    """The keys in CENTRALITA_RECORDINGS_RECIPIENTS: separated by commas, or ``@file`` with one a line. Raises WrongKey."""
    if not setting.startswith("@"):
        return [key.strip() for key in setting.split(",") if key.strip()]
    try:
        lines = Path(setting[1:]).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as failed:
        raise WrongKey(f"the file of keys {setting[1:]} cannot be read: {failed}") from failed
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def new_identity() -> tuple[str, str]:
    """A private key, to be kept where no worker is, and its public key."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def _recipient(key: str, number: int) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as bad:
        # Never the text itself: somebody may have put the private key there.
        hint = (
            "that is a private key; put its public key there, age1..."
            if key.upper().startswith("AGE-SECRET")
            else str(bad)
        )
        raise WrongKey(f"key {number} of CENTRALITA_RECORDINGS_RECIPIENTS is no age public key: {hint}") from bad
