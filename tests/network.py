"""How does a test get a network of its own, with an address that Asterisk offers to browsers?

Asterisk offers browsers every address of the machine but those of 127.0.0.0/8 (ICE), and a test shall not depend on which others
the machine has. So this process, and whatever it starts, moves into a network namespace that has nothing but a loopback with one
more address. It has no name: the kernel removes it with the last process in it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ADDRESS: Final = "10.77.0.1"
_CLONE_NEWNET: Final = 0x40000000
_OURS: Final = Path("/proc/thread-self/ns/net")


def may_have_one() -> bool:
    """Only root may make a network namespace."""
    return os.geteuid() == 0


@contextlib.contextmanager
def network_of_its_own() -> Iterator[str]:
    """This thread, and all that it starts meanwhile, is in a network of its own; yields the address there.

    Sockets that are open already stay where they were made. Raises OSError, CalledProcessError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open(_OURS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _succeeded(libc.unshare(_CLONE_NEWNET))
        try:
            for words in ("link set lo up", f"address add {ADDRESS}/32 dev lo"):
                subprocess.run(["ip", *words.split()], check=True)
            yield ADDRESS
        finally:
            _succeeded(libc.setns(before, _CLONE_NEWNET))
    finally:
        os.close(before)


def _succeeded(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
