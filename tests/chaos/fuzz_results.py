"""What came of thousands of mutated inputs? One shape for API, flows and SIP; each input that did harm is kept."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

Progress = Callable[[str], None]
"""Takes one line of text for whoever waits."""
Harm = Literal["crash", "error_500", "hang", "left_behind", "undocumented"]
"""``crash``: an exception that is not the project's own, a process that ended, an answer that is none; ``error_500``: HTTP 500;
``hang``: no answer in time; ``left_behind``: at the end something is not as it was at the beginning; ``undocumented``: an answer
that the API's own OpenAPI does not allow."""
KEPT_FINDINGS: Final = 200
_LINES_OF_PROGRESS: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One input that did harm. ``sent`` is the input itself, to be sent again; ``number`` makes it again with the run's seed."""

    harm: Harm
    kind: str
    number: int
    told: str
    sent: bytes

    def as_json(self) -> dict[str, Any]:
        """``sent`` as text where it is UTF-8, else as ``sent_base64``."""
        shown = asdict(self)
        sent = shown.pop("sent")
        try:
            return shown | {"sent": sent.decode()}
        except UnicodeDecodeError:
            return shown | {"sent_base64": base64.b64encode(sent).decode()}


@dataclass(slots=True)
class FuzzResult:
    """``sample`` inputs made from ``seed``. ``sent`` counts them by kind, ``answers`` by what came of them; ``slowest_s`` is the
    longest that one took, with what it was; ``beside`` tells how those fared who used the system properly meanwhile."""

    name: str
    seed: int
    sample: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    harms: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: str = ""
    took_s: float = 0.0

    @property
    def crashes(self) -> int:
        """What crashed, hung, or stayed behind."""
        return sum(self.harms[harm] for harm in ("crash", "hang", "left_behind"))

    @property
    def errors_500(self) -> int:
        """Answers with HTTP 500."""
        return self.harms["error_500"]

    @property
    def unharmed(self) -> bool:
        """Whether nothing did any harm, and nobody beside was refused."""
        return not self.harms and not any(count for what, count in self.beside.items() if what.endswith("failed"))

    def note(self, kind: str, answer: str, took_s: float) -> None:
        """One input of this kind was sent, and this came of it ("": answers are counted elsewhere)."""
        self.sample += 1
        self.sent[kind] += 1
        if answer:
            self.answers[answer] += 1
        if took_s > self.slowest_s:
            self.slowest_s, self.slowest = took_s, f"{kind} no. {self.sample}"

    def harmed(self, harm: Harm, kind: str, told: str, sent: bytes, number: int | None = None) -> None:
        """Something did harm; the first KEPT_FINDINGS are kept whole."""
        self.harms[harm] += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(Finding(harm, kind, self.sample if number is None else number, told, sent))

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        shown: dict[str, Any] = {
            "name": self.name,
            "seed": self.seed,
            "sample": self.sample,
            "crashes": self.crashes,
            "errors_500": self.errors_500,
            "slowest_s": round(self.slowest_s, 3),
            "slowest": self.slowest,
            "took_s": round(self.took_s, 1),
        }
        counts = {name: dict(getattr(self, name)) for name in ("sent", "answers", "harms", "beside")}
        return shown | counts | {"findings": [finding.as_json() for finding in self.findings]}

    def in_words(self) -> str:
        """The table of one run."""
        lines = [
            f"{self.name}: {self.sample} inputs in {self.took_s:.0f} s (seed {self.seed}): {self.crashes} crashes, "
            f"{self.errors_500} HTTP 500; slowest {self.slowest_s:.2f} s ({self.slowest})"
        ]
        for name in ("sent", "answers", "beside", "harms"):
            counts: Counter[str] = getattr(self, name)
            lines += [f"  {name:<8} {what:<34} {count:>7}" for what, count in sorted(counts.items())]
        lines += [
            f"  {one.harm} by {one.kind} no. {one.number}: {one.told.splitlines()[0]}" for one in self.findings[:20]
        ]
        return "\n".join(lines)


class Teller:
    """Tells ``progress`` about a run now and then: every twentieth of it, at most once a second."""

    def __init__(self, result: FuzzResult, count: int, progress: Progress) -> None:
        self._result, self._count, self._progress = result, count, progress
        self._began = time.monotonic()
        self._told_at = self._began
        self._told = 0

    def tell(self, *, last: bool = False) -> None:
        """Note the time taken, and say how far the run is if it is time to."""
        result, now = self._result, time.monotonic()
        result.took_s = now - self._began
        far = result.sample - self._told >= max(1, self._count // _LINES_OF_PROGRESS)
        if last or (far and now - self._told_at >= 1.0):
            self._told, self._told_at = result.sample, now
            harm = f"{result.crashes} crashes, {result.errors_500} HTTP 500"
            self._progress(f"{result.name}: {result.sample} of {self._count}, {harm}, {result.took_s:.0f} s")
