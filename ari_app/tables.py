"""How are figures shown at the terminal? Rows in columns, a dash where there is no figure."""

from __future__ import annotations

from collections.abc import Sequence

from queues.day_report import DayFigures, OperatorFigures, QueueFigures


def day_tables(shown: DayFigures) -> str:
    """The figures as two tables."""
    queues: list[tuple[str, ...]] = [
        ("queue", "offered", "answered", "abandoned", "exited", "SL2", "ASA s", "aband. %", "AHT s")
    ]
    queues += [_queue_row(queue) for queue in shown.queues]
    operators: list[tuple[str, ...]] = [
        ("operator", "answered", "missed", "rejected", "talk s", "hold s", "wrap-up s", "ready s", "occup. %")
    ]
    operators += [_operator_row(operator) for operator in shown.operators]
    return f"{table(queues)}\n\n{table(operators)}"


def _queue_row(queue: QueueFigures) -> tuple[str, ...]:
    abandoned_percent = None if queue.abandonment is None else 100 * queue.abandonment
    counts = (queue.offered, queue.answered, queue.abandoned, queue.exited)
    return (queue.name, *map(str, counts), *map(number, (queue.sl2, queue.asa_s, abandoned_percent, queue.aht_s)))


def _operator_row(one: OperatorFigures) -> tuple[str, ...]:
    occupied_percent = None if one.occupancy is None else 100 * one.occupancy
    seconds = (one.talk_s, one.hold_s, one.wrap_up_s, one.state_s.get("ready", 0.0), occupied_percent)
    return (one.code, *map(str, (one.answered, one.missed, one.rejected)), *map(number, seconds))


def number(value: float | None) -> str:
    """Few digits, or a dash for none."""
    return "-" if value is None else f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}"


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(row: tuple[str, ...]) -> str:
        first, *others = zip(row, widths, strict=True)
        return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])

    return "\n".join(map(line, rows))
