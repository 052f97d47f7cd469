"""Can flows be checked, drawn, rolled back and made into scenes at the terminal?"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from ari_app.centre import load_centre
from ari_app.cli import cli
from ari_app.cli_flow_files import schema_text
from ari_app.flow_versions import FlowVersions
from ivr_flows.flow_checks import Surroundings, load_flow
from ivr_flows.journey import Journey, Moment
from ivr_flows.located_yaml import load
from ivr_flows.messages import JoinQueue
from ivr_flows.rehearsal import Rehearsal
from ivr_flows.scenes import Scenes, Stage, gone_through
from ivr_flows.session import TraceEntry
from ivr_flows.versions import version_of

PROJECT = Path(__file__).parents[2]
DEMO = PROJECT / "centres" / "valdeluna"


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo, in force on a state folder of its own."""
    folder = Path(shutil.copytree(DEMO, tmp_path / "centre", ignore=shutil.ignore_patterns("*.wav")))
    monkeypatch.setenv("CENTRALITA_CENTRE", str(folder))
    monkeypatch.setenv("CENTRALITA_STATE", str(tmp_path / "state"))
    return folder


def flows(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["flows", *arguments])


def test_a_check_tells_each_problem_with_its_line_and_fails(centre: Path) -> None:
    told = flows("check")
    assert told.exit_code == 0, told.output
    assert "cliente: 37 steps, version " in told.output
    path = centre / "flows" / "averias.yaml"
    path.write_text(path.read_text("utf-8").replace("failed: cola", "failed: kola"), "utf-8")
    told = flows("check")
    assert told.exit_code == 1
    assert "averias.yaml:7: steps.guardia.failed: there is no step 'kola'; " in told.output


def test_the_published_schema_is_that_of_the_flows() -> None:
    assert (PROJECT / "docs" / "flow.schema.json").read_text("utf-8") == schema_text(), (
        "write it anew: centralita flows schema > docs/flow.schema.json"
    )


def journey(trace: Sequence[TraceEntry], ending: str, to: str, *, continues: bool = False, **more: object) -> Journey:
    moments = tuple(Moment(100 * place, entry) for place, entry in enumerate(trace))
    operator = "1005" if continues else None
    shape = {"call": "20261126-103000-0000000a", "flow": "cliente", "version": "0" * 12, "entry": "default", **more}
    return Journey(
        number="900100210", language="es", at=1_795_000_000.0, moments=moments, ending=ending, to=to, continues=continues,
        operator=operator, **shape,  # type: ignore[arg-type]
    )  # fmt: skip


def keep(centre: Path, *journeys: Journey) -> None:
    folder = centre.parent / "state" / "journal" / "flows"
    folder.mkdir(parents=True)
    (folder / "2026-11-26.jsonl").write_text("".join(f"{one.line()}\n" for one in journeys) + '{"torn', "utf-8")


def test_a_drawing_has_the_traffic_of_the_journal_on_it(centre: Path, tmp_path: Path) -> None:
    trace = [
        TraceEntry("cliente", "horario", "entered"),
        TraceEntry("cliente", "horario", "left", "open"),
        TraceEntry("cliente", "saludo", "entered"),
    ]
    keep(centre, journey(trace, "caller_hung_up", ""), journey(trace[:2], "hang_up", "done"))
    told = flows("draw", "cliente", "--out", str(tmp_path / "c.svg"))
    assert told.output == f"wrote {tmp_path / 'c.svg'} with the ways of 2 callers\n"
    picture = (tmp_path / "c.svg").read_text("utf-8")
    ElementTree.fromstring(picture)  # noqa: S314 - our own
    assert "1 hung up" in picture
    assert flows("draw", "cliente", "--no-traffic", "--out", str(tmp_path / "d.svg")).exit_code == 0
    assert "hung up" not in (tmp_path / "d.svg").read_text("utf-8")
    assert "did you mean 'cliente'?" in flows("draw", "clientes").output


def test_a_flow_is_rolled_back_to_the_version_before_or_one_that_is_named(centre: Path) -> None:
    path, store = centre / "flows" / "averias.yaml", FlowVersions(centre.parent / "state" / "flow_versions")
    first = path.read_text("utf-8")
    second = first.replace("priority: 9", "priority: 3")
    for at, text in enumerate((first, second)):
        store.keep("averias", text, version_of(load_flow(text, "averias.yaml", Surroundings()).value), float(at))
    path.write_text(second, "utf-8")
    listed = [line.split()[0] for line in flows("versions", "averias").output.splitlines()]
    assert len(listed) == 2
    told = flows("rollback", "averias")
    assert told.exit_code == 0, told.output
    assert path.read_text("utf-8") == first
    assert flows("rollback", "averias", listed[1]).exit_code == 0
    assert path.read_text("utf-8") == second
    assert "there is no version 'abc'" in flows("rollback", "averias", "abc").output
    assert "there is no earlier version of 'cliente'" in flows("rollback", "cliente").output


def test_a_version_that_no_longer_fits_is_not_put_back(centre: Path) -> None:
    path, store = centre / "flows" / "averias.yaml", FlowVersions(centre.parent / "state" / "flow_versions")
    good = path.read_text("utf-8")
    stale = good.replace("queue: soporte_n2", "queue: gone")
    for at, text in enumerate((stale, good)):
        store.keep("averias", text, version_of(load_flow(text, "averias.yaml", Surroundings()).value), float(at))
    told = flows("rollback", "averias")
    assert told.exit_code == 1
    assert "there is no queue 'gone'" in told.output
    assert "nothing was changed" in told.output
    assert path.read_text("utf-8") == good


def went(name: str) -> tuple[Rehearsal, list[tuple[str, str]]]:
    """How a scene of the demo goes, and what its requests came to."""
    demo = load_centre(DEMO)
    file = load((DEMO / "flows/tests/cliente.yaml").read_text("utf-8"), "cliente.yaml", Scenes).value
    scene = next(one for one in file.scenes if one.name == name)
    came_of: list[tuple[str, str]] = []
    caller, _ = gone_through("cliente", scene, Stage(demo.flows, demo.calendars, "es"), file.worlds)
    for entry in caller.session.trace:
        if entry.what == "left" and entry.step == "horario":
            came_of.append(("cliente.horario", entry.by))
        if entry.what == "left" and entry.step == "ficha":
            came_of.append(("cliente.ficha", {"statuses.404": "404", "next": "200"}.get(entry.by, "failed")))
        if entry.what == "left" and entry.step == "buscar":
            came_of.append(("identificacion.buscar", {"statuses.404": "404", "next": "200"}.get(entry.by, "failed")))
    return caller, came_of


@pytest.mark.parametrize(
    "name",
    [
        "types no contract, and wants to be called",
        "the customers cannot be asked; leaves a message",
        "mistypes the contract, then confirms another one, which cannot be looked up",
        "says which contract, in English",
        "in the evening, leaves word",
    ],
)
def test_a_real_call_becomes_a_scene_that_goes_as_it_did(centre: Path, name: str) -> None:
    caller, came_of = went(name)
    ending = caller.ending
    kind, to = (
        ("callback" if ending.called_back else "queue", ending.queue)
        if isinstance(ending, JoinQueue)
        else ("hang_up", "")
    )
    if not isinstance(ending, JoinQueue):
        assert ending is not None
        to = ending.reason
    more = [("cliente.mensaje", "next")] if any(one.step == "mensaje" for one in caller.session.trace) else []
    keep(centre, journey(caller.session.trace, kind, to, came_of=tuple(came_of + more)))
    told = flows("scene", "20261126-103000-0000000a")
    assert told.exit_code == 0, told.output
    assert "# played without a phone, it goes as the call did" in told.output, told.output


def test_a_call_that_nobody_knows_is_told(centre: Path) -> None:
    assert "the journal knows no way of the call 'x'" in flows("scene", "x").output
