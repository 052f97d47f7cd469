"""The commands that need nothing running."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ari_app.cli import NOT_RUNNING, PROJECT, cli
from ari_app.settings import SECRETS, Settings
from ari_app.stack.instance import settings_environment


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The test's own settings by the environment, so that no .env of the checkout has a say."""
    given = settings_environment(settings)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert set(SECRETS) <= set(given)
    return given


def centralita(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="centralita")


def test_new_copies_the_demo_centre_and_says_which_setting_names_it(tmp_path: Path) -> None:
    made = centralita("new", str(tmp_path / "mine"))
    assert made.exit_code == 0, made.output
    demo = PROJECT / "centres/valdeluna"
    copied = {path.relative_to(tmp_path / "mine") for path in (tmp_path / "mine").rglob("*")}
    assert copied == {path.relative_to(demo) for path in demo.rglob("*")}
    assert f"CENTRALITA_CENTRE={tmp_path / 'mine'}" in made.output
    assert centralita("check", str(tmp_path / "mine")).exit_code == 0


def test_new_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    refused = centralita("new", str(tmp_path))
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_check_prints_each_problem_with_its_line(tmp_path: Path) -> None:
    centralita("new", str(tmp_path / "mine"))
    centre = tmp_path / "mine/centre.yaml"
    centre.write_text(centre.read_text(encoding="utf-8") + "\nnumeros: []\n", encoding="utf-8")
    line = centre.read_text(encoding="utf-8").splitlines().index("numeros: []") + 1
    refused = centralita("check", str(tmp_path / "mine"))
    assert refused.exit_code == 1
    assert f"centre.yaml:{line}" in refused.output
    assert "Traceback" not in refused.output


def test_wrong_setting_is_told_in_words(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRALITA_SIP_PORT", "many")
    told = centralita("status")
    assert told.exit_code == 1
    assert "CENTRALITA_SIP_PORT" in told.output
    assert "Traceback" not in told.output


def test_a_file_of_somebody_else_is_told_with_what_to_do(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_elses(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/somewhere/.env")

    monkeypatch.setattr("ari_app.cli.load_settings", somebody_elses)
    told = centralita("doctor")
    assert told.exit_code == 1
    assert "/somewhere/.env cannot be used by this user (Permission denied). Run this as its owner" in told.output


def test_status_of_nothing_says_so_by_its_exit_code(environment: dict[str, str]) -> None:
    told = centralita("status")
    assert told.exit_code == NOT_RUNNING
    assert "supervisor  not running" in told.output


def test_down_of_nothing_is_no_error(environment: dict[str, str]) -> None:
    told = centralita("down")
    assert (told.exit_code, "nothing was running" in told.output) == (0, True)


def test_doctor_prints_its_checks_and_no_secret(environment: dict[str, str]) -> None:
    told = centralita("doctor")
    for name in ("host name", "ports", "Asterisk", "secrets", "centre", "stack"):
        assert name in told.output
    assert not [name for name in SECRETS if environment[name] in told.output]
