"""How are all tests run in time? Real calls, which mostly wait, in two rows; in two others all that needs none, and the rest.

``python -m tests.rows``: prints what the first row says as it says it, what the others said afterwards, and one summary of
all, in pytest's own form. Ends with the first code that is not 0.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from glob import glob
from types import FrameType
from typing import IO, Final

NICE: Final = 15
_SUMMARY: Final = re.compile(r"^=+ (.*) in [0-9.]+s(?: \([0-9:]+\))? =+$")
_COUNT: Final = re.compile(r"([0-9]+) (passed|failed|skipped|deselected|error|errors|xfailed|xpassed|warning|warnings)")
_SHOWN: Final = ("failed", "passed", "skipped", "xfailed", "xpassed", "error")
_PYTEST: Final = (sys.executable, "-m", "pytest")
CALLS: Final = ("tests/e2e", "tests/conformance")
CALLS_FIRST: Final = (
    *sorted(glob("tests/e2e/test_[a-d]*.py")),
    "tests/e2e/test_standby.py",
)
"""About as long together as the rest of the calls."""
ON_STACKS_OF_THEIR_OWN: Final = ("tests/e2e/test_nodes.py", "tests/e2e/test_front_alone.py")
ATTACKED: Final = "tests/security"
STARTED: Final = ("tests/benchmarks", "tests/stack")
STORES: Final = ("tests/console", "tests/database", "tests/keeping", "tests/library")
"""Mostly they wait for a process, a disk or a server."""
# At low priority: they compute all the time, and the calls beside them need their turns in time.
_BESIDE: Final = ("nice", "-n", str(NICE), *_PYTEST, "-m", "not e2e")


def _but(paths: Iterable[str]) -> Iterable[str]:
    return (f"--ignore={path}" for path in paths)


ROWS: Final = (
    (
        (*_PYTEST, "-m", "e2e", *CALLS_FIRST),
        (*_PYTEST, "-m", "e2e", *ON_STACKS_OF_THEIR_OWN),
        (*_PYTEST, "-m", "e2e", *STARTED),
    ),
    ((*_PYTEST, "-m", "e2e", *CALLS, *_but((*CALLS_FIRST, *ON_STACKS_OF_THEIR_OWN))),),
    (
        (*_BESIDE, *_but(STORES)),
        (*_PYTEST, "-m", "e2e", ATTACKED),
    ),
    (
        (*_BESIDE, *STORES),
        (*_PYTEST, "-m", "e2e", *_but((*CALLS, ATTACKED, *STARTED))),
    ),
)


class Row:
    """Runs of pytest one after the other, in a thread. A Ctrl-C is passed on to the one that runs, and ends the row."""

    def __init__(self, commands: Sequence[Sequence[str]], output: IO[str] | None) -> None:
        self._commands = commands
        self._output = output
        self._running: subprocess.Popen[str] | None = None
        self._ended = False
        self.codes: list[int] = []
        self.counts: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        for command in self._commands:
            if self._ended:
                return
            to = subprocess.PIPE if self._output is None else self._output
            # In a session of its own: a Ctrl-C comes once, not twice.
            with subprocess.Popen(
                command, stdout=to, stderr=subprocess.STDOUT, text=True, start_new_session=True
            ) as run:
                self._running = run
                if run.stdout is not None:
                    self.counts += shown(run.stdout)
                self.codes.append(run.wait())

    def interrupt(self) -> None:
        """In pytest's own way: with a summary."""
        self._ended = True
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGINT)

    def wait(self) -> None:
        """Until all of it is over."""
        while self._thread.is_alive():  # a join without end would keep signals from us
            self._thread.join(0.2)


def main() -> int:
    """Run all; the exit code."""
    began = time.monotonic()
    with ExitStack() as kept:
        told = [kept.enter_context(tempfile.TemporaryFile("w+")) for _ in ROWS[1:]]
        rows = [Row(commands, output) for commands, output in zip(ROWS, [None, *told], strict=True)]
        _pass_on_signals(*rows)
        for row in rows:
            row.wait()
        counts = rows[0].counts
        for output in told:
            output.seek(0)
            counts += shown(output)
    text = ", ".join(f"{counts[what]} {what}" for what in _SHOWN if counts[what])
    _say(f" {text or 'no tests ran'} in {time.monotonic() - began:.2f}s ".center(80, "="))
    return next((code for row in rows for code in row.codes if code), 0)


def shown(output: IO[str]) -> Counter[str]:
    """Print it line by line; what its summaries count, together."""
    counts: Counter[str] = Counter()
    for line in output:
        _say(line.rstrip("\n"))
        if (summary := _SUMMARY.match(line.strip())) is not None:
            for number, what in _COUNT.findall(summary[1]):
                counts[what.removesuffix("s") if what.startswith("error") else what] += int(number)
    return counts


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pass_on_signals(*rows: Row) -> None:
    """Whoever ends us ends them."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for row in rows:
            row.interrupt()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


if __name__ == "__main__":
    sys.exit(main())
