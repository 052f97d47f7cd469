"""How does the centre stand up to inputs that nobody means? ``python -m tests.chaos.fuzz --count 10000 --seed N [--only api]``.

Prints how far it is and a table of each run; ``--json FILE`` keeps all of it, with the inputs that did harm. Ends with 1 if
there were some.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.chaos import fuzz_api, fuzz_flows, fuzz_sip
from tests.chaos.fuzz_results import FuzzResult, Progress

RUNS: Final[dict[str, Callable[[int, int, Progress], FuzzResult]]] = {
    "flows": fuzz_flows.run,
    "api": fuzz_api.run,
    "sip": fuzz_sip.run,
}


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="inputs for each of the three")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same inputs")
    parser.add_argument("--only", choices=sorted(RUNS), help="else all three")
    parser.add_argument("--json", type=Path, help="a file for the results, with every input that did harm")
    asked = parser.parse_args(arguments)
    results = []
    for name, run in RUNS.items():
        if asked.only in (None, name):
            results.append(run(asked.count, asked.seed, _say))
            _say(results[-1].in_words())
    if asked.json is not None:
        asked.json.write_text(json.dumps([result.as_json() for result in results], indent=1), encoding="utf-8")
    return 0 if all(result.unharmed for result in results) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
