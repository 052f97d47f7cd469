"""Where does queue_log lie? One file that only grows, as Asterisk's own does; whoever rotates it may move it away at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ari_app.adapters.append_file import AppendFile
from ari_app.scribe import Lost


def queue_log_file(path: Path) -> Callable[[Sequence[str | Lost]], int]:
    """What writes lines to ``path``. The format has nothing that says where lines were lost; the log does."""
    file = AppendFile(path)

    def write(batch: Sequence[str | Lost]) -> int:
        file.add("".join(f"{line}\n" for line in batch if not isinstance(line, Lost)))
        return len(batch)

    return write
