"""How are a simulation's figures told? As a table in Spanish or English, or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from ari_app.traffic_files import Plan
from queues.assumptions import Broken, Theory, theory
from queues.confidence import Estimate
from queues.simulated import Figures, Interval, by_interval, figures
from queues.tally import Tally

Language = Literal["es", "en"]


@dataclass(frozen=True, slots=True)
class QueueResult:
    """One queue: all of it, its intervals, and what Erlang expects."""

    name: str
    target_s: float
    figures: Figures
    intervals: list[Interval]
    theory: Theory | None


@dataclass(frozen=True, slots=True)
class Result:
    """A simulation's outcome. ``took_s`` is real time, ``events`` is how many the ACD was told in it."""

    company: str
    plan: Plan
    seed: int
    replications: int
    queues: tuple[QueueResult, ...]
    events: int
    took_s: float

    @property
    def events_per_s(self) -> float:
        """The simulator's speed on this machine."""
        return self.events / self.took_s


def results(plan: Plan, tallies: Sequence[Tally]) -> tuple[QueueResult, ...]:
    """Of each queue in which anybody was."""
    busy = {queue for tally in tallies for queue, _ in tally.counts}
    with_traffic = {one.queue for one in plan.traffic.queues}
    return tuple(
        QueueResult(
            rules.name,
            rules.service_level_s,
            figures(tallies, rules.name, plan.serving(rules.name)),
            by_interval(tallies, rules.name, plan.serving(rules.name)),
            theory(rules.name, plan.queues, plan.operators, plan.traffic) if rules.name in with_traffic else None,
        )
        for rules in plan.queues
        if rules.name in busy | with_traffic
    )


_WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "queue": {"es": "cola", "en": "queue"},
    "offered": {"es": "entrantes", "en": "offered"},
    "answered": {"es": "atendidas", "en": "answered"},
    "abandoned": {"es": "abandonadas", "en": "abandoned"},
    "other": {"es": "otras", "en": "other"},
    "sl2": {"es": "niv. servicio SL2", "en": "service level SL2"},
    "asa": {"es": "espera media ASA", "en": "mean wait ASA"},
    "abandonment": {"es": "abandono", "en": "abandonment"},
    "occupancy": {"es": "ocupación", "en": "occupancy"},
    "delayed": {"es": "esperan", "en": "have to wait"},
    "no_erlang": {"es": "sin comparación con Erlang", "en": "no comparison with Erlang"},
    "agrees": {"es": "dentro del intervalo", "en": "within the interval"},
    "differs": {"es": "FUERA del intervalo", "en": "OUTSIDE the interval"},
    "note": {
        "es": "Medias por repetición; ± es la mitad del intervalo de confianza del 95 % entre repeticiones. "
        "SL2 = (atendidas + abandonadas dentro de T) / (atendidas + abandonadas).",
        "en": "Means of a replication; ± is half the 95 % confidence interval over replications. "
        "SL2 = (answered + abandoned within T) / (answered + abandoned).",
    },
    "speed": {
        "es": "{replications} repeticiones de {hours:g} h, semilla {seed}: {events} sucesos en {took:.1f} s, {speed} sucesos/s",
        "en": "{replications} replications of {hours:g} h, seed {seed}: {events} events in {took:.1f} s, {speed} events/s",
    },
}
_BROKEN: Final[Mapping[Broken, Mapping[Language, str]]] = {
    "calls_vary": {"es": "las llamadas varían con la hora", "en": "calls vary by the time of day"},
    "handling_not_exponential": {"es": "la duración no es exponencial", "en": "handling times are not exponential"},
    "wrap_up": {"es": "hay poscall", "en": "there is wrap-up"},
    "answering_takes_time": {"es": "descolgar lleva tiempo", "en": "answering takes time"},
    "offers_refused": {"es": "hay ofertas rechazadas", "en": "offers are refused"},
    "skills_wanted": {"es": "se piden habilidades", "en": "skills are wanted"},
    "shared_operators": {"es": "los operadores atienden varias colas", "en": "operators serve several queues"},
    "shifts": {"es": "hay turnos", "en": "there are shifts"},
    "penalties": {"es": "hay penalizaciones", "en": "there are penalties"},
    "ways_out": {"es": "la cola tiene salidas o límites", "en": "the queue has exits or limits"},
    "calls_from_elsewhere": {"es": "llegan llamadas de otras colas", "en": "calls come from other queues"},
    "no_operators": {"es": "no hay operadores", "en": "there are no operators"},
    "no_warm_up": {"es": "empieza vacía (falta warm_up_s)", "en": "it begins empty (warm_up_s is 0)"},
    "overload": {"es": "hay más carga que operadores", "en": "there is more load than operators"},
}


def word(name: str, language: Language) -> str:
    """What people read."""
    return _WORDS[name][language]


def table(result: Result, language: Language) -> Iterator[str]:
    """Line by line: a row for each queue, and below it what Erlang expects, or why nothing."""
    columns = [
        "queue",
        "offered",
        "answered",
        "abandoned",
        "other",
        "sl2",
        "asa",
        "abandonment",
        "occupancy",
        "delayed",
    ]
    rows = [[word(column, language) for column in columns]]
    for queue in result.queues:
        rows.append(_row(queue, result.replications))
        if queue.theory is not None and queue.theory.expected is not None:
            rows.append(_expected_row(queue.theory))
    if len(rows) == 1 + len(result.queues):  # that somebody waits at all says little where phones ring for a while
        rows = [row[:-1] for row in rows]
    yield from _aligned(rows)
    yield ""
    for queue in result.queues:
        if queue.theory is not None:
            yield _verdict(queue, queue.theory, language)
    yield word("note", language)
    yield word("speed", language).format(
        replications=result.replications,
        hours=result.plan.traffic.duration_s / 3600,
        seed=result.seed,
        events=_grouped(result.events),
        took=result.took_s,
        speed=_grouped(result.events_per_s),
    )


def _grouped(number: float) -> str:
    return f"{number:,.0f}".replace(",", "\u202f")


def _row(queue: QueueResult, replications: int) -> list[str]:
    got, counts = queue.figures, queue.figures.counts
    other = counts.exited + counts.refused + counts.unserved
    numbers = (counts.offered + counts.refused, counts.answered, counts.abandoned, other)
    return [
        f"{queue.name} (T {queue.target_s:g} s)",
        *(f"{number / replications:.1f}" for number in numbers),
        _share(got.sl2),
        _seconds(got.asa_s),
        _share(got.abandonment),
        _share(got.occupancy),
        _share(got.wait_probability),
    ]


def _expected_row(theirs: Theory) -> list[str]:
    expected = theirs.expected
    assert expected is not None
    return [
        f"  Erlang {theirs.formula}",
        *[""] * 4,
        f"{expected.sl2:.2%}",
        f"{expected.asa_s:.2f} s",
        f"{expected.abandonment:.2%}",
        f"{expected.occupancy:.2%}",
        f"{expected.wait_probability:.2%}",
    ]


def _verdict(queue: QueueResult, theirs: Theory, language: Language) -> str:
    """Each figure's difference from the formula, and whether chance explains it; or why there is no comparison."""
    if theirs.expected is None:
        why = "; ".join(_BROKEN[one][language] for one in theirs.broken)
        return f"{queue.name}: {word('no_erlang', language)}: {why}"
    said = []
    for name, estimate, expected in compared(queue.figures, theirs):
        verdict = {True: word("agrees", language), False: word("differs", language), None: "±?"}[
            estimate.holds(expected)
        ]
        said.append(f"{word(name, language)} {estimate.value / expected - 1:+.2%} ({verdict})")
    return f"{queue.name} / Erlang {theirs.formula}: {'; '.join(said)}"


def compared(got: Figures, theirs: Theory) -> Iterator[tuple[str, Estimate, float]]:
    """Figures that both simulation and formula give, other than 0: the figure's word, simulated, expected."""
    expected = theirs.expected
    assert expected is not None
    for name, estimate, value in (
        ("sl2", got.sl2, expected.sl2),
        ("asa", got.asa_s, expected.asa_s),
        ("abandonment", got.abandonment, expected.abandonment),
        ("occupancy", got.occupancy, expected.occupancy),
        ("delayed", got.wait_probability, expected.wait_probability),
    ):
        if estimate is not None and value > 0:
            yield name, estimate, value


def _share(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    return f"{estimate.value:.2%}" + ("" if estimate.half_width is None else f" ±{100 * estimate.half_width:.2f}")


def _seconds(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    half = "" if estimate.half_width is None else f" ±{estimate.half_width:.2f}"
    return f"{estimate.value:.2f} s{half}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *rest in rows:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells)).rstrip()


def as_json(result: Result) -> dict[str, Any]:
    """Everything, with raw counts summed over all replications. Times of day in seconds since midnight."""
    traffic = result.plan.traffic
    return {
        "seed": result.seed,
        "replications": result.replications,
        "start_s": traffic.start_s,
        "duration_s": traffic.duration_s,
        "warm_up_s": traffic.warm_up_s,
        "interval_s": traffic.interval_s,
        "operators": len(result.plan.operators),
        "queues": {queue.name: _queue_json(queue) for queue in result.queues},
        "events": result.events,
        "took_s": result.took_s,
        "events_per_s": result.events_per_s,
    }


def _queue_json(queue: QueueResult) -> dict[str, Any]:
    return {
        "service_level_s": queue.target_s,
        **asdict(queue.figures),
        "theory": None if queue.theory is None else asdict(queue.theory),
        "intervals": list(_intervals_json(queue.intervals)),
    }


def _intervals_json(intervals: Iterable[Interval]) -> Iterator[dict[str, Any]]:
    for interval in intervals:
        yield {"begin_s": interval.begin_s, **asdict(interval.figures)}
