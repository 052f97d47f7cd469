"""`centralita simulate`, as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ari_app.centre import load_centre
from ari_app.cli import cli
from ari_app.cli_simulate import _played
from ari_app.simulation_plot import picture
from ari_app.traffic_files import load_traffic
from queues.erlang import erlang_a, erlang_c

DEMO = Path(__file__).resolve().parents[2] / "centres" / "valdeluna"
TEXTBOOK = str(DEMO / "traffic_textbook.yaml")
TIMED = ("took_s", "events_per_s")


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["simulate", "--centre", str(DEMO), *arguments])


def in_json(*arguments: str) -> dict[str, Any]:
    done = simulate("--json", *arguments)
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_day_of_the_demo_centre_has_every_queue_and_is_quiet_about_progress_when_nobody_looks() -> None:
    done = simulate("--hours", "2", "--replications", "2")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    rows = done.stdout.splitlines()
    assert rows[0].split()[:4] == ["cola", "entrantes", "atendidas", "abandonadas"]
    assert [row.split()[0] for row in rows[1:4]] == ["ventas", "soporte", "reclamaciones"]
    assert "sin comparación con Erlang: las llamadas varían con la hora" in done.stdout
    assert "2 repeticiones de 2 h, semilla 1" in done.stdout


def test_table_in_english() -> None:
    done = simulate("--hours", "1", "--replications", "1", "--language", "en")
    assert done.stdout.splitlines()[0].split()[:4] == ["queue", "offered", "answered", "abandoned"]
    assert "no comparison with Erlang: calls vary by the time of day" in done.stdout


def test_erlang_stands_beside_the_figures_where_its_assumptions_hold() -> None:
    done = simulate(TEXTBOOK, "--hours", "5", "--replications", "3", "--language", "en")
    expected = erlang_c(calls_per_hour=200, aht_s=180, operators=14, target_s=20)
    row = next(line for line in done.stdout.splitlines() if line.startswith("  Erlang C"))
    assert row.split()[2:] == ["88.84%", "7.84", "s", "0.00%", "71.43%", "17.41%"]
    assert f"{expected.sl2:.2%}" == "88.84%"
    assert "soporte / Erlang C: service level SL2 " in done.stdout


def test_patience_makes_it_erlang_a(tmp_path: Path) -> None:
    patient = tmp_path / "traffic.yaml"
    text = Path(TEXTBOOK).read_text(encoding="utf-8")
    patient.write_text(text + "    patience_s: 60\n", encoding="utf-8")
    theirs = in_json(str(patient), "--hours", "3", "--replications", "2")["queues"]["soporte"]["theory"]
    expected = erlang_a(calls_per_hour=200, aht_s=180, operators=14, target_s=20, patience_s=60)
    assert theirs["formula"] == "A"
    assert theirs["broken"] == []
    assert theirs["expected"]["abandonment"] == pytest.approx(expected.abandonment)


def test_same_seed_gives_the_same_object_and_another_one_another() -> None:
    first, again, other = (in_json("--hours", "1", "--replications", "2", "--seed", seed) for seed in ("5", "5", "6"))
    for told in (first, again, other):
        assert all(told.pop(name) > 0 for name in TIMED)
    assert first == again
    assert first["queues"] != other["queues"]


def test_object_has_raw_counts_that_add_up_over_the_intervals() -> None:
    told = in_json("--hours", "3", "--replications", "2")
    assert told["start_s"] == 8 * 3600
    assert told["replications"] == 2
    for queue in told["queues"].values():
        assert [part["begin_s"] for part in queue["intervals"]] == [8 * 3600 + 1800 * number for number in range(6)]
        assert sum(part["counts"]["offered"] for part in queue["intervals"]) == queue["counts"]["offered"] > 0
        assert 0 <= queue["sl2"]["value"] <= 1


def test_picture_is_written_as_png(tmp_path: Path) -> None:
    done = simulate("--hours", "2", "--replications", "2", "--plot", str(tmp_path / "day.png"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "day.png").read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        (
            "es",
            ["llamadas entrantes\npor intervalo", "nivel de servicio\nSL2", "espera media de las\natendidas, ASA (s)"],
        ),
        ("en", ["calls offered\nper interval", "service level\nSL2", "mean wait of the\nanswered, ASA (s)"]),
    ],
)
def test_picture_shows_the_figures_by_interval_in_the_language(language: Any, labels: list[str]) -> None:
    centre = load_centre(DEMO)
    result = _played(centre, load_traffic(DEMO / "traffic.yaml", centre).lasting(3), 1, 2)
    calls, level, wait = picture(result, language).axes
    assert [axes.get_ylabel() for axes in (calls, level, wait)] == labels
    for queue, line, waited in zip(result.queues, level.get_lines(), wait.get_lines(), strict=True):
        shown = list(map(float, line.get_ydata()))  # type: ignore[arg-type]
        assert shown == [part.figures.sl2.value for part in queue.intervals if part.figures.sl2]
        assert len(waited.get_ydata()) == len(queue.intervals) == 6  # type: ignore[arg-type]


def test_bad_traffic_file_is_told_by_its_line_without_a_traceback(tmp_path: Path) -> None:
    bad = tmp_path / "traffic.yaml"
    bad.write_text("queues:\n  soporte:\n    calls_per_hour: 3\n    handling: 180\n", encoding="utf-8")
    refused = simulate(str(bad))
    assert refused.exit_code == 1
    assert f"{bad}:4: queues.soporte.handling: " in refused.output
    assert "Traceback" not in refused.output


def test_centre_without_traffic_is_told_which_file_is_missing(tmp_path: Path) -> None:
    refused = simulate(str(tmp_path / "traffic.yaml"))
    assert refused.exit_code == 1
    assert "traffic.yaml:1: the file is missing" in refused.output


def test_hours_within_the_warm_up_and_a_picture_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    assert "--hours must be longer than the warm-up" in simulate(TEXTBOOK, "--hours", "1").output
    for path in (tmp_path / "nowhere" / "day.png", tmp_path / "day.nothing"):
        refused = simulate("--hours", "1", "--replications", "1", "--plot", str(path))
        assert refused.exit_code == 1
        assert "cannot be written" in refused.output
        assert "Traceback" not in refused.output
