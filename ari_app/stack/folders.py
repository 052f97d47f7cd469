"""Which folder of an installation holds what?"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

# A Unix socket's path has at most 107 bytes (unix(7)); Asterisk adds /asterisk.ctl.
_LONGEST_RUN_FOLDER = 90


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one running set, all of them its own. ``recordings`` outlives restarts, as do lib, redis and log."""

    home: Path
    etc: Path
    lib: Path
    spool: Path
    run: Path
    log: Path
    redis: Path
    recordings: Path

    @classmethod
    def below(cls, state: Path) -> Folders:
        """The folders below ``state``; ``run`` moves to the system's temporary folder when its path is too long."""
        state = state.resolve()
        run = state / "run"
        if len(os.fsencode(run)) > _LONGEST_RUN_FOLDER:
            mark = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
            run = Path(tempfile.gettempdir()) / f"centralita-{os.getuid()}-{mark}"
        return cls(
            home=state,
            etc=state / "etc",
            lib=state / "lib",
            spool=state / "spool",
            run=run,
            log=state / "log",
            redis=state / "redis",
            recordings=state / "recordings",
        )

    def make(self) -> None:
        """Create them, readable by this user alone. Raises PermissionError when another user made one of them."""
        for folder in (self.home, self.etc, self.lib, self.spool, self.run, self.log, self.redis, self.recordings):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                raise PermissionError(f"{folder} belongs to another user; remove it, or set CENTRALITA_STATE")

    def end_run(self) -> None:
        """Remove what only makes sense while running, when it lies outside of ``home``."""
        if self.run.parent != self.home and self.run.is_dir():
            for leftover in self.run.iterdir():
                leftover.unlink()
            self.run.rmdir()
