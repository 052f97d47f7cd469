"""What does a case cost? The CPU time and the memory of the processes that serve it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.stack.instance import Instance

TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """CPU seconds since each process began, by its name: asterisk, engine, redis."""

    cpu_s: Mapping[str, float]

    def since(self, earlier: Cost) -> dict[str, float]:
        """CPU seconds between the two, by process."""
        return {name: cpu_s - earlier.cpu_s[name] for name, cpu_s in self.cpu_s.items()}


def cost_so_far(instance: Instance) -> Cost:
    """Read now; ticks of 10 ms, threads that have ended included (proc(5), stat)."""
    children = {"asterisk": instance.asterisk, "engine": instance.engine, "redis": instance.redis}
    return Cost({name: cpu_s(child.pid) for name, child in children.items() if child.pid is not None})


def memory_kb(pid: int) -> int:
    """Resident memory that is the process's own (proc(5), smaps_rollup: Private_Dirty and Private_Clean), in KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def cpu_s(pid: int) -> float:
    """What a process has used so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
