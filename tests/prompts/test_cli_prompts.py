"""Can the speech of a centre be looked after at the terminal? With real espeak-ng, and
Kokoro as where it is not installed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ari_app.prompts import kokoro
from ari_app.prompts.sound import as_wav
from ivr_flows.saying import VOCABULARY, pieces
from tests.prompts.spoken import DEMO, centralita, demo_without_audio, samples, speech_rms_db

GREETING = "Gracias por llamar a Valdeluna Energía."


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CENTRALITA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kokoro, "_NEEDED", ("no_such_package",))
    return tmp_path / "cache" / "prompts"


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CENTRALITA_CACHE", str(folder / "cache"))
        centre = demo_without_audio(folder)
        told = centralita("build", "--centre", str(centre))
    assert told.exit_code == 0, told.output
    return centre


@pytest.fixture
def centre(built_once: Path, tmp_path: Path) -> Path:
    """A centre whose audio is all made, by espeak-ng."""
    return Path(shutil.copytree(built_once, tmp_path / "centre"))


def build(centre: Path, *arguments: str) -> str:
    told = centralita("build", *arguments, "--centre", str(centre))
    assert told.exit_code == 0, told.output
    return told.output


def change(centre: Path, old: str, new: str) -> None:
    path = centre / "prompts.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_demo_is_shipped_with_all_its_audio() -> None:
    told = centralita("missing", "--centre", str(DEMO))
    assert (told.exit_code, "nothing is missing" in told.output) == (0, True), told.output


def test_what_is_missing_is_listed_with_its_line_and_the_pieces_of_values_as_one(tmp_path: Path) -> None:
    centre = demo_without_audio(tmp_path)
    told = centralita("missing", "--centre", str(centre))
    assert told.exit_code == 1
    line = 1 + (centre / "prompts.yaml").read_text("utf-8").splitlines().index(f'  es: {{text: "{GREETING}"}}')
    audio = centre / "prompts/es/greeting.wav"
    assert f"{centre}/prompts.yaml:{line}: {audio} is missing; `centralita prompts build` makes it" in told.output
    assert f"{centre}/prompts/en/said: of {len(VOCABULARY['en'])} pieces" in told.output
    assert len(told.output.splitlines()) < 150, "not a line for each of the pieces"


def test_all_that_is_built_can_be_played_at_one_loudness(centre: Path) -> None:
    files = sorted((centre / "prompts").rglob("*.wav"))
    assert len(files) > 550
    for path in files:
        heard = samples(path)
        assert 0.2 < len(heard) / 8000 < 20, path
        assert speech_rms_db(heard) == pytest.approx(-20, abs=1), path
        assert np.abs(heard).max() <= 0.7, path
    assert centralita("missing", "--centre", str(centre)).exit_code == 0
    assert centralita("missing", "--centre", str(centre)).output.startswith("nothing is missing")


def test_a_second_build_makes_nothing(centre: Path) -> None:
    assert build(centre).startswith("0 made, ")


def test_a_changed_text_is_found_and_made_again_alone(centre: Path) -> None:
    before = (centre / "prompts/es/greeting.wav").read_bytes()
    change(centre, GREETING, "Hola, aquí Valdeluna.")
    told = centralita("missing", "--centre", str(centre))
    assert (told.exit_code, "greeting.wav says another text" in told.output) == (1, True)
    output = build(centre)
    assert "[1/1] es/greeting  Hola, aquí Valdeluna.  (es)" in output
    assert (centre / "prompts/es/greeting.wav").read_bytes() != before
    made = json.loads((centre / "prompts/made.json").read_text("utf-8"))
    assert made["es/greeting"]["text"] == "Hola, aquí Valdeluna."


def test_a_text_that_was_said_before_comes_from_the_cache_even_elsewhere(
    centre: Path, tmp_path: Path, cache: Path
) -> None:
    change(centre, GREETING, "Buenos días.")
    assert "(es)" in build(centre)
    first = (centre / "prompts/es/greeting.wav").read_bytes()
    assert len(list(cache.glob("*.wav"))) == 1
    change(centre, '"Ventas."', '"Buenos días."')
    assert "es/queue_ventas  Buenos días.  (made before)" in build(centre)
    assert (centre / "prompts/es/queue_ventas.wav").read_bytes() == first


def test_a_recording_of_ones_own_is_never_written_over(centre: Path) -> None:
    own = centre / "prompts/es/greeting.wav"
    own.write_bytes(as_wav(np.arange(8000, dtype="<i2").tobytes()))
    change(centre, GREETING, "Otro texto.")
    assert centralita("missing", "--centre", str(centre)).exit_code == 0
    output = build(centre, "--all")
    assert "1 recordings of your own are kept" in output
    assert "es/greeting" not in output
    assert own.read_bytes() == as_wav(np.arange(8000, dtype="<i2").tobytes())


def test_a_recording_that_asterisk_cannot_play_is_told_and_kept(centre: Path) -> None:
    own = centre / "prompts/es/greeting.wav"
    own.write_bytes(b"ID3 an mp3")
    for command in ("missing", "build"):
        told = centralita(command, "--centre", str(centre))
        assert told.exit_code == 1
        assert f"{own} cannot be played; convert it to 8 kHz, 16 bit, mono, or remove it" in told.output
    assert own.read_bytes() == b"ID3 an mp3"


def test_without_the_wanted_engine_espeak_stands_in_with_one_warning_until_it_can_be_had(centre: Path) -> None:
    shutil.copy(DEMO / "voices.yaml", centre)
    change(centre, GREETING, "Texto nuevo.")
    change(centre, '"Ventas."', '"Otro nuevo."')
    told = centralita("build", "--centre", str(centre))
    assert told.exit_code == 0
    line = 1 + (centre / "voices.yaml").read_text("utf-8").splitlines().index("  voice: ef_dora")
    assert told.output.count(f"warning: {centre}/voices.yaml:{line}: es.voice: Kokoro is not installed") == 1
    assert "[1/2] es/greeting  Texto nuevo.  (es)" in told.output
    assert build(centre).count("\n[") == 0, "it is not made again and again"
    told = centralita("missing", "--centre", str(centre))
    assert told.exit_code == 0
    assert "are spoken by espeak-ng until the voices of voices.yaml can be had" in told.output


def test_a_voice_that_nobody_has_is_told_with_its_line(centre: Path) -> None:
    (centre / "voices.yaml").write_text("es:\n  engine: espeak\n  voice: klingonish\n", "utf-8")
    told = centralita("build", "--centre", str(centre))
    assert told.exit_code == 1
    assert f"{centre}/voices.yaml:3: es.voice: espeak-ng has no voice 'klingonish'" in told.output


def test_a_text_without_words_is_told_with_its_line_and_the_others_are_made(centre: Path) -> None:
    change(centre, GREETING, "...")
    change(centre, '"Ventas."', '"Otro nuevo."')
    told = centralita("build", "--centre", str(centre))
    assert told.exit_code == 1
    line = 1 + (centre / "prompts.yaml").read_text("utf-8").splitlines().index('  es: {text: "..."}')
    assert f"[1/2] not made: {centre}/prompts.yaml:{line}: " in told.output
    assert "[2/2] es/queue_ventas  Otro nuevo.  (es)" in told.output


def test_an_unreadable_list_of_what_was_made_stops_before_anything_is_overwritten(centre: Path) -> None:
    (centre / "prompts/made.json").write_text('{\n"es/greeting": 1}', "utf-8")
    told = centralita("build", "--all", "--centre", str(centre))
    assert told.exit_code == 1
    assert f"{centre}/prompts/made.json:1: cannot be read" in told.output
    assert "recording of your own" in told.output


def test_a_prompt_is_heard_as_a_file(centre: Path, tmp_path: Path) -> None:
    out = tmp_path / "heard.wav"
    told = centralita("play", "greeting", "--language", "en", "--out", str(out), "--centre", str(centre))
    assert told.exit_code == 0, told.output
    assert out.read_bytes() == (centre / "prompts/en/greeting.wav").read_bytes()
    told = centralita("play", "for_english", "--out", str(out), "--centre", str(centre))
    assert (told.exit_code, out.read_bytes()) == (0, (centre / "prompts/en/for_english.wav").read_bytes())


def test_a_value_is_heard_as_its_pieces_one_after_the_other(centre: Path, tmp_path: Path) -> None:
    out = tmp_path / "heard.wav"
    told = centralita("play", "--say", "money", "34.56", "--out", str(out), "--centre", str(centre))
    assert told.output == f"{out}: n34, euros_with, n56, cents\n"
    said = [samples(centre / f"prompts/es/said/{piece}.wav") for piece in pieces("money", "34.56", "es") or ()]
    assert np.array_equal(samples(out), np.concatenate(said))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("greetings",), "there is no prompt 'greetings' in 'es'"),
        (("goodbye",), "Asterisk's own recording vm-goodbye"),
        (("greeting", "--language", "fr"), "the centre does not speak 'fr'; choose es, en"),
        (("--say", "date", "2026-02-30"), "'2026-02-30' cannot be said as date in 'es'"),
    ],
)
def test_what_cannot_be_played_is_told(arguments: tuple[str, ...], told: str, centre: Path) -> None:
    answer = centralita("play", *arguments, "--centre", str(centre))
    assert (answer.exit_code, told in answer.output) == (1, True), answer.output


def test_what_has_not_been_made_is_told_with_the_way_to_make_it(tmp_path: Path) -> None:
    centre = demo_without_audio(tmp_path)
    answer = centralita("play", "greeting", "--centre", str(centre))
    assert answer.exit_code == 1
    assert "greeting.wav is missing; `centralita prompts build` makes it" in answer.output
