"""Secrets in files of their own, for containers."""

from __future__ import annotations

import stat
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from ari_app.cli import cli
from ari_app.settings import SECRETS, load_settings
from ari_app.stack.secret_files import PASSWORDS, make_secret_files

URLS = {"REDIS_URL", "CENTRALITA_DATABASE_URL"}


def numbered() -> str:
    return f"secret-number-{next(_numbers):04d}-of-this-test-long-enough"


_numbers = count()


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="ascii") for path in folder.iterdir()}


def test_every_secret_is_a_file_of_its_own_that_its_owner_alone_reads(tmp_path: Path) -> None:
    written = make_secret_files(tmp_path, numbered)
    made = contents(tmp_path)
    assert set(written) == set(made) == {*SECRETS, *PASSWORDS, *URLS}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o400}
    assert len(set(made.values())) == len(made)
    assert f":{made['redis_password']}@redis:" in made["REDIS_URL"]
    assert f":{made['postgres_password']}@postgres:" in made["CENTRALITA_DATABASE_URL"]


def test_they_are_settings_that_can_be_used(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    make_secret_files(folder, numbered)
    made = contents(folder)
    found = load_settings(tmp_path, {name: made[name] for name in (*SECRETS, *URLS)})
    assert (found.token_key, found.redis_address) == (made["CENTRALITA_TOKEN_KEY"], made["REDIS_URL"])
    assert found.database == made["CENTRALITA_DATABASE_URL"]


def test_none_is_changed_once_it_is_there(tmp_path: Path) -> None:
    make_secret_files(tmp_path, numbered)
    before = contents(tmp_path)
    assert make_secret_files(tmp_path, numbered) == []
    assert contents(tmp_path) == before


def test_to_delete_a_password_is_to_have_it_made_anew_with_its_url(tmp_path: Path) -> None:
    make_secret_files(tmp_path, numbered)
    before = contents(tmp_path)
    (tmp_path / "redis_password").unlink()
    assert make_secret_files(tmp_path, numbered) == ["redis_password", "REDIS_URL"]
    after = contents(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"redis_password", "REDIS_URL"}


def test_a_secret_that_an_url_or_a_file_could_not_carry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 or more"):
        make_secret_files(tmp_path, lambda: "no@good:/in an url;")
    assert list(tmp_path.iterdir()) == []


def test_the_command_makes_the_key_for_recordings_too_and_shows_no_secret(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["secret-files", str(tmp_path)])
    assert told.exit_code == 0, told.output
    made = contents(tmp_path)
    assert made["recordings.key"].startswith("AGE-SECRET-KEY-")
    assert made["recordings.pub"].startswith("age1")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o400}
    assert not [name for name, text in made.items() if text.strip() in told.output]
    assert "all secrets are there" in CliRunner().invoke(cli, ["secret-files", str(tmp_path)]).output
    assert contents(tmp_path) == made
