"""Where does a new installation's key for recordings come from? Made once, private half and public half, for this user alone."""

from __future__ import annotations

from pathlib import Path

from ari_app.adapters.age_seal import new_identity
from ari_app.whole_files import PRIVATE, write_whole


def make_own_key(private: Path | None) -> None:
    """Make ``private`` and the public half beside it (``.pub``) where they are missing; nothing to do for None. Raises OSError.

    The public half is written last: without it nothing is encrypted, so nothing is ever encrypted for a key that was not kept.
    """
    if private is None or private.with_suffix(".pub").exists():
        return
    private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity, public = new_identity()
    write_whole(private, f"{identity}\n", PRIVATE)
    write_whole(private.with_suffix(".pub"), f"{public}\n", PRIVATE)
