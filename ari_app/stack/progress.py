"""How is progress shown to the person who started it?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

Write = Callable[[str], None]


class Steps:
    """Numbered steps with their times: ``[3/8] Asterisk``, indented remarks below, and how long it took.

    ``write`` prints one line; ``now`` gives seconds that never go back.
    """

    def __init__(self, total: int, write: Write, now: Callable[[], float]) -> None:
        self._total = total
        self._write = write
        self._now = now
        self._number = 0

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Write]:
        """One step; gives the function that prints a remark. An exception is said to have ended it."""
        self._number += 1
        self._write(f"[{self._number}/{self._total}] {title}")
        began = self._now()
        try:
            yield self.remark
        except BaseException as error:
            how = "failed" if isinstance(error, Exception) else "interrupted"
            self.remark(f"{how} after {self._now() - began:.1f} s")
            raise
        self.remark(f"done in {self._now() - began:.1f} s")

    def remark(self, text: str) -> None:
        """Print ``text`` indented below the step."""
        for line in text.splitlines():
            self._write(f"      {line}")
