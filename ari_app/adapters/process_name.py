"""Which process holds the lease, in a word that another one can check? So that nobody waits for the dead on the same machine."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"(?P<where>\S+)/(?P<pid>[0-9]+)-(?P<began>[0-9]+)")


def own_name() -> str:
    """This process: ``HOST.NAMESPACE/PID-STARTED``, the same for no other."""
    pid = os.getpid()
    return f"{_where()}/{pid}-{_began(pid)}"


def is_dead_here(name: str) -> bool:
    """Whether ``name`` is that of a process of this very machine (and container) that runs no more. Of others nothing is known."""
    found = _NAME.fullmatch(name)
    if found is None or found["where"] != _where():
        return False
    return _began(int(found["pid"])) != found["began"]


def _where() -> str:
    """Processes count apart in each container: their namespace belongs to the name, and the boot, since numbers come again."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    namespace = re.sub(r"\D", "", os.readlink("/proc/self/ns/pid"))
    return f"{re.sub(r'[^A-Za-z0-9-]', '-', socket.gethostname())}.{boot}.{namespace}"


def _began(pid: int) -> str:
    """When the process began, in ticks since the machine's start; empty if there is none, or it is a zombie. Source: proc(5)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] in "ZX" else after_name[19]
