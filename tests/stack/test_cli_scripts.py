"""Do the commands for scripts tell what is wrong, draw all of it, and follow it as an operator would?"""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ari_app.cli import PROJECT, cli
from ari_app.cli_scripts import script_schema_text

DEMO = PROJECT / "centres" / "valdeluna"
SOLD = {
    "nombre": "Ana", "cliente": "no", "interes": "contratar", "horario": "noche", "decision": "si", "cups": "ES1",
    "correo": "ana@example.org", "telefono": "600111222", "desde": "2999-01-01",
}  # fmt: skip


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A copy of the demo."""
    return Path(shutil.copytree(DEMO, tmp_path / "centre", ignore=shutil.ignore_patterns("*.wav")))


def scripts(centre: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["scripts", *arguments, "--centre", str(centre)], input=typed)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_check_tells_each_problem_with_its_line_and_fails(centre: Path) -> None:
    told = scripts(centre, "check")
    assert told.exit_code == 0, told.output
    assert "ventas: 15 steps, version " in told.output
    change(centre / "scripts" / "ventas.yaml", "next: persona", "next: persan")
    told = scripts(centre, "check")
    assert told.exit_code == 1
    assert "ventas.yaml:17: steps.saludo.next: there is no step 'persan'; did you mean 'persona'?" in told.output


def test_a_queue_has_one_script_and_an_outcome_that_the_queue_knows(centre: Path) -> None:
    change(centre / "scripts" / "soporte.yaml", "queues: [soporte]", "queues: [soporte, ventas]")
    told = scripts(centre, "check")
    assert (
        "ventas.yaml:4: queues.0: the script 'soporte' is for the queue 'ventas', too; take it out of one"
        in told.output
    )
    change(centre / "queues.yaml", "soporte:  ", "soporte:\n  dispositions: [resuelto, escalado, emergencia]\n#")
    told = scripts(centre, "check")
    assert (
        "soporte.yaml:112: steps.averia_zona.disposition: calls of 'soporte' have no outcome 'averia_zona'"
        in told.output
    )


def test_a_fault_in_a_script_stops_no_controller_but_the_check_of_the_centre(centre: Path) -> None:
    from ari_app.centre import load_centre

    change(centre / "scripts" / "ventas.yaml", "start: saludo", "start: nada")
    load_centre(centre, dict)
    told = CliRunner().invoke(cli, ["check", str(centre)])
    assert (told.exit_code, "start: there is no step 'nada'" in told.output) == (1, True)


def test_the_published_schema_is_that_of_the_scripts() -> None:
    assert (PROJECT / "docs" / "script.schema.json").read_text("utf-8") == script_schema_text(), (
        "write it anew: centralita scripts schema > docs/script.schema.json"
    )


def test_the_demos_scenes_go_as_written_and_come_to_every_step() -> None:
    told = scripts(DEMO, "test", "--least", "100")
    assert told.exit_code == 0, told.output


def test_a_scene_that_goes_otherwise_is_told_with_its_line(centre: Path) -> None:
    change(centre / "scripts" / "tests" / "ventas.yaml", "disposition: cita_gestor", "disposition: venta")
    change(centre / "scripts" / "tests" / "ventas.yaml", "nombre: Luis", "nombr: Luis")
    change(centre / "scripts" / "tests" / "ventas.yaml", 'llamar_al: "600111222"', "llamar_al: nada")
    told = scripts(centre, "test", "ventas")
    assert told.exit_code == 1
    for words in (
        "the outcome was 'cita_gestor'",
        "the script has no 'nombr'; did you mean 'nombre'?",
        "at 'volver_a_llamar': llamar_al: write a telephone number",
        "ventas: 1 of 4 scenes went as written",
    ):
        assert words in told.output


def test_a_script_is_followed_with_answers_from_arguments(centre: Path) -> None:
    answers = [word for name, value in SOLD.items() if name != "potencia" for word in ("--answer", f"{name}={value}")]
    told = scripts(centre, "try", "ventas", *answers, "--with", "operator.name=Eva", typed="\n")
    assert told.exit_code == 0, told.output
    assert "Le atiende Eva." in told.output
    assert "Le llegará el contrato a ana@example.org y empezamos el 1/1/2999" in told.output
    assert "the end, suggested outcome venta" in told.output


def test_whoever_tries_a_script_goes_back_opens_objections_and_is_asked_again(centre: Path) -> None:
    typed = "Ana\nsi\n<\nEva\nno\ninformacion\n5000\n4,6\n!permanencia\n4,6\ndia\n!pareja\n2999-01-01\n600111222\n"
    told = scripts(centre, "try", "ventas", typed=typed)
    assert told.exit_code == 0, told.output
    assert "[!permanencia] No la hay." in told.output
    assert "give a number from 1 to 15" in told.output
    assert "Gracias por su tiempo, Eva." in told.output
    assert "suggested outcome volver_a_llamar" in told.output
    missing = scripts(centre, "try", "ventas", "--answer", "nombr=Ana")
    assert (missing.exit_code, "did you mean 'nombre'?" in missing.output) == (1, True)


def test_a_drawing_shows_every_step_and_the_ways_of_objections(centre: Path, tmp_path: Path) -> None:
    told = scripts(centre, "draw", "ventas", "--out", str(tmp_path / "v.svg"))
    assert told.exit_code == 0, told.output
    root = ET.fromstring((tmp_path / "v.svg").read_bytes())  # noqa: S314  # our own
    steps = {one.get("data-step") for one in root.iter() if one.get("class") == "step"}
    entries = {one.get("data-entry") for one in root.iter() if one.get("class") == "entry"}
    assert len(steps) == 15
    assert entries == {"start", "pareja"}
