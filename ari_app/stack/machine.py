"""What kind of machine is this, as far as Debian's packages and the dynamic loader care?"""

from __future__ import annotations

import platform
from dataclasses import dataclass

from ari_app.stack.faults import SetupFailed


@dataclass(frozen=True, slots=True)
class Machine:
    """Debian's architecture name, its library folder's name, and the dynamic loader's file name in that folder."""

    debian: str
    triplet: str
    loader: str


_KNOWN = {
    "x86_64": Machine("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": Machine("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


def this_machine(name: str = "") -> Machine:
    """The machine that ``uname -m`` (or ``name``) tells. Raises SetupFailed for one without a recipe here."""
    name = name or platform.machine()
    if name not in _KNOWN:
        raise SetupFailed(
            f"No Asterisk can be downloaded for a {name} machine (only {', '.join(_KNOWN)}). "
            "Install Asterisk 22.10.1 or later and redis-server yourself, so that both are on PATH, and try again."
        )
    return _KNOWN[name]
