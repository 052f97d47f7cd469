from __future__ import annotations

import itertools
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ari_app.settings import SECRETS, BadSettings, parse_env_file
from ari_app.stack.env_secrets import add_missing_secrets


@pytest.fixture
def make() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"made-for-a-test-{next(numbers):04}"


def test_first_set_up_makes_every_secret_in_a_private_file(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    assert add_missing_secrets(env_file, {}, make) == list(SECRETS)
    found = parse_env_file(env_file)
    assert set(found) == set(SECRETS)
    assert len(set(found.values())) == len(SECRETS)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_what_stands_in_the_file_is_never_changed(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("# mine\nCENTRALITA_SIP_PORT=5070\nDEMO_SIP_SECRET=chosen-by-hand", encoding="utf-8")
    added = add_missing_secrets(env_file, {}, make)
    assert env_file.read_text(encoding="utf-8").startswith(
        "# mine\nCENTRALITA_SIP_PORT=5070\nDEMO_SIP_SECRET=chosen-by-hand\n"
    )
    assert "DEMO_SIP_SECRET" not in added
    assert parse_env_file(env_file)["DEMO_SIP_SECRET"] == "chosen-by-hand"


def test_second_set_up_adds_nothing(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    add_missing_secrets(env_file, {}, make)
    before = env_file.read_bytes()
    assert add_missing_secrets(env_file, {}, make) == []
    assert env_file.read_bytes() == before


def test_secret_given_by_the_environment_is_not_written(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    assert "DEMO_WEB_SECRET" not in add_missing_secrets(env_file, {"DEMO_WEB_SECRET": "given"}, make)
    assert "DEMO_WEB_SECRET" not in parse_env_file(env_file)


def test_empty_secret_counts_as_missing(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DEMO_SIP_SECRET=\n", encoding="utf-8")
    assert "DEMO_SIP_SECRET" in add_missing_secrets(env_file, {}, make)
    assert parse_env_file(env_file)["DEMO_SIP_SECRET"]


def test_file_readable_by_others_is_made_private(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    env_file.touch(mode=0o644)
    add_missing_secrets(env_file, {}, make)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_broken_line_is_refused_with_its_place_and_nothing_is_added(tmp_path: Path, make: Callable[[], str]) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("this is no setting\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"\.env:1"):
        add_missing_secrets(env_file, {}, make)
    assert env_file.read_text(encoding="utf-8") == "this is no setting\n"


def test_no_file_is_made_when_the_environment_gives_everything(tmp_path: Path, make: Callable[[], str]) -> None:
    assert add_missing_secrets(tmp_path / ".env", dict.fromkeys(SECRETS, "given"), make) == []
    assert not (tmp_path / ".env").exists()
