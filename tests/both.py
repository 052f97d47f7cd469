"""How are all tests run in time? Those with real calls, which mostly wait, and beside them, at low priority, all the others.

``python -m tests.both``: prints what the first say as they say it, what the others said afterwards, and one summary of both, in
pytest's own form. Ends with the first code that is not 0.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from types import FrameType
from typing import IO, Final

NICE: Final = 15
_SUMMARY: Final = re.compile(r"^=+ (.*) in [0-9.]+s(?: \([0-9:]+\))? =+$")
_COUNT: Final = re.compile(r"([0-9]+) (passed|failed|skipped|deselected|error|errors|xfailed|xpassed|warning|warnings)")
_SHOWN: Final = ("failed", "passed", "skipped", "xfailed", "xpassed", "error")


def main() -> int:
    """Run both; the exit code."""
    began = time.monotonic()
    pytest = [sys.executable, "-m", "pytest"]
    with (
        tempfile.TemporaryFile("w+") as told,
        _begun(["nice", "-n", str(NICE), *pytest, "-m", "not e2e"], told) as others,
        _begun([*pytest, "-m", "e2e"], subprocess.PIPE) as real,
    ):
        _pass_on_signals(others, real)
        assert real.stdout is not None
        counts = _shown(real.stdout)
        codes = [real.wait(), others.wait()]
        told.seek(0)
        counts += _shown(told)
    text = ", ".join(f"{counts[what]} {what}" for what in _SHOWN if counts[what])
    _say(f" {text or 'no tests ran'} in {time.monotonic() - began:.2f}s ".center(80, "="))
    return next((code for code in codes if code), 0)


def _begun(command: list[str], output: IO[str] | int) -> subprocess.Popen[str]:
    """In a session of its own: a Ctrl-C is passed on once, not twice."""
    return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def _shown(output: IO[str]) -> Counter[str]:
    """Print it line by line; what its summary counts."""
    counts: Counter[str] = Counter()
    for line in output:
        _say(line.rstrip("\n"))
        if (summary := _SUMMARY.match(line.strip())) is not None:
            counts = Counter()
            for number, what in _COUNT.findall(summary[1]):
                counts[what.removesuffix("s") if what.startswith("error") else what] += int(number)
    return counts


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pass_on_signals(*runs: subprocess.Popen[str]) -> None:
    """Whoever ends us ends them, in pytest's own way: with a summary."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for run in runs:
            if run.poll() is None:
                run.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


if __name__ == "__main__":
    sys.exit(main())
