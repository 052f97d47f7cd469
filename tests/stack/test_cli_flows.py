"""Can flows be tried and tested at the terminal, by somebody who has no phone?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ari_app.cli import cli

DEMO = Path(__file__).parents[2] / "centres" / "valdeluna"


def centralita(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["flows", *arguments], input=typed)


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "centre", ignore=shutil.ignore_patterns("*.wav")))


def test_a_conversation_shows_what_is_said_and_where_it_leads() -> None:
    told = centralita("try", "bienvenida", "--centre", str(DEMO), typed="\n9\n\n2\n")
    assert told.exit_code == 0, told.output
    assert "es  Gracias por llamar a Valdeluna Energía.  (greeting)" in told.output
    assert "en  For sales, press one." in told.output
    assert "es  For English, press nine.  (for_english)" in told.output
    assert told.output.endswith("into the queue soporte, in 'en', priority 0, skills english 1\n")


def test_silence_wrong_words_and_hanging_up_are_understood() -> None:
    told = centralita("try", "bienvenida", "--centre", str(DEMO), typed="timeout\nsing\nhangup\n")
    assert "(no_choice)" in told.output
    assert "'sing' is none of keys" in told.output
    assert told.output.endswith("the call ends: caller_hung_up\n")


def test_an_unknown_flow_or_entry_is_told_with_those_there_are() -> None:
    assert "there is no flow 'bienvenido'; did you mean 'bienvenida'?" in centralita("try", "bienvenido").output
    told = centralita("try", "bienvenida", "--entry", "side")
    assert (told.exit_code, "its entries are default, out_of_hours" in told.output) == (1, True)


def test_the_demos_scenes_are_played_with_their_coverage() -> None:
    told = centralita("test", "--least", "100", "--centre", str(DEMO))
    assert told.exit_code == 0, told.output
    assert "bienvenida: 13 of 13 scenes went as written; 100 % of the steps, 100 % of the ways\n" in told.output
    assert "identificacion: no scenes of its own; 100 % of the steps, 100 % of the ways\n" in told.output


def test_a_scene_that_goes_otherwise_fails_with_its_place(centre: Path) -> None:
    path = centre / "flows" / "tests" / "bienvenida.yaml"
    path.write_text(path.read_text("utf-8").replace("queue: reclamaciones}", "queue: ventas}", 1), "utf-8")
    told = centralita("test", "--centre", str(centre))
    assert told.exit_code == 1
    assert "scenes.2.ends.queue: 'complains': it ended with queue reclamaciones" in told.output
    assert "12 of 13 scenes went as written" in told.output


def test_what_no_scene_reaches_is_named_and_may_be_asked_for(centre: Path) -> None:
    path = centre / "flows" / "tests" / "bienvenida.yaml"
    path.write_text("scenes:\n  - {name: out of hours, entry: out_of_hours, ends: {reason: out_of_hours}}\n", "utf-8")
    told = centralita("test", "bienvenida", "--centre", str(centre))
    assert told.exit_code == 0
    assert "  no scene comes to menu\n" in told.output
    assert "  no scene goes menu.choices.1\n" in told.output
    assert centralita("test", "bienvenida", "--least", "50", "--centre", str(centre)).exit_code == 1


def test_scenes_that_cannot_be_read_are_told_with_file_and_line(centre: Path) -> None:
    path = centre / "flows" / "tests" / "bienvenida.yaml"
    path.write_text("scenes:\n  - {name: x, does: [sings], ends: {reason: y}}\n", "utf-8")
    told = centralita("test", "--centre", str(centre))
    assert told.exit_code == 1
    assert "bienvenida.yaml:2: scenes.0.does.0: a caller cannot do 'sings'" in told.output


def test_scenes_that_are_not_utf_8_are_told_as_any_other_file_is(centre: Path) -> None:
    (centre / "flows" / "tests" / "bienvenida.yaml").write_bytes(b"scenes:\n  - {name: \xff}\n")
    told = centralita("test", "--centre", str(centre))
    assert told.exit_code == 1
    assert "bienvenida.yaml:2: is not UTF-8; save the file as UTF-8" in told.output


def test_a_flow_without_scenes_fails_only_where_it_is_asked_for(centre: Path) -> None:
    (centre / "flows" / "tests" / "bienvenida.yaml").unlink()
    assert centralita("test", "--centre", str(centre)).exit_code == 0
    assert centralita("test", "bienvenida", "--centre", str(centre)).exit_code == 1
